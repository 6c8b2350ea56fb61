#include "testkit/wire.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "testkit/socket.h"

namespace flow::testkit {
namespace {

std::string LineOf(const HttpRequest& request) { return absl::StrCat(request.method, " ", request.target); }

}  // namespace

Wire::Wire(const std::string& path, const Endpoint& engine, Observer observer)
    : path_(path),
      engine_(engine),
      observer_(std::move(observer)),
      server_(ListenOn(path), [this](int program, int) { Relay(program); }) {}

Wire::~Wire() { unlink(path_.c_str()); }

void Wire::Relay(int program) {
  const Descriptor engine = Connect(engine_);
  HttpRequestReader reader;
  std::optional<Held> held;
  std::string late;  // bytes that go on with what is held
  for (bool open = engine.ok(); open;) {
    while (!held.has_value()) {
      const std::optional<HttpRequest> request = reader.Next();
      if (!request.has_value()) break;
      held = Note(*request);
      if (held.has_value() && held->point == Point::kBefore) {
        late = request->bytes;
      } else {
        Send(engine.get(), request->bytes);
      }
    }
    // Of a program whose request is held only its going is of interest.
    const bool mute = held.has_value() && held->point == Point::kAfter;
    pollfd wanted[] = {{program, POLLIN, 0},
                       {mute ? -1 : engine.get(), POLLIN, 0},
                       {held.has_value() ? held->gate.get() : -1, POLLIN, 0}};
    if (held.has_value()) wanted[0].events = POLLRDHUP;
    poll(wanted, std::size(wanted), -1);
    if (wanted[0].revents != 0) {
      const std::string bytes = held.has_value() ? "" : Receive(program);
      reader.Add(bytes);
      open = !bytes.empty();
    }
    if (wanted[1].revents != 0) {
      const std::string bytes = Receive(engine.get());
      open = open && !bytes.empty() && Send(program, bytes);
    }
    if (open && wanted[2].revents != 0) {
      held.reset();
      Send(engine.get(), std::exchange(late, ""));
    }
  }
}

std::optional<Wire::Held> Wire::Note(const HttpRequest& request) {
  if (observer_) observer_(request);
  const std::lock_guard<std::mutex> lock(mutex_);
  requests_.push_back(request);
  if (matches_ == nullptr || !matches_(LineOf(request))) return std::nullopt;
  matches_ = nullptr;
  held_ = true;
  changed_.notify_all();
  return Held{point_, Descriptor(dup(gate_.get()))};
}

std::vector<std::string> Wire::Requests() const {
  std::vector<std::string> lines;
  for (const HttpRequest& request : Record()) lines.push_back(LineOf(request));
  return lines;
}

std::vector<std::string> Wire::Changes() const {
  std::vector<std::string> changes = Requests();
  std::erase_if(changes, [](const std::string& request) {
    return absl::StartsWith(request, "GET ") || absl::StartsWith(request, "HEAD ");
  });
  return changes;
}

std::vector<HttpRequest> Wire::Record() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

void Wire::Forget() {
  const std::lock_guard<std::mutex> lock(mutex_);
  requests_.clear();
}

void Wire::Hold(Point point, std::function<bool(const std::string&)> matches) {
  const std::lock_guard<std::mutex> lock(mutex_);
  point_ = point;
  matches_ = std::move(matches);
  gate_ = Descriptor(eventfd(0, EFD_CLOEXEC));
  held_ = false;
}

bool Wire::WaitUntilHeld(absl::Duration at_most) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoMilliseconds(at_most), [this] { return held_; });
}

void Wire::Release() {
  const std::lock_guard<std::mutex> lock(mutex_);
  matches_ = nullptr;
  held_ = false;
  eventfd_write(gate_.get(), 1);
}

}  // namespace flow::testkit
