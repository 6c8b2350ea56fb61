// The files of this machine that a pipeline takes along to a cluster: what its components mount read-only by host_path.
#ifndef CMD_INPUT_CARRIED_FILES_H_
#define CMD_INPUT_CARRIED_FILES_H_

#include <map>
#include <string>
#include <vector>

#include "flow/kubernetes/carried.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow {

struct CarriedFiles {
  kubernetes::CarriedPaths carried;
  // By host path, why one cannot be carried, a sentence without its end: "it is not there".
  std::map<std::string, std::string> problems;
};

// Reads them, each path once: a file, or a folder with all that is in it, links followed. Of one that is larger than what
// is carried (kMostCarriedBytes) a little more than that is read. Paths in `allowed`, with everything in them, are the
// nodes' own and not looked at.
CarriedFiles ReadCarriedFiles(const pipeline::Pipeline& pipeline, const std::vector<std::string>& allowed);

}  // namespace flow

#endif  // CMD_INPUT_CARRIED_FILES_H_
