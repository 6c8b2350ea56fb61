// What the flags of a command line say, as data. A main() has it from ParseArguments() and hands on what a function
// needs of it; nothing below asks for a flag. The flags themselves are in flags.cc.
#ifndef CMD_CLI_OPTIONS_H_
#define CMD_CLI_OPTIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace flow {

// Which engine or cluster, and where the state of pipelines is kept. Empty: as the environment says.
struct EngineOptions {
  std::string host;
  std::string kubeconfig;
  std::string kube_context;
  std::string kube_namespace;  // the one of the cluster that is meant; empty: the pipeline's own, or wherever it is
  std::string state_dir;
  bool verbose = false;  // every request is told
};

// All of them. A member is a flag's; what it means is the flag's help.
struct Options : EngineOptions {
  std::string namespace_;
  std::string output;
  bool for_cluster = false;  // --output=kubernetes, which leaves `output` to say in which notation
  std::string progress;

  std::string file;
  std::string driver;
  std::string default_image;
  std::vector<std::string> env_files;
  std::vector<std::string> allowed_host_paths;
  bool strict = false;
  std::string engine_api;
  std::string to_file;
  std::string storage_class;
  std::string volume_size;
  std::string pull_secret;

  bool dry_run = false;
  bool check = false;
  bool wait = false;
  absl::Duration timeout;
  absl::Duration min_ready;
  std::string pull;
  bool rollback = false;
  bool force_recreate = false;
  bool logs = false;
  std::optional<std::string> control_plane;  // nothing: the flag was not given
  bool require_control_plane = false;

  bool keep_volumes = false;
  bool ignore_not_found = false;
  bool all = false;

  bool watch = false;
  bool stats = false;

  bool follow = false;
  std::string tail;
  std::string since;
  std::string until;
  bool timestamps = false;

  std::string window;
  bool stream = false;
  bool keep = false;
};

}  // namespace flow

#endif  // CMD_CLI_OPTIONS_H_
