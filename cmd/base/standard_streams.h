// The three descriptors that every program is given.
#ifndef CMD_BASE_STANDARD_STREAMS_H_
#define CMD_BASE_STANDARD_STREAMS_H_

namespace flow {

// Opens /dev/null where standard input, output or error is closed, as some schedulers start programs. To be called before
// anything else is opened: a file or socket would get that number, and what is printed would be written into it.
void OpenClosedStandardStreams();

}  // namespace flow

#endif  // CMD_BASE_STANDARD_STREAMS_H_
