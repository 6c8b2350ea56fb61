// The contract of flow/deploy with a cluster's types, under the short names that the machines of this folder use.
#ifndef FLOW_KUBERNETES_CONTRACT_H_
#define FLOW_KUBERNETES_CONTRACT_H_

#include "flow/deploy/contract.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/plan.pb.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/purpose.h"

namespace flow::kubernetes {

// The target that is a Kubernetes cluster.
struct Cluster {
  using Call = api::Call;
  using Reply = api::Reply;
  using Event = api::WatchEvent;
  using Filter = api::WatchFilter;
  using Version = api::ServerVersion;
  using Purpose = kubernetes::Purpose;
  using TimerPurpose = kubernetes::TimerPurpose;
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

using Action = deploy::Action<Cluster>;
using Answer = deploy::Answer<Cluster>;
using Event = deploy::Event<Cluster>;
using OpenStream = deploy::OpenStream<Cluster>;
using Outbox = deploy::Outbox<Cluster>;
using Send = deploy::Send<Cluster>;
using StreamEvent = deploy::StreamEvent<Cluster>;

using deploy::Deployment;
using deploy::Operation;
using deploy::Plan;
using deploy::Wait;

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_CONTRACT_H_
