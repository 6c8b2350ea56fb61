// One entry of sources, processors, sinks or pipelines → Component: what can be said of it by itself. wiring.h judges
// what components say of each other.
#ifndef FLOW_PIPELINE_COMPONENT_H_
#define FLOW_PIPELINE_COMPONENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/component_reference.h"
#include "flow/pipeline/config.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/driver.h"
#include "flow/pipeline/fields.h"
#include "flow/pipeline/image_reference.h"
#include "flow/pipeline/kubernetes_overlay.h"
#include "flow/pipeline/lifecycle.h"
#include "flow/pipeline/mounts.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/pipeline/ports.h"
#include "flow/pipeline/start_size.h"
#include "flow/pipeline/variables.h"

namespace flow::pipeline {

// A component, and where its parts stand that others refer to.
struct ReadComponentResult {
  Component component;
  Value whole;
  Value id;  // false: none that can be used
  Value inputs;
  std::vector<Value> input_ids;
  std::vector<Value> depends_on;
  bool inputs_written = false;  // be they misshapen
};

// What all components of a file share.
struct ComponentScope {
  std::vector<Value> config_defaults;  // of spec.config
  std::optional<Logging> logging;      // of spec.logging
  std::string driver;                  // the word that counts; empty: there is none
  HostPorts host_ports;
};

// Reads what `fields` hold; all that is wrong with it is told to `context`. `scope`: the ports of the host that it takes
// are added.
ReadComponentResult ReadComponent(Context& context, Component::Type type, const Fields& fields, ComponentScope& scope);

namespace component_internal {

inline void ReadId(Context& context, const Fields& fields, ReadComponentResult& result) {
  const Value id = fields.Get("id");
  if (!id) return;
  const absl::string_view text = id.node.text();
  if (text.size() > kMaxName) {
    context.Error(id, absl::StrCat("an id has at most ", kMaxName, " characters, this one ", text.size()));
  } else if (!IsPlainName(text)) {
    context.Error(
        id, absl::StrCat(Quoted(text), " cannot be an id: letters, digits, \"_\", \".\" and \"-\", beginning with a ",
                         "letter or digit"));
  }
  result.id = id;
  result.component.set_id(std::string(text));
}

inline void TellNoImage(Context& context, const Fields& fields, const ComponentScope& scope) {
  std::string message =
      "this component has no image: give it \"image\", or a component reference as \"type: NAME@VERSION\"";
  const Value type = fields.Get("type");
  const Driver* driver = FindDriver(scope.driver);
  if (driver != nullptr && driver->use == Driver::Use::kBinaries) {
    absl::StrAppend(&message, "; with this driver flowctl runs its command on the host, flow runs containers");
  } else if (scope.driver.empty() && fields.Has("command")) {
    absl::StrAppend(&message, "; without a driver flowctl runs its command on the host, flow runs containers");
  } else if (type) {
    absl::StrAppend(&message, "; its \"type\" is no reference, it has no version");
  } else {
    absl::StrAppend(&message, "; --default_image=IMAGE serves all that have none");
  }
  context.Error(fields.value(), std::move(message));
}

// Where the image comes from: `image`, else a reference in `type`, else --default_image.
inline void ReadImage(Context& context, const Fields& fields, const ComponentScope& scope, Component& component) {
  if (const Value image = fields.Get("image")) {
    bool expanded = false;
    component.set_image(context.Expanded(image, &expanded));
    const std::string problem = ImageProblem(component.image());
    if (expanded && !problem.empty()) context.Error(image, problem, {}, MendedImage(component.image()));
    return;
  }
  if (fields.Has("image")) return;
  const Value type = fields.Get("type");
  const std::optional<std::string> referenced = type ? ReferencedImage(type.node.text()) : std::nullopt;
  if (referenced) {
    component.set_reference(std::string(type.node.text()));
    component.set_image(*referenced);
    const std::string problem = ImageProblem(*referenced);
    if (!problem.empty()) context.Error(type, absl::StrCat("this refers to an image: ", problem));
    return;
  }
  component.set_image(context.options().default_image);
  const bool misshapen = fields.Has("type") && !type;  // and told
  if (component.image().empty() && !misshapen) TellNoImage(context, fields, scope);
}

inline void ReadCommand(Context& context, const Fields& fields, Component& component) {
  const Value command = fields.Get("command");
  if (command && command.node.IsScalar() && command.node.text().find(' ') != absl::string_view::npos) {
    context.Warning(command, "one text is one word: its spaces separate nothing; write a list, as [python, app.py]");
  }
  const auto add = [&](const Value& value, google::protobuf::RepeatedPtrField<std::string>* to) {
    const absl::string_view text = value.node.text();
    if (text.size() > kMaxArgumentBytes) {
      context.Error(value, absl::StrCat("this argument has ", text.size(),
                                        " bytes; Linux starts no program with one of over ", "128 KiB"));
    }
    to->Add(std::string(text));
  };
  for (const Value& value : fields.List("command")) add(value, component.mutable_command());
  for (const Value& value : fields.List("args")) add(value, component.mutable_args());
}

// Event types as written, else as the reference's metadata has them.
inline void ReadEventTypes(const Fields& fields, const ComponentMetadata* metadata, Component& component) {
  for (const Value& value : fields.List("input_event_types"))
    component.add_input_event_types(std::string(value.node.text()));
  for (const Value& value : fields.List("output_event_types"))
    component.add_output_event_types(std::string(value.node.text()));
  if (metadata == nullptr) return;
  if (!fields.Has("input_event_types")) {
    for (const std::string& type : metadata->input_types) component.add_input_event_types(type);
  }
  if (!fields.Has("output_event_types")) {
    for (const std::string& type : metadata->output_types) component.add_output_event_types(type);
  }
}

}  // namespace component_internal

inline ReadComponentResult ReadComponent(Context& context, Component::Type type, const Fields& fields,
                                         ComponentScope& scope) {
  ReadComponentResult result;
  result.whole = fields.value();
  Component& component = result.component;
  component.set_type(type);
  component_internal::ReadId(context, fields, result);
  if (!fields.broken()) component_internal::ReadImage(context, fields, scope, component);

  const ComponentMetadata* metadata = nullptr;
  if (const auto found = context.options().metadata.find(component.reference());
      !component.reference().empty() && found != context.options().metadata.end()) {
    metadata = &found->second;
    component.set_metadata_port(metadata->port);
  }
  component_internal::ReadCommand(context, fields, component);
  component_internal::ReadEventTypes(fields, metadata, component);
  ReadEnv(context, fields, component);
  component.set_replicas(static_cast<uint32_t>(fields.Whole("replicas").value_or(1)));
  ReadPorts(context, fields, component.replicas(), IsClusterDriver(scope.driver) ? nullptr : &scope.host_ports,
            component);
  ContainerPaths taken;
  ReadVolumes(context, fields, taken, component);
  ReadSecrets(context, fields, taken, component);
  ReadConfig(context, fields, scope.config_defaults, metadata, component);
  ReadHealthCheck(context, fields, metadata, component);
  ReadHealthTiming(context, fields, component);
  ReadRestartPolicy(context, fields, component);
  ReadStopping(context, fields, component);
  ReadResources(context, fields, component);
  ReadLogging(context, fields, scope.logging, component);
  ReadKubernetesOverlay(context, fields, component);
  if (std::string problem = StartProblem(component); !problem.empty()) {
    context.Error(fields.value(), std::move(problem));
  }

  result.inputs = fields.Get("inputs");
  result.input_ids = fields.List("inputs");
  result.depends_on = fields.List("depends_on");
  result.inputs_written = fields.Has("inputs");
  return result;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_COMPONENT_H_
