// Which characters reach a cluster, and by which way.
#ifndef FLOW_KUBERNETES_CHARACTERS_H_
#define FLOW_KUBERNETES_CHARACTERS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "flow/text/character.h"

namespace flow::kubernetes {

// The first character of a text that `kubectl apply --server-side` does not bring to a cluster; 0: there is none. It sends
// all but those below a space as they are, and API servers read that as YAML: they refuse control characters, and take U+0085
// for the end of a line, of which they make a space (tried on 1.20). Without --server-side it is JSON, which has them all.
inline uint32_t UnsentCharacter(absl::string_view text) {
  while (!text.empty()) {
    const uint32_t code = text::TakeCharacter(text).code;
    if (code >= 0x20 && (!text::IsYaml(code) || code == 0x85)) return code;
  }
  return 0;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_CHARACTERS_H_
