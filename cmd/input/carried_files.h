// The files of this machine that a pipeline takes along to a cluster: what its components mount read-only by host_path. And
// how its secrets are here, whose contents are not looked at.
#ifndef CMD_INPUT_CARRIED_FILES_H_
#define CMD_INPUT_CARRIED_FILES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "flow/kubernetes/carried.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow {

struct CarriedFiles {
  kubernetes::CarriedPaths carried;
  // By host path, why one cannot be carried, a sentence without its end: "it is not there".
  std::map<std::string, std::string> problems;
  // The host paths of secrets that are not required and not there, and of those that are larger than a secret of a cluster.
  std::set<std::string> missing_secrets;
  std::set<std::string> large_secrets;
};

// Takes the missing ones out of the pipeline, as for an engine (host_files.h): a pod waits for the secrets that it names.
void LeaveOutMissingSecrets(const CarriedFiles& files, pipeline::Pipeline& pipeline);

// Reads them, each path once: a file, or a folder with all that is in it, links followed. Of one that is larger than what
// is carried (kMostCarriedBytes) a little more than that is read. Paths in `allowed`, with everything in them, are the
// nodes' own and not looked at.
CarriedFiles ReadCarriedFiles(const pipeline::Pipeline& pipeline, const std::vector<std::string>& allowed);

// Reads one file, or a folder with all that is in it, into `carried`. Why it cannot be carried; empty: it can.
std::string ReadCarried(const std::string& path, kubernetes::Carried& carried);

}  // namespace flow

#endif  // CMD_INPUT_CARRIED_FILES_H_
