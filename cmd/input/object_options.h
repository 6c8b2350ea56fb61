// What the flags say of the objects that a pipeline becomes on a cluster.
#ifndef CMD_INPUT_OBJECT_OPTIONS_H_
#define CMD_INPUT_OBJECT_OPTIONS_H_

#include <string>

#include "cmd/cli/options.h"
#include "flow/kubernetes/carried.h"
#include "flow/kubernetes/options.h"

namespace flow {

// What is wrong with the flags for a cluster; empty: nothing.
std::string ClusterFlagProblem(const Options& options);

// By the flags, and the files that go along.
kubernetes::ObjectOptions ObjectOptionsOf(const Options& options, kubernetes::CarriedPaths carried);

}  // namespace flow

#endif  // CMD_INPUT_OBJECT_OPTIONS_H_
