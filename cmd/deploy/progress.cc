#include "cmd/deploy/progress.h"

#include <iostream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "flow/engine/json.h"
#include "google/protobuf/struct.pb.h"

namespace flow {
namespace {

using Kind = deploy::Report::Kind;

constexpr const char* kKinds[] = {"begun", "done", "failed", "up", "note", "warning", "progress"};

std::string PlainLine(const deploy::Report& report, absl::Duration since) {
  const char* mark = report.kind == Kind::kWarning ? "warning: " : report.kind == Kind::kFailed ? "failed: " : "";
  return absl::StrFormat("%6.1fs  %s%s%s\n", absl::ToDoubleSeconds(since),
                         report.component.empty() ? "" : absl::StrCat(report.component, ": "), mark, report.text);
}

std::string JsonLine(const deploy::Report& report, absl::Duration since) {
  google::protobuf::Struct line;
  auto& fields = *line.mutable_fields();
  fields["event"].set_string_value(kKinds[static_cast<int>(report.kind)]);
  fields["component"].set_string_value(report.component);
  fields["text"].set_string_value(report.text);
  fields["seconds"].set_number_value(absl::ToDoubleSeconds(since));
  return engine::WriteJson(line) + "\n";
}

}  // namespace

absl::StatusOr<Progress::Mode> Progress::ParseMode(absl::string_view word) {
  if (word == "auto" || word == "plain") return Mode::kPlain;
  if (word == "json") return Mode::kJson;
  if (word == "none") return Mode::kNone;
  return absl::InvalidArgumentError(absl::StrCat("--progress=", word, ": it takes auto, plain, json or none"));
}

void Progress::Tell(const deploy::Report& report, absl::Time now) {
  if (mode_ == Mode::kNone && report.kind != Kind::kWarning) return;
  // A line an operation, when it is done; but a stop's when it begins, so that one who waits sees for whom, and a
  // pull's both times.
  const bool stop = absl::StartsWith(report.text, "stop ");
  const bool worth_it = report.kind == Kind::kBegun  ? stop || absl::StartsWith(report.text, "pull ")
                        : report.kind == Kind::kDone ? !stop
                                                     : true;
  if (mode_ != Mode::kJson && !worth_it) return;
  std::cerr << (mode_ == Mode::kJson ? JsonLine(report, now - start_) : PlainLine(report, now - start_)) << std::flush;
}

}  // namespace flow
