// `volumes` and `secrets` of a component: what is put into its container.
#ifndef FLOW_PIPELINE_MOUNTS_H_
#define FLOW_PIPELINE_MOUNTS_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/fields.h"
#include "flow/pipeline/host_path.h"
#include "flow/pipeline/names.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/pipeline/variables.h"

namespace flow::pipeline {

// The container paths that a component has given away → where.
using ContainerPaths = std::map<std::string, size_t>;

// Each reads its field of one component, with what is wrong with it told to `context`, and adds to `taken`.
void ReadVolumes(Context& context, const Fields& fields, ContainerPaths& taken, Component& component);
void ReadSecrets(Context& context, const Fields& fields, ContainerPaths& taken, Component& component);

// Whether a text is [a-zA-Z0-9][a-zA-Z0-9_.-]*.
bool IsPlainName(absl::string_view name);

inline bool IsPlainName(absl::string_view name) {
  if (name.empty() || !absl::ascii_isalnum(name[0])) return false;
  for (char c : name) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '.' && c != '-') return false;
  }
  return true;
}

// A path inside the container, lexically normal; what is wrong with it is told. Empty: no use.
inline std::string ReadContainerPath(Context& context, const Value& value, absl::string_view text,
                                     ContainerPaths& taken) {
  if (text.substr(0, 1) != "/") {
    context.Error(value, absl::StrCat("a path in the container begins with \"/\", unlike ", Quoted(text)));
    return "";
  }
  std::string path = NormalPath(text);
  if (path == "/") {
    context.Error(value, "the container's whole \"/\" cannot be a mount");
    return "";
  }
  const auto [first, is_new] = taken.try_emplace(path, value.offset());
  if (!is_new) {
    context.Error(value, absl::StrCat("something is mounted at ", Quoted(path), " already"),
                  {context.NoteAt(first->second, "by this")});
  }
  return path;
}

// A host path, absolute and lexically normal; what is wrong with it is told. Empty: no use. What is left of one without
// its variable is a path too ("$DATA/home"), so --nostrict does not hold here.
inline std::string ReadHostPath(Context& context, const Value& value) {
  bool expanded = false;
  const std::string text = context.Expanded(value, &expanded, /*all=*/true);
  if (!expanded) return "";
  if (text.empty()) {
    context.Error(value, "the host path is empty");
    return "";
  }
  const std::string& home = context.options().home_directory;
  if (IsInHome(text) && !absl::StartsWith(home, "/")) {
    const std::string why = home.empty() ? "is not set" : absl::StrCat("is ", Quoted(home), ", which is not absolute");
    context.Error(value, absl::StrCat("\"~\" is the home folder, and HOME ", why, "; set it, or write the path out"));
    return "";
  }
  std::string path = AbsoluteHostPath(text, context.options().base_directory, home);
  const std::string problem = HostPathProblem(path, context.options().allowed_host_paths);
  if (!problem.empty()) context.Error(value, problem);
  return path;
}

inline void ReadVolumes(Context& context, const Fields& fields, ContainerPaths& taken, Component& component) {
  for (const Fields& written : fields.Sections("volumes")) {
    Mount* mount = component.add_volumes();
    if (written.broken()) continue;
    mount->set_read_only(written.Boolean("readonly", false));

    const Value name = written.Get("name");
    if (name && !IsPlainName(name.node.text())) {
      context.Error(
          name, absl::StrCat(Quoted(name.node.text()), " cannot be a volume's name: letters, digits, \"_\", \".\" and ",
                             "\"-\", beginning with a letter or digit; a path of the host goes to host_path"));
    } else if (name && name.node.text().size() > kMaxVolumeName) {
      context.Error(name, absl::StrCat("a volume's name has at most ", kMaxVolumeName, " characters"));
    }
    mount->set_name(std::string(written.Text("name")));

    if (const Value host_path = written.Get("host_path")) mount->set_host_path(ReadHostPath(context, host_path));

    const Value path = written.GetEither("container_path", "mountPath");
    if (path) mount->set_container_path(ReadContainerPath(context, path, path.node.text(), taken));
  }
}

