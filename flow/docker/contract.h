// The contract of flow/deploy with Docker's types, under the short names that the machines of this folder use.
#ifndef FLOW_DOCKER_CONTRACT_H_
#define FLOW_DOCKER_CONTRACT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "flow/compose/api_version.h"
#include "flow/deploy/contract.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/plan.pb.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/purpose.h"

namespace flow::docker {

// Which of the engine's events are wanted.
struct EventFilter {
  std::vector<std::string> labels;  // "key=value", all of them
  int64_t since_nano = 0;           // by the engine's clock; 0: from now on
};

// The target that is a Docker engine.
struct Docker {
  using Call = engine::Call;
  using Reply = engine::Reply;
  using Event = engine::Event;
  using Filter = EventFilter;
  using Version = compose::ApiVersion;
  using Purpose = docker::Purpose;
  using TimerPurpose = docker::TimerPurpose;
};

using deploy::Begin;
using deploy::Cancel;
using deploy::CloseStream;
using deploy::Finish;
using deploy::Forget;
using deploy::Interrupted;
using deploy::Report;
using deploy::RequestId;
using deploy::Save;
using deploy::Saved;
using deploy::StartTimer;
using deploy::StreamEnded;
using deploy::StreamOpened;
using deploy::TimerFired;
using deploy::TimerId;

using Action = deploy::Action<Docker>;
using Answer = deploy::Answer<Docker>;
using Event = deploy::Event<Docker>;
using OpenStream = deploy::OpenStream<Docker>;
using Outbox = deploy::Outbox<Docker>;
using Send = deploy::Send<Docker>;
using StreamEvent = deploy::StreamEvent<Docker>;

using deploy::Deployment;
using deploy::Operation;
using deploy::Plan;
using deploy::Wait;

}  // namespace flow::docker

#endif  // FLOW_DOCKER_CONTRACT_H_
