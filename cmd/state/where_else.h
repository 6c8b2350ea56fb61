// Where a pipeline may be that is not where it was looked for, as far as the state knows.
#ifndef CMD_STATE_WHERE_ELSE_H_
#define CMD_STATE_WHERE_ELSE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "cmd/state/store.h"

namespace flow {

// "the cluster https://10.0.0.1:6443": the target of the pipeline's state, where that is of another kind than `driver`
// (as in deploy::Deployment). Empty: it is not, or there is no state that can be read.
std::string OtherTarget(const Store& store, const PipelineKey& key, absl::string_view driver);

// Of a pipeline that is not on a target of `driver`'s kind, nor in the state as one of it, what helps to find it: the
// other target, the namespace that has one of its name, or the name that was probably meant. A sentence's end, behind a
// semicolon: "; did you mean \"payments\"?". Empty: the state knows nothing near.
std::string WhereElse(const Store& store, const PipelineKey& key, absl::string_view driver);

}  // namespace flow

#endif  // CMD_STATE_WHERE_ELSE_H_
