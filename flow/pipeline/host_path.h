// Paths of the host: made absolute by their text alone, and judged. Symbolic links are followed by whoever can see the
// disk, and the result is judged here again.
#ifndef FLOW_PIPELINE_HOST_PATH_H_
#define FLOW_PIPELINE_HOST_PATH_H_

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace flow::pipeline {

// "/a//b/./c/../d/" → "/a/b/d". `path` is absolute.
inline std::string NormalPath(absl::string_view path) {
  std::vector<absl::string_view> parts;
  for (absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  return absl::StrCat("/", absl::StrJoin(parts, "/"));
}

// Whether a host path as written begins in the home folder.
inline bool IsInHome(absl::string_view path) { return path == "~" || absl::StartsWith(path, "~/"); }

// A host path as written → absolute and lexically normal: "~" and "~/…" are in `home`, what is relative in `base` (both
// absolute; `home` where IsInHome()). `path` is not empty.
inline std::string AbsoluteHostPath(absl::string_view path, absl::string_view base, absl::string_view home) {
  if (IsInHome(path)) return NormalPath(absl::StrCat(home, "/", path.substr(1)));
  if (absl::StartsWith(path, "/")) return NormalPath(path);
  return NormalPath(absl::StrCat(base, "/", path));
}

// Why a container should not get this host path (absolute, lexically normal), or empty. Refused are the whole of
// folders that make up the system, and the engine's socket, through which a container rules the machine: Docker's own,
// and those in `sockets` (absolute, lexically normal), with the folders above them. `allowed` holds paths that the user
// insists on, with everything in them.
inline std::string HostPathProblem(absl::string_view path, const std::vector<std::string>& allowed,
                                   const std::vector<std::string>& sockets = {}) {
  constexpr absl::string_view kSystem[] = {"/",    "/etc",  "/bin", "/sbin", "/usr", "/lib",
                                           "/var", "/boot", "/dev", "/proc", "/sys"};
  // The folders of the socket hold it too.
  constexpr absl::string_view kSockets[] = {"/var/run/docker.sock", "/run/docker.sock", "/var/run", "/run"};
  for (const std::string& permitted : allowed) {
    const std::string normal = NormalPath(permitted);
    if (normal == "/" || path == normal || absl::StartsWith(path, absl::StrCat(normal, "/"))) return "";
  }
  const std::string insist = absl::StrCat("; where it is meant, --allow_host_path=", path, " allows it");
  for (absl::string_view system : kSystem) {
    if (path == system) return absl::StrCat("the whole of ", path, " belongs to the system", insist);
  }
  const bool docker = std::find(std::begin(kSockets), std::end(kSockets), path) != std::end(kSockets);
  const bool in_use = std::any_of(sockets.begin(), sockets.end(), [&](const std::string& socket) {
    return path == socket || absl::StartsWith(socket, absl::StrCat(path, "/"));
  });
  if (docker || in_use) return absl::StrCat(path, " gives a container the engine, and with it the machine", insist);
  return "";
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_HOST_PATH_H_