inline void ReadSecretMode(Context& context, const Fields& written, Secret* secret) {
  const Value mode = written.Get("mode");
  if (!mode) return;
  const absl::string_view text = mode.node.text();
  secret->set_mode(std::string(text));
  if (text.size() >= 3 && text.size() <= 4 && text.find_first_not_of("01234567") == absl::string_view::npos) return;
  context.Error(mode, absl::StrCat("takes permissions in octal (\"0400\"), not ", Quoted(text)));
}

inline void ReadSecretType(const Fields& written, Secret* secret) {
  Secret::Type known;
  if (Secret::Type_Parse(absl::AsciiStrToUpper(written.Word("type")), &known)) secret->set_type(known);
}

// What the secrets of one component have given away → where.
struct SecretNames {
  std::map<std::string, size_t> names;      // as a part of a variable's name
  std::map<std::string, size_t> variables;  // that hold one
  std::map<std::string, size_t> env;        // of the component
};

inline void ReadSecretName(Context& context, const Fields& written, SecretNames& taken, Secret* secret) {
  const Value name = written.Get("name");
  if (!name) return;
  secret->set_name(std::string(name.node.text()));
  const auto [first, is_new] = taken.names.try_emplace(EnvironmentName(secret->name()), name.offset());
  if (!IsPlainName(secret->name())) {
    context.Error(name,
                  absl::StrCat(Quoted(secret->name()), " cannot be a secret's name: letters, digits, \"_\", \".\" and ",
                               "\"-\", beginning with a letter or digit"));
  } else if (!is_new) {
    context.Error(name,
                  absl::StrCat("this component has a secret ", Quoted(secret->name()), " already, or one that differs ",
                               "in style only"),
                  {context.NoteAt(first->second, "first defined here")});
  }
}

inline void ReadSecretVariable(Context& context, const Fields& written, SecretNames& taken, Secret* secret) {
  const Value env = written.Get("env");
  if (!env) {
    if (secret->type() != Secret::ENV || written.Has("env")) return;
    context.Error(written.value(),
                  "the field \"env\" (the variable that holds the secret) is missing; a secret to be mounted "
                  "says \"type: file\"");
    return;
  }
  secret->set_env(std::string(env.node.text()));
  const auto [first, is_new] = taken.variables.try_emplace(secret->env(), env.offset());
  if (!IsVariableName(secret->env())) {
    context.Error(env, absl::StrCat(Quoted(secret->env()), " cannot be the name of a variable"));
  } else if (const std::string problem = VariableProblem(secret->env(), ""); !problem.empty()) {
    context.Error(env, problem);
  } else if (!is_new) {
    context.Error(env, absl::StrCat("two secrets for the variable ", secret->env()),
                  {context.NoteAt(first->second, "the other one is here")});
  }
  if (const auto found = taken.env.find(secret->env()); found != taken.env.end()) {
    context.Warning(env, absl::StrCat(secret->env(), " stands under the component's env too; the secret wins"),
                    {context.NoteAt(found->second, "it is here")});
  }
}

inline void ReadSecrets(Context& context, const Fields& fields, ContainerPaths& taken, Component& component) {
  SecretNames names;
  for (const Value& variable : fields.Map("env")) names.env.emplace(variable.key.text(), variable.key.offset());
  for (const Fields& written : fields.Sections("secrets")) {
    Secret* secret = component.add_secrets();
    if (written.broken()) continue;
    ReadSecretType(written, secret);
    ReadSecretMode(context, written, secret);
    ReadSecretName(context, written, names, secret);
    ReadSecretVariable(context, written, names, secret);
    secret->set_required(written.Boolean("required", false));
    for (const Value& label : written.Map("labels")) {
      (*secret->mutable_labels())[std::string(label.key.text())] = std::string(label.node.text());
    }
    if (const Value host_path = written.Get("host_path")) secret->set_host_path(ReadHostPath(context, host_path));

    if (secret->type() == Secret::ENV) continue;
    const Value name = written.Get("name");
    if (const Value path = written.Get("container_path")) {
      secret->set_container_path(ReadContainerPath(context, path, path.node.text(), taken));
    } else if (name) {
      secret->set_container_path(ReadContainerPath(context, name, absl::StrCat("/secrets/", secret->name()), taken));
    }
  }
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_MOUNTS_H_
