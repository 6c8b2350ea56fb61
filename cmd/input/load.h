// A pipeline file, from the command line's word for it to a Pipeline, with everything that is wrong with it told.
#ifndef CMD_INPUT_LOAD_H_
#define CMD_INPUT_LOAD_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/base/environment.h"
#include "cmd/cli/arguments.h"
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
  pipeline::ParseOptions options;
  std::vector<pipeline::Diagnostic> diagnostics;
};

// Takes what is wrong with a file, which may be nothing: its name as it was given ("-" is standard input), its text,
// and its diagnostics.
using DiagnosticSink = std::function<void(const std::string& file, const std::string& text,
                                          const std::vector<pipeline::Diagnostic>& diagnostics)>;

// Diagnostics of a file ("-" is standard input) for a person to read, in characters that the locale has.
std::string ShownDiagnostics(const std::string& file, const std::string& text,
                             const std::vector<pipeline::Diagnostic>& diagnostics, bool colour,
                             const Environment& environment);

// Whether --namespace and --default_image, which stand in for what a file says, are what the file might say. To be
// asked before LoadPipeline(). InvalidArgument: wrong usage, in a sentence that names the flag.
absl::Status CheckFileFlags();

// Reads and parses `file` ("-": standard input) as the flags of flags.h say (--env_file, --default_image, --driver,
// --allow_host_path, --nostrict, --namespace), and gives its diagnostics, and those of an --env_file, to `tell`;
// without one they are printed on standard error. `deploy`: it is about to be deployed, and what flow does not deploy
// is an error. Error: the file, or an --env_file, cannot be read.
absl::StatusOr<LoadedPipeline> LoadPipeline(const std::string& file, const Arguments& arguments,
                                            const Environment& environment, bool deploy, DiagnosticSink tell = nullptr);

// Parses it again with what the images of its component references say of themselves (by reference), and prints what
// was not told before.
void ParseWithMetadata(std::map<std::string, pipeline::ComponentMetadata> metadata, const Environment& environment,
                       LoadedPipeline& loaded);

}  // namespace flow

#endif  // CMD_INPUT_LOAD_H_
