// A file descriptor that is closed with its owner.
#ifndef CMD_BASE_DESCRIPTOR_H_
#define CMD_BASE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace flow {

class Descriptor {
 public:
  Descriptor() = default;
  // Takes it over; a negative one is none, as system calls have it.
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    other.Close();
    return *this;
  }
  ~Descriptor() { Close(); }

  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace flow

#endif  // CMD_BASE_DESCRIPTOR_H_
