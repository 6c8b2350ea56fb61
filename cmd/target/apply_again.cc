#include "cmd/target/apply_again.h"

#include <random>

namespace flow {

absl::Duration PauseBefore(int next_look) {
  static std::mt19937 random{std::random_device()()};
  return absl::Milliseconds(std::uniform_int_distribution<>(200, 1000 * next_look)(random));
}

}  // namespace flow
