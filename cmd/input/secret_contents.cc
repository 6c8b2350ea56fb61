#include "cmd/input/secret_contents.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/input/carried_files.h"
#include "flow/kubernetes/carried.h"
#include "flow/kubernetes/environment.h"

namespace flow {
namespace {

absl::StatusOr<kubernetes::SecretContent> ReadMounted(const project::Service& service, const project::Mount& mount) {
  const project::Secret& secret = mount.secret();
  const std::string which = absl::StrCat(service.name(), ": secret ", secret.name(), " (", mount.source(), "): ");
  kubernetes::Carried carried;
  const std::string problem = ReadCarried(mount.source(), carried);
  if (!problem.empty()) return ExitWith(ExitCode::kFailed, absl::StrCat(which, problem));
  if (carried.bytes() > kubernetes::kMostCarriedBytes) {
    return ExitWith(ExitCode::kFailed, absl::StrCat(which, "a cluster keeps secrets of up to 1 MiB"));
  }
  kubernetes::SecretContent content{service.name(), secret.name(), {}};
  for (kubernetes::CarriedFile& file : carried.files) {
    content.data[carried.folder ? file.path : kubernetes::SecretKey(secret)] = std::move(file.bytes);
  }
  return content;
}

}  // namespace

absl::StatusOr<std::vector<kubernetes::SecretContent>> ReadSecretContents(const project::Project& project,
                                                                          const HostFiles& files) {
  std::vector<kubernetes::SecretContent> contents;
  for (const project::Service& service : project.services()) {
    const auto values = files.secrets.find(service.name());
    for (const project::SecretVariable& variable : service.secret_environment()) {
      if (values == files.secrets.end() || !values->second.contains(variable.name())) continue;
      contents.push_back({service.name(),
                          variable.secret().name(),
                          {{kubernetes::SecretKey(variable.secret()), values->second.at(variable.name())}}});
    }
    for (const project::Mount& mount : service.mounts()) {
      if (!mount.has_secret()) continue;
      absl::StatusOr<kubernetes::SecretContent> content = ReadMounted(service, mount);
      if (!content.ok()) return content.status();
      contents.push_back(*std::move(content));
    }
  }
  return contents;
}

}  // namespace flow
