// What is seen half-made is looked at again before it is judged. Another apply, from another state folder, may be making
// it at this very moment; or one that was killed has left it so. An engine lists a container while it still makes it
// (Docker 20.10: without its networks), and one that was created waits to be started for as long as what it reads takes.
// Judged there and then it would be replaced under the hands of the one who makes it. So what is half-made is looked at
// until it has held still from one look to the next. A part of the apply machine.
#ifndef FLOW_DOCKER_STILLNESS_H_
#define FLOW_DOCKER_STILLNESS_H_

#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "flow/docker/contract.h"
#include "flow/docker/observed.h"
#include "flow/docker/owner.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

// What tells that someone is at work: the containers that there are and which of them are half-made. What else changes
// (a program that ends and is started again) may go on for ever.
struct HalfMade {
  std::set<std::string> containers;          // ids of all there are
  std::vector<std::string> being_made;       // ids of those that were not started yet, or are on their way in or out
  std::vector<std::string> unused_networks;  // where there is no container at all

  bool empty() const { return being_made.empty() && unused_networks.empty(); }
  bool operator==(const HalfMade&) const = default;
};

inline HalfMade FindHalfMade(const project::Project& project, const Observed& observed) {
  HalfMade found;
  for (const Container& container : observed.containers) {
    found.containers.insert(container.id);
    const bool is_made = container.state != "created" && container.state != "removing" && container.is_connected();
    if (!is_made) found.being_made.push_back(container.id);
  }
  if (!observed.containers.empty()) return found;
  for (const engine::NetworkSummary& network : observed.networks) {
    if (IsOwned(network.labels(), project)) found.unused_networks.push_back(network.id());
  }
  return found;
}

class Stillness {
 public:
  enum class Verdict {
    kStill,   // what was seen may be judged
    kMoving,  // another look is to be taken when the timer LookAgain fires
    kBusy,    // it has moved for kMost: someone is at work there
  };

  // Takes a look in.
  Verdict Take(const project::Project& project, const Observed& observed, Outbox& out) {
    HalfMade now = FindHalfMade(project, observed);
    if (looks_ == 0 && now.empty()) return Verdict::kStill;
    if (looks_ > 0 && now == last_) return Verdict::kStill;
    if (looks_ * kPause >= kMost) return Verdict::kBusy;
    if (looks_++ == 0) {
      out.Tell(
          Report::Kind::kNote, "",
          "something of the pipeline is half-made: by another apply at work, or one that was cut off. It is looked "
          "at again until it holds still");
    }
    last_ = std::move(now);
    out.Timer(LookAgain{}, kPause);
    return Verdict::kMoving;
  }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [looks, last] = *this;
    return std::tie(looks, last);
  }

 private:
  // An apply that is at work does something in that time, unless its engine is slow or it waits for a health check; what
  // comes of a look in between is in rollback.h.
  static constexpr absl::Duration kPause = absl::Seconds(1);
  static constexpr absl::Duration kMost = absl::Seconds(30);

  int looks_ = 0;  // at what moved
  HalfMade last_;
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_STILLNESS_H_
