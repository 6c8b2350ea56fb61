#include "cmd/base/inquiry.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/base/errno_status.h"
#include "cmd/base/file.h"

namespace flow {
namespace {

// A file in memory, to be read from its beginning: no program that does not read it keeps anyone waiting.
absl::StatusOr<Descriptor> FileOf(absl::string_view text) {
  Descriptor file(memfd_create("question", MFD_CLOEXEC));
  if (!file.ok()) return ErrnoStatus(errno, "no memory for a question");
  if (const absl::Status status = WriteAll(file.get(), "a question", text); !status.ok()) return status;
  lseek(file.get(), 0, SEEK_SET);
  return file;
}

}  // namespace

absl::StatusOr<Inquiry> Inquiry::Start(Program program, absl::string_view question, size_t most,
                                       absl::Duration at_most) {
  const absl::StatusOr<Descriptor> input = FileOf(question);
  if (!input.ok()) return input.status();
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "no pipe for an answer");
  Descriptor output(ends[0]);
  const Descriptor written(ends[1]);
  fcntl(output.get(), F_SETFL, O_NONBLOCK);
  Descriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)), any(epoll_create1(EPOLL_CLOEXEC));
  if (!timer.ok() || !any.ok()) return ErrnoStatus(errno, "nothing to wait for an answer with");
  program.in = input->get();
  program.out = written.get();
  absl::StatusOr<Process> process = Process::Start(program);
  if (!process.ok()) return process.status();
  const itimerspec once = {{}, absl::ToTimespec(std::max(at_most, absl::Nanoseconds(1)))};  // 0 would be never
  timerfd_settime(timer.get(), 0, &once, nullptr);
  for (const int fd : {process->fd(), output.get(), timer.get()}) {
    epoll_event readable = {.events = EPOLLIN, .data = {}};
    if (epoll_ctl(any.get(), EPOLL_CTL_ADD, fd, &readable) != 0) return ErrnoStatus(errno, "cannot wait for an answer");
  }
  return Inquiry(*std::move(process), std::move(output), std::move(timer), std::move(any), most, at_most);
}

Inquiry::Inquiry(Process process, Descriptor output, Descriptor timer, Descriptor any, size_t most,
                 absl::Duration at_most)
    : process_(std::move(process)),
      output_(std::move(output)),
      timer_(std::move(timer)),
      any_(std::move(any)),
      most_(most),
      at_most_(at_most) {}

std::optional<absl::StatusOr<Inquiry::Answer>> Inquiry::Take() {
  // Asked before the output is read: where it has ended, all that it wrote is there.
  const std::optional<Process::End> end = process_.Ended();
  char piece[16 * 1024];
  ssize_t got = 0;
  while ((got = read(output_.get(), piece, sizeof piece)) > 0) {
    text_.append(piece, static_cast<size_t>(got));
    if (text_.size() > most_) return absl::ResourceExhaustedError(absl::StrCat("it wrote over ", most_, " bytes"));
  }
  if (got == 0) output_.Close();  // or it would be readable for ever
  if (end.has_value()) return Answer{end->exit_code, std::move(text_)};
  uint64_t times = 0;
  if (read(timer_.get(), &times, sizeof times) != sizeof times) return std::nullopt;
  return absl::DeadlineExceededError(absl::StrCat("it did not answer within ", absl::FormatDuration(at_most_)));
}

}  // namespace flow
