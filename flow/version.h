// flow's own version: of `--version`, and of what the labels say made a container.
#ifndef FLOW_VERSION_H_
#define FLOW_VERSION_H_

namespace flow {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace flow

#endif  // FLOW_VERSION_H_
