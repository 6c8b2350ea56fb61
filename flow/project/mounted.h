// What the files and folders of a machine were that a container mounts, when it was made: a label beside its digest. A
// mount is of the very file that was there then. One that takes its place (`mv token.new token`) is not seen in the
// container, so that an apply has to see it.
//
// It is no part of the digest: what made the file's text is the same on every machine. Where one of two labels says
// nothing of a path (it is from a flow that had none, or of another machine's engine) there is no difference.
#ifndef FLOW_PROJECT_MOUNTED_H_
#define FLOW_PROJECT_MOUNTED_H_

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/project/digest.h"
#include "flow/project/project.pb.h"

namespace flow::project {

// By service, then by the path in the container: what stands for the file or folder that is mounted there. It begins
// with what that is, "file" or "folder", and a colon; another file has another.
using Mounted = std::map<std::string, std::map<std::string, std::string>>;

// What stands for a file's content. It may be a secret: the hash is salted with whose it is, as in SecretDigest, so
// that equal contents do not look equal. A guess can be held against it all the same, but only by who may ask the engine
// for labels, and that one may read the file itself.
inline std::string MarkOfContent(const std::string& pipeline, const std::string& namespace_,
                                 const std::string& component, const std::string& content) {
  return absl::StrCat("file:", SecretDigest(pipeline, namespace_, component, content).substr(0, 32));
}

// The label's value, of one service: a line a path.
inline std::string MountedText(const std::map<std::string, std::string>& marks) {
  return absl::StrJoin(marks, "\n",
                       [](std::string* out, const auto& mark) { absl::StrAppend(out, mark.second, " ", mark.first); });
}

// What a service mounts that is not what it was, by two labels: "file token", "folder conf", by the name that it has on
// the machine. Empty: nothing, as far as they tell.
inline std::string ChangedMount(const Service& service, absl::string_view before, absl::string_view now);

// How it is done

namespace internal {

inline std::map<absl::string_view, absl::string_view> ReadMounted(absl::string_view text) {
  std::map<absl::string_view, absl::string_view> marks;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    marks[parts.second] = parts.first;
  }
  return marks;
}

}  // namespace internal

inline std::string ChangedMount(const Service& service, absl::string_view before, absl::string_view now) {
  const auto old_marks = internal::ReadMounted(before), marks = internal::ReadMounted(now);
  for (const Mount& mount : service.mounts()) {
    const auto was = old_marks.find(mount.target()), is = marks.find(mount.target());
    if (was == old_marks.end() || is == marks.end() || was->second == is->second) continue;
    const absl::string_view kind = is->second.substr(0, is->second.find(':'));
    return absl::StrCat(kind, " ", absl::string_view(mount.source()).substr(mount.source().rfind('/') + 1));
  }
  return "";
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_MOUNTED_H_
