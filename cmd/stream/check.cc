#include "cmd/stream/check.h"

#include <deque>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cmd/base/exit_status.h"
#include "cmd/docker/pipelines.h"
#include "cmd/stream/question.h"
#include "cmd/stream/wiring.h"
#include "flow/stream/check.h"

namespace flow {

absl::StatusOr<stream::StreamReport> CheckStreams(Session& session, Caller& caller,
                                                  const std::vector<PipelineKey>& keys) {
  const absl::StatusOr<std::vector<FoundPipeline>> pipelines = FindPipelines(session, caller, keys);
  if (!pipelines.ok()) return pipelines.status();
  struct Checked {
    Wiring wiring;
    stream::Serving serving;
  };
  std::deque<Checked> all;
  std::deque<Question> questions;
  size_t answers = 0;
  for (const auto& [key, state, containers] : *pipelines) {
    absl::StatusOr<Wiring> wiring = WiringOf(key, state);
    if (!wiring.ok()) return wiring.status();
    Checked& checked = all.emplace_back(Checked{*std::move(wiring), {}});
    for (const Place& place : PlacesOf(checked.wiring, containers, session.endpoint())) {
      const auto told = [&answers, &checked, place](const absl::StatusOr<Question::Answer>& answer) {
        ++answers;
        checked.serving[{place.component, place.number}] = answer.status();
      };
      questions.emplace_back(session.client().loop(), checked.wiring.topology.components[place.component],
                             place.address, Question::About::kCount, told);
    }
  }
  while (answers < questions.size()) {
    if (absl::Status polled = session.client().Poll(absl::InfiniteDuration(), {session.signals().fd()}); !polled.ok()) {
      return polled;
    }
    if (const std::optional<int> signal = session.signals().Next()) return EndedBy(*signal);
  }
  stream::StreamReport report;
  for (size_t i = 0; i < keys.size(); ++i) {
    stream::PipelineFigures& figures = *report.add_pipelines();
    figures = stream::DescribeServing(all[i].wiring.topology, all[i].serving);
    figures.set_name(keys[i].name);
    figures.set_namespace_(keys[i].namespace_);
  }
  return report;
}

}  // namespace flow
