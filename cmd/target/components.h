// The components of a pipeline that a command line names.
#ifndef CMD_TARGET_COMPONENTS_H_
#define CMD_TARGET_COMPONENTS_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/state/store.h"

namespace flow {

// Of all components, with how many replicas each has, those that are wanted; without any all of them. Error
// (exit_status.h: kUsage): there is none of a wanted name, with what was probably meant.
absl::StatusOr<std::map<std::string, int>> ChooseComponents(const PipelineKey& key,
                                                            const std::map<std::string, int>& components,
                                                            const std::set<std::string>& wanted);

}  // namespace flow

#endif  // CMD_TARGET_COMPONENTS_H_
