// Lines of a stream that arrives in pieces of any size.
#ifndef FLOW_HTTP_STREAM_LINES_H_
#define FLOW_HTTP_STREAM_LINES_H_

#include <cstddef>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace flow::http {

class StreamLines {
 public:
  // What ends within this is a line. No engine sends more, and what does must not fill the memory: such a line is
  // passed over.
  static constexpr size_t kMostLine = 16 << 20;

  // Takes the next piece; tells the lines that it completes, in order, without their ends. Each byte is looked at once.
  void Read(absl::string_view piece, absl::FunctionRef<void(absl::string_view line)> tell) {
    for (size_t end; (end = piece.find('\n')) != absl::string_view::npos; piece.remove_prefix(end + 1)) {
      Append(piece.substr(0, end));
      if (!too_long_) tell(open_);
      open_.clear();
      too_long_ = false;
    }
    Append(piece);
  }

 private:
  void Append(absl::string_view part) {
    too_long_ = too_long_ || open_.size() + part.size() > kMostLine;
    if (too_long_) {
      open_ = std::string();
    } else {
      open_.append(part.data(), part.size());
    }
  }

  std::string open_;  // what has come of the line that has no end yet
  bool too_long_ = false;
};

}  // namespace flow::http

#endif  // FLOW_HTTP_STREAM_LINES_H_
