// How far a replica is with the events that it was sent, where its outputs do not tell: it filters some of them out, or
// is a sink. The SDK's components tell how many they are done with, so they are asked; never more often than helps, and
// not at all while nothing waits for it. Of one that tells nothing it is presumed after a silence.
#ifndef FLOW_STREAM_PROGRESS_H_
#define FLOW_STREAM_PROGRESS_H_

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/time/time.h"
#include "flow/stream/contract.h"
#include "flow/stream/outflow.h"

namespace flow::stream {

class Progress {
 public:
  // What comes of Look.
  enum class Step {
    kNothing,   // until due()
    kAsk,       // its count is to be asked for
    kPresumed,  // all that it was sent counts as done with from now on
    kGivenUp,   // … although it tells counts, by which it was not, for long
  };
  // Why one wants to know.
  enum class Need { kNone, kSafety, kRoom, kEnd };

  // `answers`: whether it answers events at all, as a processor does.
  explicit Progress(bool answers) : answers_(answers) {}

  // A stream was opened with it; `handled` is what it told of itself then.
  void Begin(absl::Time now, Handled handled);
  // An event went to it, or came from it.
  void Moved(absl::Time now) { moved_ = now; }
  absl::Time moved() const { return moved_; }
  // It was asked, and has told.
  void Told(absl::Time now, Handled handled, Outflow& out);

  Step Look(absl::Time now, Need need, Outflow& out);
  // When Look is to be called again. InfiniteFuture: when something happens.
  absl::Time due() const { return asked_ ? absl::InfiniteFuture() : due_; }

  bool counts() const { return counts_; }

 private:
  static constexpr absl::Duration kQuiet = absl::Milliseconds(5);  // without an output: it is worth asking
  // The same of one that tells nothing: all that it was sent is done with. At the end of all that errs less easily.
  static constexpr absl::Duration kUntold = absl::Milliseconds(20), kUntoldAtEnd = absl::Seconds(1);
  static constexpr absl::Duration kLongest = absl::Seconds(1);  // between two questions
  // Between two that only keep small what would have to be read again.
  static constexpr absl::Duration kSafetyEvery = absl::Milliseconds(250);
  // Without a safe point it is given nothing until there is one; that is to take a small part of the time only.
  static constexpr absl::Duration kUnsafe = absl::Seconds(1);
  static constexpr int kUnsafeParts = 20;
  // Without any progress, while something waits for it: a sink passes over what is not of its type, uncounted.
  static constexpr absl::Duration kSinkPatience = absl::Seconds(2), kProcessorPatience = absl::Seconds(10);

  Step LookUncounted(absl::Time now, Need need, Outflow& out);
  void HoldWhenUnsafe(absl::Time now, Outflow& out);

  const bool answers_;
  bool counts_ = false;
  int64_t from_ = 0, counted_ = 0;
  bool asked_ = false;
  Need need_ = Need::kNone;
  absl::Duration pause_ = kQuiet;
  absl::Time due_ = absl::InfiniteFuture();
  absl::Time moved_ = absl::InfinitePast();
  absl::Time progressed_ = absl::InfinitePast();
  absl::Time told_ = absl::InfinitePast();
  absl::Time safe_ = absl::InfinitePast(), held_ = absl::InfiniteFuture();
  absl::Duration unsafe_ = kUnsafe;
};

// How it is done

inline void Progress::Begin(absl::Time now, Handled handled) {
  counts_ = handled.has_value();
  from_ = handled.value_or(0);
  counted_ = 0;
  asked_ = false;
  need_ = Need::kNone;
  due_ = absl::InfiniteFuture();
  moved_ = progressed_ = told_ = safe_ = now;
  held_ = absl::InfiniteFuture();
  unsafe_ = kUnsafe;
}

inline void Progress::Told(absl::Time now, Handled handled, Outflow& out) {
  asked_ = false;
  const int64_t counted = handled.has_value() ? *handled - from_ : counted_;
  if (counted > counted_) {
    const absl::Duration each = (now - std::max(told_, progressed_)) / (counted - counted_);
    counted_ = counted;
    progressed_ = now;
    out.Handled(counted_);
    // Half of the time that the rest takes, as it looks.
    pause_ = std::clamp(each * out.unsettled() / 2, kQuiet, kLongest);
  } else {
    pause_ = std::min(kLongest, 2 * pause_);
  }
  told_ = now;
  due_ = now + (need_ == Need::kSafety ? kSafetyEvery : pause_);
}

inline void Progress::HoldWhenUnsafe(absl::Time now, Outflow& out) {
  if (out.in_doubt() == 0) {
    if (held_ != absl::InfiniteFuture()) unsafe_ = std::max(kUnsafe, kUnsafeParts * (now - held_));
    safe_ = now;
    held_ = absl::InfiniteFuture();
  } else if ((counts_ || answers_) && held_ == absl::InfiniteFuture() && now - safe_ >= unsafe_) {
    held_ = now;
    out.Hold();
  }
}

inline Progress::Step Progress::Look(absl::Time now, Need need, Outflow& out) {
  HoldWhenUnsafe(now, out);
  if (out.unsettled() == 0) need = Need::kNone;
  if (std::exchange(need_, need) != need) {
    pause_ = kQuiet;
    progressed_ = now;
    due_ = absl::InfiniteFuture();
  }
  if (need == Need::kNone || asked_) return Step::kNothing;
  if (!counts_) return LookUncounted(now, need, out);
  if (need != Need::kSafety && now - std::max(progressed_, moved_) >= (answers_ ? kProcessorPatience : kSinkPatience)) {
    counts_ = false;
    // Its stream may be dead, and nothing have told so: what is sent next shows, which counts as what moves.
    moved_ = now;
    answers_ ? out.PresumeHandled() : out.Presume();
    return Step::kGivenUp;
  }
  if (due_ == absl::InfiniteFuture())
    due_ = need == Need::kSafety ? now + kSafetyEvery : std::max(now, moved_ + pause_);
  if (now < due_) return Step::kNothing;
  asked_ = true;
  return Step::kAsk;
}

inline Progress::Step Progress::LookUncounted(absl::Time now, Need need, Outflow& out) {
  due_ = absl::InfiniteFuture();
  if (!answers_) {
    out.ForgetOld();
    return Step::kPresumed;
  }
  if (need == Need::kSafety) return Step::kNothing;
  due_ = moved_ + (need == Need::kEnd ? kUntoldAtEnd : kUntold);
  if (now < due_) return Step::kNothing;
  due_ = absl::InfiniteFuture();
  out.Presume();
  return Step::kPresumed;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_PROGRESS_H_
