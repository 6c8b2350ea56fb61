// A pipeline file, from the command line's word for it to a Pipeline, with everything that is wrong with it told.
#ifndef CMD_INPUT_LOAD_H_
#define CMD_INPUT_LOAD_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/base/environment.h"
#include "cmd/cli/options.h"
#include "cmd/input/carried_files.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/parse_options.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow {

struct LoadedPipeline {
  std::string text;  // the file's bytes
  pipeline::Pipeline pipeline;
  bool valid = false;  // no errors: the pipeline can be used

  // What it was parsed with, and what was told of it.
  std::string file;
  std::string namespace_;  // instead of the file's; empty: the file's
  pipeline::ParseOptions options;
  std::vector<pipeline::Diagnostic> diagnostics;

  // Of one for a cluster: the files that it takes along.
  std::shared_ptr<CarriedFiles> carried = std::make_shared<CarriedFiles>();
};

// The end of a command whose file is not valid, all of which was told: ExitCode::kInvalidFile, or kFailed where only files
// are at fault that the pipeline names.
absl::Status Invalid(const LoadedPipeline& loaded);

// Takes what is wrong with a file, which may be nothing: its name as it was given ("-" is standard input), its text,
// and its diagnostics.
using DiagnosticSink = std::function<void(const std::string& file, const std::string& text,
                                          const std::vector<pipeline::Diagnostic>& diagnostics)>;

// Diagnostics of a file ("-" is standard input) for a person to read, in characters that the locale has.
std::string ShownDiagnostics(const std::string& file, const std::string& text,
                             const std::vector<pipeline::Diagnostic>& diagnostics, bool colour,
                             const Environment& environment);

// Whether the namespace and the default image, which stand in for what a file says, are what the file might say. To be
// asked before LoadPipeline(). InvalidArgument: wrong usage, in a sentence that names the flag.
absl::Status CheckFileOptions(const Options& options);

// Reads and parses `file` ("-": standard input) as the options say, and gives its diagnostics, and those of the files
// of variables, to `tell`; without one they are printed on standard error. `deploy`: it is about to be deployed, and
// what flow does not deploy is an error. Error: the file, or one of variables, cannot be read.
absl::StatusOr<LoadedPipeline> LoadPipeline(const std::string& file, const Options& options,
                                            const Environment& environment, bool deploy, DiagnosticSink tell = nullptr);

// Parses it again with what the images of its component references say of themselves (by reference), and prints what
// was not told before.
void ParseWithMetadata(std::map<std::string, pipeline::ComponentMetadata> metadata, const Environment& environment,
                       LoadedPipeline& loaded);

}  // namespace flow

#endif  // CMD_INPUT_LOAD_H_
