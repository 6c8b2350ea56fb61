// The messages of a gRPC stream in the bytes of its body (gRPC over HTTP2, "Length-Prefixed-Message"): each has five
// bytes before it, whether it is compressed and how long it is.
#ifndef FLOW_STREAM_FRAME_H_
#define FLOW_STREAM_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace flow::stream {

inline constexpr size_t kFramePrefix = 5;

// The message of a whole frame.
inline absl::string_view MessageOf(absl::string_view frame) { return frame.substr(kFramePrefix); }

// A frame that holds the message.
std::string Framed(absl::string_view message);

// How long the frame is that the bytes, which have all of its prefix, begin with.
size_t FrameLength(absl::string_view bytes);

// Finds the frames in bytes that are cut anywhere.
class FrameReader {
 public:
  // A longer message is nonsense: components take 4 MiB, some 50.
  static constexpr size_t kMostMessage = 64 << 20;

  // Takes the next piece, and tells each frame that it completes, whole and in order; what is told lasts for the call.
  // An error of `tell` ends it. DataLoss where the bytes are no frames: nothing that follows can be read then.
  absl::Status Read(absl::string_view piece, absl::FunctionRef<absl::Status(absl::string_view frame)> tell);

  // Bytes of a frame whose end has not come.
  size_t unfinished() const { return open_.size(); }

 private:
  // How long the frame is that begins so; 0: its prefix has not all come.
  static absl::StatusOr<size_t> LengthOf(absl::string_view bytes);
  // Adds to the open frame what belongs to it, up to `length` bytes in all.
  void Complete(absl::string_view& piece, size_t length);

  std::string open_;
};

// How it is done

inline std::string Framed(absl::string_view message) {
  std::string frame(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(message.size() >> shift & 0xff);
  return frame.append(message.data(), message.size());
}

inline size_t FrameLength(absl::string_view bytes) {
  size_t length = 0;
  for (size_t i = 1; i < kFramePrefix; ++i) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  return kFramePrefix + length;
}

inline absl::StatusOr<size_t> FrameReader::LengthOf(absl::string_view bytes) {
  if (!bytes.empty() && bytes[0] != '\0')
    return absl::DataLossError("it sends what is no message, or a compressed one");
  if (bytes.size() < kFramePrefix) return 0;
  const size_t length = FrameLength(bytes);
  if (length <= kFramePrefix + kMostMessage) return length;
  return absl::DataLossError(absl::StrCat("it sends a message of ", length - kFramePrefix, " bytes"));
}

inline void FrameReader::Complete(absl::string_view& piece, size_t length) {
  const absl::string_view part = piece.substr(0, length - open_.size());
  open_.append(part.data(), part.size());
  piece.remove_prefix(part.size());
}

inline absl::Status FrameReader::Read(absl::string_view piece,
                                      absl::FunctionRef<absl::Status(absl::string_view frame)> tell) {
  while (!piece.empty()) {
    if (!open_.empty() && open_.size() < kFramePrefix) Complete(piece, kFramePrefix);
    const absl::string_view begun = open_.empty() ? piece : absl::string_view(open_);
    const absl::StatusOr<size_t> length = LengthOf(begun);
    if (!length.ok()) return length.status();
    if (open_.empty() && *length != 0 && piece.size() >= *length) {
      if (absl::Status status = tell(piece.substr(0, *length)); !status.ok()) return status;
      piece.remove_prefix(*length);
      continue;
    }
    if (*length == 0) {
      if (open_.empty()) open_ = std::string(piece);
      return absl::OkStatus();  // all of the piece is in there
    }
    Complete(piece, *length);
    if (open_.size() < *length) return absl::OkStatus();
    const absl::Status status = tell(open_);
    open_.clear();
    if (open_.capacity() > size_t{1} << 20) open_.shrink_to_fit();  // the memory of a large one is not kept
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_FRAME_H_
