// Where a pipeline may be that is not where it was looked for, as far as the state knows.
#ifndef CMD_STATE_WHERE_ELSE_H_
#define CMD_STATE_WHERE_ELSE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "cmd/state/store.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

// "the cluster https://10.0.0.1:6443, namespace flow-payments": the target of a pipeline's state, where that is of another
// kind than `driver` (as in deploy::Deployment), or is another namespace of a cluster than `kube_namespace` (empty: any will
// do). Empty: it is not.
std::string OtherTarget(const deploy::Deployment& state, absl::string_view driver, absl::string_view kube_namespace);

// Of a pipeline that was looked for on a target of `driver`'s kind, and is not there, nor in the state as being there, what
// helps to find it: the target of its state, the namespace that has one of its name, or the name that was probably meant.
// A sentence's end, behind a semicolon: "; did you mean \"payments\"?". Empty: the state knows nothing near.
std::string WhereElse(const Store& store, const PipelineKey& key, absl::string_view driver);

}  // namespace flow

#endif  // CMD_STATE_WHERE_ELSE_H_
