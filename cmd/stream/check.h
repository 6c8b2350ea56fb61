// flow-stream --check: one look at whether the components of pipelines serve. It opens no stream: a source has one at a
// time, which is for the flow-stream that moves its events.
#ifndef CMD_STREAM_CHECK_H_
#define CMD_STREAM_CHECK_H_

#include <vector>

#include "absl/status/statusor.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"
#include "flow/stream/figures.pb.h"

namespace flow {

// Of pipelines of one namespace; it takes some seconds at most. Error (exit_status.h): as StreamWatch::Choose has them,
// or a signal came.
absl::StatusOr<stream::StreamReport> CheckStreams(Session& session, Caller& caller,
                                                  const std::vector<PipelineKey>& keys);

}  // namespace flow

#endif  // CMD_STREAM_CHECK_H_
