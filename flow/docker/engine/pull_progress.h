// How far a pull is, and how it ended, from the lines that POST /images/create answers, which arrive in pieces of any
// size.
#ifndef FLOW_DOCKER_ENGINE_PULL_PROGRESS_H_
#define FLOW_DOCKER_ENGINE_PULL_PROGRESS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/engine/json.h"
#include "flow/http/stream_lines.h"

namespace flow::docker::engine {

class PullProgressReader {
 public:
  void Read(absl::string_view piece) {
    lines_.Read(piece, [this](absl::string_view text) {
      const auto line = ReadJson<PullProgress>(text);
      if (line.ok()) Take(*line);
    });
  }

  // "2 of 5 layers, 12.0 of 30.5 MB"; empty while there is nothing to tell. The bytes are of those layers whose size is
  // known by now.
  std::string Text() const {
    if (layers_.empty()) return "";
    int done = 0;
    int64_t current = 0, total = 0;
    for (const auto& [id, layer] : layers_) {
      done += layer.done;
      current += layer.done ? layer.total : layer.current;
      total += layer.total;
    }
    std::string text = absl::StrCat(done, " of ", layers_.size(), layers_.size() == 1 ? " layer" : " layers");
    if (total > 0) absl::StrAppendFormat(&text, ", %.1f of %.1f MB", current / 1e6, total / 1e6);
    return text;
  }

  // The layers that are under way, a line each: "0123456789ab  12.0 of 30.1 MB".
  std::vector<std::string> LayerTexts() const {
    std::vector<std::string> texts;
    for (const auto& [id, layer] : layers_) {
      if (layer.done || layer.total == 0) continue;
      texts.push_back(absl::StrFormat("%s  %.1f of %.1f MB", id, layer.current / 1e6, layer.total / 1e6));
    }
    return texts;
  }

  // What the registry or the engine reported after the answer's status was sent.
  const absl::Status& error() const { return error_; }

 private:
  // An image has 127 at most (moby, layer/layer.go); what tells more without end must not fill the memory.
  static constexpr size_t kMostLayers = 1000;

  struct Layer {
    int64_t current = 0, total = 0;  // bytes
    bool done = false;
  };

  void Take(const PullProgress& line) {
    const std::string& error = line.error_detail().message().empty() ? line.error() : line.error_detail().message();
    if (!error.empty() && error_.ok()) error_ = absl::UnknownError(error);
    // The words of the distribution client; a line of the whole image has its tag for an id, or none.
    const bool begins = line.status() == "Pulling fs layer" || line.status() == "Already exists";
    if (begins && layers_.size() < kMostLayers) layers_[line.id()];
    const auto found = layers_.find(line.id());
    if (found == layers_.end()) return;
    Layer& layer = found->second;
    if (line.status() == "Downloading") {
      layer.current = line.progress_detail().current();
      layer.total = line.progress_detail().total();
    } else if (line.status() == "Download complete") {
      layer.current = layer.total;
    } else if (line.status() == "Pull complete" || line.status() == "Already exists") {
      layer.done = true;
    }
  }

  http::StreamLines lines_;
  std::map<std::string, Layer> layers_;
  absl::Status error_;
};

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_PULL_PROGRESS_H_
