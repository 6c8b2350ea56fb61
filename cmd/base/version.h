// flow's own version: of `--version`, and of what it tells the engine that it is.
#ifndef CMD_BASE_VERSION_H_
#define CMD_BASE_VERSION_H_

namespace flow {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace flow

#endif  // CMD_BASE_VERSION_H_
