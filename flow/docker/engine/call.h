// The calls of the Engine API that flow makes, and what each answers. A Call says what is wanted; request.h turns it
// into HTTP for one API version, response.h reads the answer. Nothing outside these two knows paths or query
// parameters.
#ifndef FLOW_DOCKER_ENGINE_CALL_H_
#define FLOW_DOCKER_ENGINE_CALL_H_

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "flow/docker/engine/engine.pb.h"

namespace flow::docker::engine {

// Reading. Lists are restricted by labels ("key=value", all of them) or names (any of them).

// Whether an engine is there, and the newest API version that it speaks.
struct Ping {};
struct GetInfo {};
struct ListContainers {
  std::vector<std::string> labels;
  std::vector<std::string> names;  // exact; matched by the engine as ^/?NAME$
  std::string volume;              // users of this volume
};
struct ListNetworks {
  std::string name;  // exact on return: the engine matches parts of names
  std::vector<std::string> labels;
  bool and_bridge = false;  // besides that of the name, the one that every engine has by itself, kBridge
};
inline constexpr char kBridge[] = "bridge";
struct ListVolumes {
  std::string name_prefix;
  std::vector<std::string> labels;
};
struct ListImages {};
struct InspectContainer {
  std::string id;
};
// One sample of what it uses, which takes the engine a second or two.
struct SampleStats {
  std::string id;
};
struct InspectNetwork {
  std::string id;
};
struct InspectImage {
  std::string reference;
};
struct TailLogs {
  std::string id;
  int lines = 10;
};
// A regular file of a container's, running or not.
struct ReadFile {
  std::string id;
  std::string path;
  size_t most = 0;  // bytes
};

// Changing. Names are for creating; all else goes by id.

struct PullImage {
  std::string reference;
  std::string registry_auth;  // X-Registry-Auth's value; empty: anonymous
};
struct CreateNetwork {
  NetworkConfig config;
};
struct CreateVolume {
  VolumeConfig config;
};
struct CreateContainer {
  std::string name;
  ContainerConfig config;
};
struct RenameContainer {
  std::string id;
  std::string name;
};
struct StartContainer {
  std::string id;
  bool once = false;  // its program is to run once: started again, it would run again
};
struct UnpauseContainer {
  std::string id;
};
struct StopContainer {
  std::string id;
  absl::Duration grace =
      absl::InfiniteDuration();  // until the engine kills, in whole seconds; else the container's own
};
// Killed where it still runs.
struct RemoveContainer {
  std::string id;
  bool with_volumes = true;  // with its anonymous volumes
};
struct RemoveNetwork {
  std::string id;
};
struct RemoveVolume {
  std::string name;
};

using Call = std::variant<Ping, GetInfo, ListContainers, ListNetworks, ListVolumes, ListImages, InspectContainer,
                          SampleStats, InspectNetwork, InspectImage, TailLogs, ReadFile, PullImage, CreateNetwork,
                          CreateVolume, CreateContainer, RenameContainer, StartContainer, UnpauseContainer,
                          StopContainer, RemoveContainer, RemoveNetwork, RemoveVolume>;

struct Pong {
  std::string api_version;  // "1.41"; empty: what answered is no Docker engine
  std::string engine;       // what it says that it is: "Docker/20.10.24 (linux)"; may be empty
};

// What a container wrote last, oldest first, without line ends.
struct LogLines {
  std::vector<std::string> lines;
};

struct FileContent {
  bool there = false;
  std::string bytes;
};

// monostate: the call has nothing to tell but that it was done.
using Reply =
    std::variant<std::monostate, Pong, Info, ContainerList, NetworkList, VolumeList, ImageList, ContainerInspect,
                 ContainerStats, NetworkInspect, ImageInspect, LogLines, FileContent, Created>;

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_CALL_H_
