// Which files and folders of this machine a pipeline's containers mount, told so that another one in their place is
// another text.
#ifndef CMD_INPUT_HOST_MARKS_H_
#define CMD_INPUT_HOST_MARKS_H_

#include "flow/pipeline/pipeline.pb.h"
#include "flow/project/mounted.h"

namespace flow {

// A folder is the one that it is, whatever is in it: the container sees that. So is a file that the container may
// write to. A file that it may only read is what it says; one that this user may not read, or that is over 16 MiB, is
// told by its size and time. Sockets and devices are left out: whoever makes them makes them anew.
project::Mounted MarkMounted(const pipeline::Pipeline& pipeline);

}  // namespace flow

#endif  // CMD_INPUT_HOST_MARKS_H_
