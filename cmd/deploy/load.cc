#include "cmd/deploy/load.h"

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/base/paths.h"
#include "cmd/cli/flags.h"
#include "cmd/cli/terminal.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/parse.h"

namespace flow {
absl::StatusOr<LoadedPipeline> LoadPipeline(const std::string& file, const Arguments& arguments,
                                            const Environment& environment, bool deploy) {
  absl::StatusOr<std::string> text = ReadInput(file, environment);
  if (!text.ok()) return text.status();

  pipeline::ParseOptions options;
  options.variables = environment;
  options.default_image = FLAGS_default_image;
  options.driver = FLAGS_driver;
  options.deploy = deploy;
  if (const auto allowed = arguments.repeated.find("allow_host_path"); allowed != arguments.repeated.end()) {
    options.allowed_host_paths = allowed->second;
  }
  options.strict = FLAGS_strict;
  options.base_directory = file == "-" ? WorkingFolder(environment)
                                       : std::filesystem::path(ResolvePath(file, environment)).parent_path().string();
  options.home_directory = Variable(environment, "HOME");

  pipeline::ParseResult result = pipeline::ParsePipeline(*text, options);
  const bool colour = InspectTerminal(STDERR_FILENO, environment).colour;
  std::cerr << pipeline::RenderDiagnostics(file == "-" ? "standard input" : file, *text, result.diagnostics, colour);
  if (!FLAGS_namespace.empty()) result.pipeline.set_namespace_(FLAGS_namespace);
  const bool valid = result.ok();
  return LoadedPipeline{*std::move(text), std::move(result.pipeline), valid};
}

}  // namespace flow
