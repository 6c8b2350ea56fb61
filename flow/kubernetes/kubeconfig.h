// Which cluster: the texts of kubeconfig files → the server that they choose, and what it is shown.
//
//   kubernetes/website, concepts/configuration/organize-cluster-access-kubeconfig.md
#ifndef FLOW_KUBERNETES_KUBECONFIG_H_
#define FLOW_KUBERNETES_KUBECONFIG_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/place.h"
#include "flow/pipeline/source_text.h"
#include "flow/pipeline/yaml_reader.h"
#include "flow/text/document.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

// A file that is there.
struct KubeconfigFile {
  std::string path;
  std::string text;
};

// Certificates or a key: bytes that stand in the configuration, or a file. Neither: none.
struct PemSource {
  std::string bytes;
  std::string file;
  std::string set_by;  // `client-key-data of user "admin" in /home/u/.kube/config`

  bool empty() const { return bytes.empty() && file.empty(); }
};

// A program that tells credentials (kubernetes/website, reference/access-authn-authz/authentication.md).
struct ExecPlugin {
  std::string api_version;
  std::string command;
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string install_hint;
  bool wants_cluster = false;  // provideClusterInfo
};

// The cluster and the user that were chosen. Paths are absolute where those of the files were.
struct ClusterAccess {
  std::string server;      // "https://10.0.0.1:6443"
  std::string chosen_by;   // `context "a" (current in /home/u/.kube/config)`
  std::string namespace_;  // the context's; may be empty

  PemSource authorities;  // in place of the system's
  std::string tls_server_name;
  std::string proxy_url;
  bool insecure = false;  // the server's certificate is not verified

  std::string user;  // as the configuration calls it
  PemSource certificate, key;
  std::string token;
  std::string token_file;
  std::optional<ExecPlugin> plugin;
};

// `files`: in the order in which they count; of what two of them have the first one's holds, an entry of a list as a
// whole. `context`: which one (--kube_context); empty: the current one. Relative paths in a file are from its folder.
// FailedPrecondition, with every problem and the file it is in, where they choose none. NotFound where no file has
// anything.
absl::StatusOr<ClusterAccess> ChooseCluster(const std::vector<KubeconfigFile>& files, const std::string& context);

// How it is done

namespace internal {

inline text::Value DocumentOf(pipeline::YamlNode node) {
  if (node.IsNull()) return text::Literal("null");
  if (node.IsScalar()) return node.text();
  if (node.IsSequence()) {
    text::List list;
    for (size_t i = 0; i < node.size(); ++i) list.push_back(DocumentOf(node.item(i)));
    return list;
  }
  text::Mapping mapping;
  for (size_t i = 0; i < node.size(); ++i) mapping.Add(std::string(node.key(i).text()), DocumentOf(node.value(i)));
  return mapping;
}

// An entry of `clusters`, `users` or `contexts`, and where it stands.
struct KubeconfigEntry {
  text::View view;
  std::string folder;  // that relative paths are from
  std::string where;   // `user "admin" in /home/u/.kube/config`

  explicit operator bool() const { return static_cast<bool>(view); }
};

class KubeconfigReader {
 public:
  explicit KubeconfigReader(const std::vector<KubeconfigFile>& files) {
    for (const KubeconfigFile& file : files) {
      paths_.push_back(file.path);
      Read(file);
    }
  }

  absl::StatusOr<ClusterAccess> Choose(const std::string& context) {
    ClusterAccess access;
    const KubeconfigEntry chosen = problems_.empty() ? ChooseContext(context, access) : KubeconfigEntry();
    if (chosen) {
      access.namespace_ = chosen.view["namespace"].text();
      ReadCluster(Entry("cluster", chosen), access);
      ReadUser(chosen.view["user"] ? Entry("user", chosen) : KubeconfigEntry(), access);
    }
    if (problems_.empty()) return access;
    const std::string all = absl::StrJoin(problems_, "\n");
    return is_nothing_ ? absl::NotFoundError(all) : absl::FailedPreconditionError(all);
  }

 private:
  struct Document {
    std::string path;
    text::Value value;
  };

  void Problem(std::string problem) { problems_.push_back(std::move(problem)); }

