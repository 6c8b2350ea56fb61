#include "cmd/input/key_of_file.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "cmd/base/exit_status.h"
#include "cmd/cli/print.h"
#include "cmd/input/load.h"
#include "flow/pipeline/diagnostic.h"

namespace flow {

absl::StatusOr<NamedPipeline> KeyOfFile(const Options& options, const Environment& environment) {
  if (absl::Status wrong = CheckFileOptions(options); !wrong.ok()) return WithExitCode(wrong, ExitCode::kUsage);
  std::string told;
  bool unnamed = false;
  const auto keep = [&](const std::string& file, const std::string& text,
                        const std::vector<pipeline::Diagnostic>& found) {
    told += ShownDiagnostics(file, text, found, /*colour=*/false, environment);
    unnamed =
        unnamed || std::any_of(found.begin(), found.end(), [](const pipeline::Diagnostic& diagnostic) {
          return diagnostic.severity == pipeline::Severity::kError && absl::StartsWith(diagnostic.path, "metadata");
        });
  };
  const absl::StatusOr<LoadedPipeline> loaded =
      LoadPipeline(options.file, options, environment, /*deploy=*/false, keep);
  if (!loaded.ok()) return loaded.status();
  const PipelineKey key{loaded->pipeline.namespace_(), loaded->pipeline.name()};
  if (CheckKey(key).ok() && !unnamed) return NamedPipeline{key, loaded->pipeline.driver()};
  TellLines("error", told);
  return ExitWith(ExitCode::kInvalidFile);
}

}  // namespace flow
