// What goes on, as a few lines of a terminal that are drawn again and again: a line a component and a pulled image,
// with what it does or waits for and for how long. A part of no machine: it sees their reports.
#ifndef FLOW_DEPLOY_LIVE_BLOCK_H_
#define FLOW_DEPLOY_LIVE_BLOCK_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "flow/deploy/contract.h"
#include "flow/project/project.pb.h"
#include "flow/text/columns.h"

namespace flow::deploy {

// Where it is drawn, in columns and lines.
struct Canvas {
  int width = 80;
  int height = 24;
  bool colour = true;
};

// A line of it, without its end.
struct BlockLine {
  std::string text;
  size_t columns = 0;  // that it takes: colours take none
};

class LiveBlock {
 public:
  LiveBlock(std::string title, absl::Time start) : title_(std::move(title)), start_(start) {}

  // What is deployed: the order of the lines, and what waits for what.
  void Expect(const project::Project& project) {
    for (const project::Service& service : project.services()) {
      Row& row = RowOf(service.name());
      row.replicas = std::max<uint32_t>(1, service.replicas());
      row.probed = service.has_health_check();
      for (const project::Dependency& dependency : service.depends_on()) row.waits_for.push_back(dependency.service());
    }
  }

  void Take(const Report& report, absl::Time now) {
    if (report.action == "pull") return TakePull(report, now);
    if (report.component.empty()) {
      if (!report.action.empty()) {
        shared_ = report.kind == Report::Kind::kBegun ? report.text : "";
      }
      return;
    }
    Row& row = RowOf(report.component);
    if (report.kind == Report::Kind::kFailed) return Turn(row, Row::Look::kBad, "failed", now);
    if (report.kind == Report::Kind::kUp) {
      if (++row.ups < row.replicas) return Turn(row, Row::Look::kBusy, "", now);
      return Turn(row, Row::Look::kWell, report.text, now);
    }
    if (report.action.empty() || report.action == "rename") return;
    const bool begun = report.kind == Report::Kind::kBegun;
    if (report.action == "create") return Turn(row, Row::Look::kBusy, begun ? "is created" : kCreated, now);
    if (report.action == "start") {
      return Turn(row, Row::Look::kBusy, begun ? "is started" : row.probed ? "waits to be healthy" : "runs", now);
    }
    if (report.action == "stop") return Turn(row, Row::Look::kBusy, begun ? "is stopped" : "stopped", now);
    if (report.action == "remove") {
      return Turn(row, begun ? Row::Look::kBusy : Row::Look::kWell, begun ? "is removed" : "removed", now);
    }
    Turn(row, Row::Look::kBusy, report.text, now);
  }

  // The block as it is at `now`; it is not wider and has not more lines than there is place.
  std::vector<BlockLine> Lines(absl::Time now, const Canvas& canvas) const {
    std::vector<const Row*> rows;
    size_t well = 0, widest = 0;
    for (const Row& row : rows_) {
      if (row.look == Row::Look::kNone) continue;  // nothing happens to it
      rows.push_back(&row);
      well += row.look == Row::Look::kWell ? 1 : 0;
      widest = std::max(widest, text::Columns(row.name));
    }
    // A line that is filled to its end makes some terminals go on in the next; and one is for the cursor.
    const size_t width = static_cast<size_t>(std::max(1, canvas.width - 1));
    const size_t height = static_cast<size_t>(std::max(3, canvas.height - 1));
    std::vector<BlockLine> lines = {Plain(text::Fitted(Title(well, rows.size(), now), width))};
    size_t hidden = 0;
    if (rows.size() + 1 > height) {  // what is done is what one can do without
      std::stable_partition(rows.begin(), rows.end(), [](const Row* row) { return row->look != Row::Look::kWell; });
      hidden = rows.size() + 2 - height;
      rows.resize(rows.size() - hidden);
    }
    for (const Row* row : rows) lines.push_back(Line(*row, now, std::min(widest, width / 3), width, canvas.colour));
    // Layers have what place is left.
    for (const Row* row : rows) {
      for (const std::string& part : row->parts) {
        if (lines.size() + (hidden > 0 ? 1 : 0) < height)
          lines.push_back(Plain(text::Fitted(absl::StrCat("           ", part), width)));
      }
    }
    if (hidden > 0) lines.push_back(Plain(text::Fitted(absl::StrCat("         and ", hidden, " more"), width)));
    return lines;
  }