  void Read(const KubeconfigFile& file) {
    const pipeline::SourceText source = pipeline::ReadSourceText(file.text);
    const pipeline::Places places(source.text());
    const auto tell = [&](size_t offset, absl::string_view what) {
      const pipeline::Place place = places.At(offset);
      Problem(absl::StrCat(file.path, ":", place.line, ":", place.column, ": ", what));
    };
    if (!source.problem.empty()) return tell(source.problem_offset, source.problem);
    const pipeline::YamlResult yaml = pipeline::ReadYaml(source.text());
    for (const pipeline::YamlProblem& problem : yaml.problems) tell(problem.offset, problem.message);
    if (!yaml.readable || yaml.document.root().IsNull()) return;
    if (!yaml.document.root().IsMapping()) return tell(0, "this is no kubeconfig, which is a mapping");
    documents_.push_back({file.path, DocumentOf(yaml.document.root())});
  }

  static std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

  // The files, for a sentence.
  std::string Files() const { return absl::StrJoin(paths_, ", "); }

  // The entry of this name under "clusters", "users" or "contexts".
  KubeconfigEntry Find(const std::string& what, const std::string& name) const {
    for (const Document& file : documents_) {
      for (const text::View entry : text::View(file.value)[absl::StrCat(what, "s")].list()) {
        if (entry["name"].text() != name || !entry[what]) continue;
        return {entry[what], FolderOf(file.path), absl::StrCat(what, " \"", name, "\" in ", file.path)};
      }
    }
    return {};
  }

  std::vector<std::string> ContextNames() const {
    std::vector<std::string> names;
    for (const Document& file : documents_) {
      for (const text::View entry : text::View(file.value)["contexts"].list()) names.push_back(entry["name"].text());
    }
    return names;
  }

  KubeconfigEntry ChooseContext(std::string name, ClusterAccess& access) {
    std::string said_by = "--kube_context";
    for (const Document& file : documents_) {
      const std::string& current = text::View(file.value)["current-context"].text();
      if (!name.empty() || current.empty()) continue;
      name = current;
      said_by = absl::StrCat("current in ", file.path);
    }
    const std::vector<std::string> names = ContextNames();
    const std::string there = names.empty() ? "none is there" : absl::StrCat("there are: ", absl::StrJoin(names, ", "));
    if (name.empty()) {
      is_nothing_ = names.empty();
      Problem(names.empty()
                  ? absl::StrCat("no context is configured", paths_.empty() ? "" : " in ", Files())
                  : absl::StrCat("no context is current in ", Files(), "; --kube_context chooses one; ", there));
      return {};
    }
    access.chosen_by = absl::StrCat("context \"", name, "\" (", said_by, ")");
    KubeconfigEntry chosen = Find("context", name);
    if (!chosen) {
      Problem(absl::StrCat("there is no context \"", name, "\" (", said_by, ")", paths_.empty() ? "" : " in ", Files(),
                           "; ", there));
    }
    return chosen;
  }

  // The cluster or user that a context names.
  KubeconfigEntry Entry(const std::string& what, const KubeconfigEntry& context) {
    const std::string& name = context.view[what].text();
    KubeconfigEntry entry = Find(what, name);
    if (!entry) {
      Problem(name.empty()
                  ? absl::StrCat("the ", context.where, " names no ", what)
                  : absl::StrCat("the ", context.where, " names the ", what, " \"", name, "\", which is not there"));
    }
    return entry;
  }

  static std::string Path(const KubeconfigEntry& entry, const std::string& path) {
    return path.empty() || path[0] == '/' ? path : absl::StrCat(entry.folder, path);
  }

  // Of "certificate-authority" and the like: the field with "-data" behind its name goes first.
  PemSource Pem(const KubeconfigEntry& entry, const std::string& field) {
    const std::string data_field = absl::StrCat(field, "-data");
    const std::string& data = entry.view[data_field].text();
    PemSource pem;
    if (data.empty()) {
      pem.file = Path(entry, entry.view[field].text());
      pem.set_by = absl::StrCat(field, " of ", entry.where);
      return pem;
    }
    pem.set_by = absl::StrCat(data_field, " of ", entry.where);
    if (!absl::Base64Unescape(data, &pem.bytes) || !absl::StrContains(pem.bytes, "-----BEGIN ")) {
      Problem(absl::StrCat("the ", pem.set_by,
                           absl::StrContains(data, "-----BEGIN ")
                               ? " is PEM as it is, and not in base64: write it through"
                               : " is not PEM in base64: write a PEM file through",
                           " `base64 -w0`, or name it with ", field));
      pem.bytes = data;  // something was given
    }
    return pem;
  }

