#include "cmd/docker/key_of_file.h"

#include <algorithm>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "cmd/base/write_out.h"
#include "cmd/cli/flags.h"
#include "cmd/input/load.h"
#include "flow/pipeline/diagnostic.h"

namespace flow {

std::variant<PipelineKey, ExitCode> KeyOfFile(const Session& session, const Arguments& arguments,
                                              const Environment& environment) {
  if (const absl::Status flags = CheckFileFlags(); !flags.ok()) {
    return session.Fail(ExitCode::kUsage, flags.message());
  }
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
      LoadPipeline(FLAGS_file, arguments, environment, /*deploy=*/false, keep);
  if (!loaded.ok()) return session.Fail(ExitCode::kFailed, loaded.status().message());
  const PipelineKey key{loaded->pipeline.namespace_(), loaded->pipeline.name()};
  if (CheckKey(key).ok() && !unnamed) return key;
  WriteError(told);
  return ExitCode::kInvalidFile;
}

}  // namespace flow
