// What a pipeline takes from this machine's file system: the folders and files that its containers mount, and its
// secrets.
#ifndef CMD_INPUT_HOST_FILES_H_
#define CMD_INPUT_HOST_FILES_H_

#include <map>
#include <string>
#include <vector>

#include "flow/pipeline/pipeline.pb.h"
#include "flow/project/digest.h"
#include "flow/project/mounted.h"

namespace flow {

struct HostFiles {
  // Component → variable → the content of its secret of type `env`, white space around it trimmed.
  std::map<std::string, std::map<std::string, std::string>> secrets;
  // What is mounted of this machine; nothing where the engine is on another.
  project::Mounted mounted;
  // What keeps the pipeline from being deployed, a line each: "sink: /srv/conf: there is no such file". Then nothing
  // was made on disk.
  std::vector<std::string> problems;
  std::vector<std::string> warnings;
};

struct HostFilesOptions {
  // Whether the engine runs on this machine. Another's files cannot be seen from here: then only the secrets of type
  // `env` are looked at, which are read here whatever the engine.
  bool engine_is_here = true;
  // Whether missing folders are made; a dry run makes nothing.
  bool make = true;
  // Paths of the system that may be mounted all the same (--allow_host_path).
  std::vector<std::string> allowed;
  // The socket of the engine; empty where it has none here.
  std::string socket;
};

// Looks at every host path of the pipeline, and makes the folders that are missing and may be written to, as the user
// who runs this. A secret that is not required and not there is taken out of the pipeline.
HostFiles PrepareHostFiles(const HostFilesOptions& options, pipeline::Pipeline& pipeline);

// What stands for the secrets' values in digests.
project::SecretDigests DigestSecrets(const pipeline::Pipeline& pipeline, const HostFiles& files);

}  // namespace flow

#endif  // CMD_INPUT_HOST_FILES_H_
