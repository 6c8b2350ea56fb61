// Carries out what flow/stream/pump.h asks for, over a loop that others may use as well: it lives in the loop's
// callbacks, and whoever polls the loop drives it.
#ifndef CMD_STREAM_CARRIER_H_
#define CMD_STREAM_CARRIER_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/http/exchange.h"
#include "cmd/http/loop.h"
#include "cmd/stream/question.h"
#include "flow/stream/contract.h"
#include "flow/stream/pump.h"

namespace flow {

struct CarrierHooks {
  std::function<void(const stream::Report&)> report;
  std::function<void(const std::string&)> trace;  // a stream is about to be opened: to whom, and which
};

class Carrier {
 public:
  Carrier(std::shared_ptr<Loop> loop, stream::Pump pump, CarrierHooks hooks)
      : loop_(std::move(loop)), pump_(std::move(pump)), hooks_(std::move(hooks)) {}
  ~Carrier();
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  // What the loop does not tell: where replicas are, and the end.
  void Tell(const stream::Event& event);

  // After each Poll of the loop, which is to last no longer than to due(). Where that comes nearer meanwhile, Poll ends.
  void Tick();
  absl::Time due() { return polled_until_ = pump_.due(); }

  const stream::Pump& pump() const { return pump_; }
  // How it has finished.
  const std::optional<stream::Finish>& finish() const { return finish_; }

 private:
  // What is under way with a link.
  struct Line {
    int component = 0;
    std::string address;
    bool paused = false;  // also before there is a stream
    std::unique_ptr<Exchange> stream;
    std::unique_ptr<Question> question;
  };

  // From within libcurl, which must not be called then: what is to be done follows once it has returned. But a pause is
  // at once, as more may come, and so is what is sent.
  void Note(std::vector<stream::Action> actions);
  void CarryOut();
  void Step(const stream::Event& event) { Note(pump_.Step(absl::Now(), event)); }

  void Do(const stream::Check& check);
  void Do(const stream::Open& open);
  void Do(const stream::Close& close);
  void Do(const stream::Pause& pause);
  void Do(const stream::Wake& wake);
  void Do(const stream::Count& count);
  void Do(const stream::Report& report) { hooks_.report(report); }
  void Do(const stream::Finish& finish) { finish_ = finish; }

  void Ask(stream::LinkId link, Question::About about, Question::Told told);
  Line* Find(stream::LinkId link);
  const stream::Component& Of(const Line& line) const { return pump_.topology().components[line.component]; }

  const std::shared_ptr<Loop> loop_;
  stream::Pump pump_;
  const CarrierHooks hooks_;
  std::map<stream::LinkId, Line> lines_;
  std::set<int> by_http_;  // components that tell their counts by HTTP alone
  std::deque<stream::Action> todo_;
  bool carrying_ = false;                             // CarryOut is to come
  absl::Time polled_until_ = absl::InfiniteFuture();  // as was told last
  std::optional<stream::Finish> finish_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace flow

#endif  // CMD_STREAM_CARRIER_H_