  static bool IsProxyScheme(absl::string_view scheme) {
    return scheme == "http" || scheme == "https" || scheme == "socks5";
  }

  void ReadCluster(const KubeconfigEntry& cluster, ClusterAccess& access) {
    if (!cluster) return;
    access.server = cluster.view["server"].text();
    while (absl::EndsWith(access.server, "/")) access.server.pop_back();
    if (!absl::StartsWith(access.server, "https://") && !absl::StartsWith(access.server, "http://")) {
      Problem(absl::StrCat("the server of ", cluster.where, " is ",
                           access.server.empty() ? "not given" : absl::StrCat("\"", access.server, "\""),
                           ": it takes an address as https://HOST:6443"));
    }
    access.authorities = Pem(cluster, "certificate-authority");
    access.tls_server_name = cluster.view["tls-server-name"].text();
    access.proxy_url = cluster.view["proxy-url"].text();
    const size_t scheme = access.proxy_url.find("://");
    if (scheme != std::string::npos && !IsProxyScheme(access.proxy_url.substr(0, scheme))) {
      Problem(absl::StrCat("the proxy-url of ", cluster.where, " begins with ", access.proxy_url.substr(0, scheme + 3),
                           ": it takes http://, https:// or socks5://"));
    }
    access.insecure = cluster.view["insecure-skip-tls-verify"].flag();
  }

  void ReadUser(const KubeconfigEntry& user, ClusterAccess& access) {
    if (!user) return;
    access.user = user.where;
    access.certificate = Pem(user, "client-certificate");
    access.key = Pem(user, "client-key");
    if (access.certificate.empty() != access.key.empty()) {
      Problem(
          absl::StrCat("the ", user.where, " has one of client-certificate and client-key; it must have both or none"));
    }
    access.token = user.view["token"].text();
    access.token_file = Path(user, user.view["tokenFile"].text());
    if (user.view["exec"]) ReadPlugin(user, access.plugin.emplace());
    // What would make it another user than the one whose rights are used.
    for (const auto& [field, instead] : {std::pair{"auth-provider", "an exec plugin"},
                                         {"as", "a user of its own"},
                                         {"username", "a token or a certificate"}}) {
      if (!user.view[field]) continue;
      Problem(
          absl::StrCat("the ", user.where, " has the field ", field, ", which flow does not know; ", instead, " does"));
    }
  }

  void ReadPlugin(const KubeconfigEntry& user, ExecPlugin& plugin) {
    const text::View exec = user.view["exec"];
    plugin.api_version = exec["apiVersion"].text();
    plugin.command = exec["command"].text();
    // A name is looked for in PATH; what has a slash is a path.
    if (absl::StrContains(plugin.command, '/')) plugin.command = Path(user, plugin.command);
    for (const text::View argument : exec["args"].list()) plugin.arguments.push_back(argument.text());
    for (const text::View variable : exec["env"].list()) {
      plugin.environment.emplace_back(variable["name"].text(), variable["value"].text());
    }
    plugin.install_hint = exec["installHint"].text();
    plugin.wants_cluster = exec["provideClusterInfo"].flag();
    const auto wrong = [&](absl::string_view what) { Problem(absl::StrCat("the exec of ", user.where, " ", what)); };
    if (plugin.command.empty()) wrong("has no command");
    if (plugin.api_version != "client.authentication.k8s.io/v1" &&
        plugin.api_version != "client.authentication.k8s.io/v1beta1") {
      wrong(
          absl::StrCat("speaks \"", plugin.api_version, "\"; flow knows client.authentication.k8s.io/v1 and v1beta1"));
    }
    if (exec["interactiveMode"].text() == "Always") wrong("asks its user on the terminal, which flow does not hand on");
  }

  std::vector<std::string> paths_;
  std::vector<Document> documents_;
  std::vector<std::string> problems_;
  bool is_nothing_ = false;
};

}  // namespace internal

inline absl::StatusOr<ClusterAccess> ChooseCluster(const std::vector<KubeconfigFile>& files,
                                                   const std::string& context) {
  return internal::KubeconfigReader(files).Choose(context);
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_KUBECONFIG_H_
