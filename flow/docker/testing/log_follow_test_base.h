// What tests of log_follow.h start from: the machine, and an engine with containers that is driven by hand.
#ifndef FLOW_DOCKER_TESTING_LOG_FOLLOW_TEST_BASE_H_
#define FLOW_DOCKER_TESTING_LOG_FOLLOW_TEST_BASE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/log_text.h"
#include "flow/docker/engine/compose_labels.h"
#include "flow/docker/log_follow.h"
#include "flow/project/labels.h"

namespace flow::docker::testing {

// An engine with containers, driven by hand: what the machine asks for is kept until the test answers.
class LogFollowTest : public ::testing::Test {
 protected:
  void Start(LogInput input) {
    input.namespace_ = "default";
    input.pipeline = "x";
    follow_ = std::make_unique<LogFollow>(std::move(input));
    Tell(Begin{});
  }
  // The same with --follow, and the first list.
  void Follow(const std::vector<std::string>& ids, LogInput input = {}) {
    input.follow = true;
    Start(std::move(input));
    Tell(StreamOpened{});
    AnswerList(ids);
  }

  void Tell(const LogEvent& event) {
    for (LogAction& action : follow_->Step(now_, event)) {
      if (const auto* send = std::get_if<Send>(&action)) {
        const auto* inspect = std::get_if<engine::InspectContainer>(&send->call);
        (inspect == nullptr ? listing_ : looking_[inspect->id]) = send->request;
      } else if (const auto* open = std::get_if<OpenLog>(&action)) {
        streams_[open->query.id] = open->stream;
        opened_.push_back(open->query);
      } else if (const auto* print = std::get_if<deploy::ComponentLine>(&action)) {
        printed_.push_back(absl::StrCat(print->component, ": ", print->line.text));
      } else if (const auto* warning = std::get_if<LogWarning>(&action)) {
        warnings_.push_back(warning->text);
      } else if (const auto* pause = std::get_if<PauseLog>(&action)) {
        paused_ = pause->pause;
      } else if (std::holds_alternative<OpenStream>(action)) {
        ++listens_;
      } else {
        done_ = true;
        complete_ = std::get<LogsDone>(action).complete;
      }
    }
  }
  // Lets time pass, as far as the machine wants to be told.
  void Wait(absl::Duration duration) {
    const absl::Time end = now_ + duration;
    while (follow_->due() <= end) {
      now_ = std::max(now_, follow_->due());
      Tell(Tick{});
    }
    now_ = end;
  }

  // The list of containers: the component is what the id begins with, up to a digit.
  void AnswerList(const std::vector<std::string>& ids) {
    engine::ContainerList list;
    for (const std::string& id : ids) {
      engine::ContainerSummary& container = *list.add_containers();
      container.set_id(id);
      auto& labels = *container.mutable_labels();
      labels[project::kComponentLabel] = id.substr(0, 1);
      labels[engine::kComposeContainerNumberLabel] = "1";
    }
    Tell(Answer{listing_, engine::Reply(list)});
  }
  void AnswerLook(const std::string& id, const std::string& status, const std::string& started = "1",
                  const std::string& policy = "unless-stopped") {
    engine::ContainerInspect inspect;
    inspect.mutable_state()->set_status(status);
    inspect.mutable_state()->set_started_at(started);
    inspect.mutable_host_config()->mutable_restart_policy()->set_name(policy);
    ASSERT_NE(looking_[id], RequestId()) << id;
    Tell(Answer{std::exchange(looking_[id], RequestId()), engine::Reply(inspect)});
  }
  void Write(const std::string& id, int second, const std::string& text) {
    const std::string line = absl::StrCat(deploy::TimestampText(absl::FromUnixSeconds(second)), " ", text, "\n");
    std::string frame("\1\0\0\0\0\0\0", 7);
    frame += static_cast<char>(line.size());
    Tell(LogPiece{streams_.at(id), frame + line});
  }
  void End(const std::string& id, absl::Status status = absl::OkStatus()) {
    Tell(LogEnded{streams_.at(id), std::move(status)});
    Wait(absl::ZeroDuration());
  }
  // The stream that followed a run ends, and then what is read once more.
  void EndRun(const std::string& id) {
    End(id);
    End(id);
  }
  void Happen(const std::string& action, const std::string& id) {
    engine::Event event;
    event.set_action(action);
    event.mutable_actor()->set_id(id);
    (*event.mutable_actor()->mutable_attributes())[project::kComponentLabel] = id.substr(0, 1);
    (*event.mutable_actor()->mutable_attributes())[engine::kComposeContainerNumberLabel] = "1";
    Tell(StreamEvent{event});
  }

  std::vector<std::string> Printed() {
    Wait(absl::Milliseconds(100));
    return std::exchange(printed_, {});
  }

  std::unique_ptr<LogFollow> follow_;
  absl::Time now_ = absl::FromUnixSeconds(1000);
  RequestId listing_ = RequestId();
  int listens_ = 0;
  std::map<std::string, RequestId> looking_;
  std::map<std::string, int> streams_;
  std::vector<engine::LogsQuery> opened_;
  std::vector<std::string> printed_, warnings_;
  bool paused_ = false, done_ = false, complete_ = false;
};

}  // namespace flow::docker::testing

#endif  // FLOW_DOCKER_TESTING_LOG_FOLLOW_TEST_BASE_H_
