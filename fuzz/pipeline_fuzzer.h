// One input for the way of a pipeline file: parse, tell what is wrong, translate, write the Compose file, and read that
// again with a YAML reader. Aborts where a promise is broken; libFuzzer and the sanitizers find the rest.
#ifndef FUZZ_PIPELINE_FUZZER_H_
#define FUZZ_PIPELINE_FUZZER_H_

#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "flow/compose/emit.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/parse.h"
#include "flow/project/translate.h"

namespace flow::fuzz {

inline void Expect(bool so, absl::string_view what) {
  if (so) return;
  std::cerr << "broken: " << what << "\n";
  std::abort();
}

// What Compose makes of a scalar of its file.
inline std::string Value(const YAML::Node& node) { return absl::StrReplaceAll(node.Scalar(), {{"$$", "$"}}); }

// What the file says to Compose is what the project says.
inline void ExpectSame(const project::Service& service, const YAML::Node& written) {
  Expect(written.IsMap(), "every service is in the file");
  Expect(Value(written["image"]) == service.image(), "its image is what it was");
  const YAML::Node command = written["command"];
  const size_t words = command.IsDefined() ? command.size() : 0;
  Expect(words == static_cast<size_t>(service.command_size()), "the command has as many words");
  for (int i = 0; i < service.command_size(); ++i) {
    Expect(Value(command[i]) == service.command(i), "each word of the command is what it was");
  }
  for (const auto& [name, value] : service.environment()) {
    Expect(Value(written["environment"][name]) == value, "each variable is what it was");
  }
}

inline void OnePipeline(absl::string_view text) {
  pipeline::ParseOptions options;
  options.variables = {{"SET", "a value"}, {"EMPTY", ""}};
  const pipeline::ParseResult parsed = pipeline::ParsePipeline(text, options);
  const std::string told = pipeline::RenderDiagnostics("fuzz.yaml", text, parsed.diagnostics, /*colour=*/false);
  Expect(parsed.diagnostics.empty() == told.empty(), "what is wrong is told");
  if (!parsed.ok()) return;

  const project::Project project = project::Translate(parsed.pipeline);
  const std::string file = compose::EmitCompose(project);
  Expect(file == compose::EmitCompose(project::Translate(parsed.pipeline)), "the same input gives the same bytes");
  YAML::Node again;
  try {
    again = YAML::Load(file);
  } catch (const YAML::Exception& error) {
    Expect(false, error.what());
  }
  Expect(again["services"].size() == static_cast<size_t>(project.services_size()), "no service is lost");
  for (const project::Service& service : project.services()) ExpectSame(service, again["services"][service.name()]);
}

}  // namespace flow::fuzz

#endif  // FUZZ_PIPELINE_FUZZER_H_
