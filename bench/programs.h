// The programs that are compared, and how each is told to do the same thing.
#ifndef BENCH_PROGRAMS_H_
#define BENCH_PROGRAMS_H_

#include <string>
#include <vector>

namespace bench {

enum Peer { kFlow, kCompose, kFloor, kPeers };
enum Job { kDeploy, kUnchanged, kStatus, kDelete, kJobs };

inline constexpr const char* kPeerNames[kPeers] = {"flow", "Compose", "floor"};
inline constexpr const char* kJobNames[kJobs] = {"first deploy", "unchanged apply", "status", "delete"};

using Command = std::vector<std::string>;

// Where they are.
struct Programs {
  std::string flow;     // the folder of flow-apply and its kin
  std::string compose;  // empty: none is installed
  std::string floor;

  // FLOW_COMPOSE, else `docker-compose` in PATH, else the Docker CLI's plugin; flow and floor where Bazel puts them,
  // seen from this program's own file.
  static Programs Find();
};

// One pipeline to deploy, in the forms that the programs read.
struct Pipeline {
  std::string name;   // "bench-4711-ten"; Compose's project and the engine's names begin with "flow-" + name
  std::string title;  // "10 independent"
  int components = 0;
  bool chain = false;          // each reads the one before it; else none reads any
  bool checked = false;        // each has a health check, and what reads it waits until it is healthy
  std::string file;            // flow's
  std::string state_dir;       // flow's
  std::string compose_file;    // what flow wrote beside its state
  std::string records[kJobs];  // what flow sent
};

// Components that sleep, or, where they are checked, serve what is asked for; on busybox:1.36.
std::string PipelineText(const Pipeline& pipeline);

// Whether the floor can do what the others do: it waits for no health check.
inline bool HasFloor(const Pipeline& pipeline) { return !pipeline.checked; }

// How a program does a job. `socket` is the engine's.
Command CommandOf(Peer peer, Job job, const Pipeline& pipeline, const Programs& programs, const std::string& socket);

}  // namespace bench

#endif  // BENCH_PROGRAMS_H_
