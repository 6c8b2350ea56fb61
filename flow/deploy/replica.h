// One running copy of a component, in words that every target's can be put in.
#ifndef FLOW_DEPLOY_REPLICA_H_
#define FLOW_DEPLOY_REPLICA_H_

#include <string>
#include <vector>

namespace flow::deploy {

enum class Health { kNone, kStarting, kHealthy, kUnhealthy, kUnknown };

enum class ReplicaState { kPending, kRunning, kRestarting, kPaused, kExited, kDead };

// A container, a pod.
struct Replica {
  std::string id;
  std::string name;
  std::string component;
  std::string type;  // of the component, as the labels have it
  int number = 0;    // of the component's replicas, from 1
  std::string image;
  std::string digest;  // of what it was made from; empty: the target does not tell
  ReplicaState state = ReplicaState::kPending;
  std::string state_word;              // the target's own
  std::string up;                      // how long it has run, in words: "5 minutes"; empty for one that does not run
  Health health = Health::kNone;       // kNone: it has no check; kUnknown: its probe cannot run, which is no verdict
  int exit_code = 0;                   // of an exited one
  bool is_connected = true;            // to the other components
  std::vector<std::string> endpoints;  // published ports: "127.0.0.1:8080->80/tcp"
  std::string waits_for;               // why it does not run, in the target's words; empty: the state says all
  std::string trouble;  // of one that was running when it was last heard of: "is on x, which does not answer"
  // As far as the target tells them with the rest.
  std::string node;  // the machine that it is on
  int restarts = 0;
  std::string started_at;  // RFC 3339
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_REPLICA_H_
