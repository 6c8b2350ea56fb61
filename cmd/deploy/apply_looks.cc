#include "cmd/deploy/apply_looks.h"

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/exit_status.h"

namespace flow {
namespace {

constexpr int kMostLooks = 10;

// How long an apply waits before the next look, whose number this is, from 2 on: what takes a name now will have it by then.
// No two should look again at the same time, or they meet again: so it is as long as chance has it, and the more so the more
// often they met.
absl::Duration PauseBefore(int next_look) {
  static std::mt19937 random{std::random_device()()};
  return absl::Milliseconds(std::uniform_int_distribution<>(200, 1000 * next_look)(random));
}

}  // namespace

absl::StatusOr<deploy::Finish> ApplyInLooks(const ApplyLooks& looks, std::optional<deploy::Deployment> previous,
                                            ControlPlaneChoice& control_plane) {
  for (int look = 1;; ++look) {
    absl::StatusOr<deploy::Finish> finish = looks.apply(std::move(previous));
    if (!finish.ok() || !finish->again) return finish;
    if (look == kMostLooks) return ExitWith(finish->code, finish->message);
    looks.progress.Tell({deploy::Report::Kind::kNote, "",
                         absl::StrCat("another apply of this pipeline is at work on ", looks.target,
                                      ": what there is then is looked at again")},
                        absl::Now());
    (void)looks.session.loop()->Poll(PauseBefore(look + 1), {looks.session.signals().fd()});
    if (const std::optional<int> signal = looks.session.signals().Next()) return EndedBy(*signal, finish->message);
    previous = looks.read_state().deployment;
    if (previous.has_value() && control_plane.endpoint.has_value()) {
      control_plane.registered = previous->control_plane();
    }
  }
}

}  // namespace flow
