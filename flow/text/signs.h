// flow's own signs beyond ASCII (arrows, ellipses) for terminals that cannot show them. To be used where messages are
// printed, as harmless.h is.
#ifndef FLOW_TEXT_SIGNS_H_
#define FLOW_TEXT_SIGNS_H_

#include <string>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace flow::text {

// What a terminal's characters are.
enum class Signs { kUnicode, kAscii };

// A message with its signs as they can be shown. Other characters stay: they are those of a file or a name, which one
// sees as other programs show them.
//
//   WithSigns(Signs::kAscii, "a → b …") == "a -> b ..."
inline std::string WithSigns(Signs signs, absl::string_view message) {
  if (signs == Signs::kUnicode) return std::string(message);
  return absl::StrReplaceAll(message, {{"→", "->"}, {"…", "..."}, {"�", "?"}});
}

}  // namespace flow::text

#endif  // FLOW_TEXT_SIGNS_H_