 private:
  struct Row {
    // kNone: nothing was told of it yet.
    enum class Look { kNone, kBusy, kWell, kBad };
    std::string name;
    Look look = Look::kNone;
    std::string state;
    absl::Time since;
    std::vector<std::string> waits_for;
    std::vector<std::string> parts;  // of what is pulled: its layers
    bool probed = false;
    uint32_t replicas = 1, ups = 0;
  };

  static constexpr char kCreated[] = "created";

  // Where there is no place for all, the times are left out.
  static constexpr size_t kNarrow = 40;

  static std::string TimeText(absl::Duration duration) {
    return absl::StrFormat("%6.1fs", absl::ToDoubleSeconds(duration));
  }

  Row& RowOf(const std::string& name) {
    const auto [at, is_new] = index_.try_emplace(name, rows_.size());
    if (is_new) rows_.push_back({.name = name});
    return rows_[at->second];
  }

  static void Turn(Row& row, Row::Look look, absl::string_view state, absl::Time now) {
    row.look = look;
    if (!state.empty()) row.state = std::string(state);
    row.since = now;
  }

  void TakePull(const Report& report, absl::Time now) {
    Row& row = RowOf(absl::StrCat("image ", report.subject));
    row.parts.clear();
    if (report.kind == Report::Kind::kFailed) return Turn(row, Row::Look::kBad, "failed", now);
    if (report.kind == Report::Kind::kDone) return Turn(row, Row::Look::kWell, "pulled", now);
    if (report.kind == Report::Kind::kBegun) return Turn(row, Row::Look::kBusy, "is pulled", now);
    row.parts = report.parts;
    absl::string_view progress = report.text;
    absl::ConsumePrefix(&progress, absl::StrCat("pull image ", report.subject, ": "));
    row.state = std::string(progress);
  }

  // What it does, or what keeps it.
  std::string State(const Row& row) const {
    if (row.replicas > 1 && row.ups > 0 && row.look == Row::Look::kBusy) {
      return absl::StrCat(row.state, ", ", row.ups, " of ", row.replicas, " up");
    }
    if (row.state != kCreated) return row.state;
    std::vector<absl::string_view> waits;
    for (const std::string& name : row.waits_for) {
      const auto other = index_.find(name);
      if (other == index_.end()) continue;
      const Row::Look look = rows_[other->second].look;
      if (look == Row::Look::kBusy || look == Row::Look::kBad) waits.push_back(name);
    }
    return waits.empty() ? row.state : absl::StrCat("waits for ", absl::StrJoin(waits, ", "));
  }

  std::string Title(size_t well, size_t rows, absl::Time now) const {
    return absl::StrCat(TimeText(now - start_), "  ", title_,
                        rows == 0 ? "" : absl::StrCat(": ", well, " of ", rows, " done"),
                        shared_.empty() ? "" : absl::StrCat(", ", shared_));
  }

  static BlockLine Plain(std::string text) {
    const size_t columns = text::Columns(text);
    return {std::move(text), columns};
  }

  BlockLine Line(const Row& row, absl::Time now, size_t name_width, size_t width, bool colour) const {
    // Of what is done the time that it took from the start, else for how long it goes on.
    const std::string time = TimeText(row.look == Row::Look::kWell ? row.since - start_ : now - row.since);
    const std::string name = text::Padded(text::Fitted(row.name, name_width), name_width);
    const std::string prefix = text::Fitted(width < kNarrow ? name + " " : absl::StrCat(time, "  ", name, "  "), width);
    const std::string state = text::Fitted(State(row), width - text::Columns(prefix));
    if (!colour || state.empty()) return Plain(prefix + state);
    // Select Graphic Rendition (ECMA-48, 8.3.117): yellow, green, red.
    const char* const code = row.look == Row::Look::kWell ? "32" : row.look == Row::Look::kBad ? "31" : "33";
    return {absl::StrCat(prefix, "\x1b[", code, "m", state, "\x1b[0m"), text::Columns(prefix) + text::Columns(state)};
  }

  const std::string title_;
  const absl::Time start_;
  std::vector<Row> rows_;  // in the order of the file, then of their first report
  std::map<std::string, size_t> index_;
  std::string shared_;  // what is done to what all share
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_LIVE_BLOCK_H_
