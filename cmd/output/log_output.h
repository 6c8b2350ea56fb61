// What flow-logs writes on standard output: lines as they come, those that came at once at once.
#ifndef CMD_OUTPUT_LOG_OUTPUT_H_
#define CMD_OUTPUT_LOG_OUTPUT_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "flow/deploy/log_line.h"
#include "flow/deploy/log_text.h"

namespace flow {

class LogOutput {
 public:
  struct Options {
    bool json = false;  // each line as an object, else as text
    deploy::LogText::Options text;
  };

  // `project`: whose containers they are of (ProjectName). `components`: of which lines may come, with their replicas.
  LogOutput(std::string project, const std::map<std::string, int>& components, const Options& options);

  // Takes a line; Write() shows it, or when many wait, the next Add().
  void Add(const deploy::ComponentLine& line);
  void Write();

  // What kept a line from being written (write_out.h); from then on none is.
  const absl::Status& status() const { return status_; }

 private:
  const std::string project_;
  const bool json_;
  deploy::LogText text_;
  std::string waiting_;
  absl::Status status_;
};

}  // namespace flow

#endif  // CMD_OUTPUT_LOG_OUTPUT_H_
