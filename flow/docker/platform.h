// Whether images are made for the engine's machine. One of another platform may run all the same, where the machine
// emulates that: so it is a warning, and the reason where the component fails.
#ifndef FLOW_DOCKER_PLATFORM_H_
#define FLOW_DOCKER_PLATFORM_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/docker/engine/engine.pb.h"

namespace flow::docker {

// "its image my:1 is for linux/arm64, and the engine's machine is linux/amd64". Empty where they are the same, where one
// of them is not told, or where the machine runs the image's programs as its own (386 on amd64).
inline std::string PlatformMismatch(const std::string& reference, const engine::ImageInspect& image,
                                    const engine::Info& info);

// How it is done

namespace internal {

// The name that images have for a processor (Go's GOARCH), by the kernel's name of it (GET /info).
inline absl::string_view ArchitectureName(absl::string_view name) {
  if (name == "x86_64") return "amd64";
  if (name == "aarch64") return "arm64";
  if (name == "armv6l" || name == "armv7l" || name == "armhf") return "arm";
  if (name == "i386" || name == "i686") return "386";
  return name;
}

}  // namespace internal

inline std::string PlatformMismatch(const std::string& reference, const engine::ImageInspect& image,
                                    const engine::Info& info) {
  const std::string ours(internal::ArchitectureName(info.architecture()));
  const std::string its(internal::ArchitectureName(image.architecture()));
  if (ours.empty() || its.empty() || ours == its) return "";
  if ((ours == "amd64" && its == "386") || (ours == "arm64" && its == "arm")) return "";
  return absl::StrCat("its image ", reference, " is for ", image.os(), "/", its, ", and the engine's machine is ",
                      info.os_type(), "/", ours);
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_PLATFORM_H_
