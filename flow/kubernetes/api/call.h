// The calls of the Kubernetes API that flow makes, what each answers, and what a cluster tells by itself. A Call says what
// is wanted; request.h turns it into HTTP, response.h reads the answer, watch.h the events. Nothing outside these knows
// paths or query parameters.
#ifndef FLOW_KUBERNETES_API_CALL_H_
#define FLOW_KUBERNETES_API_CALL_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/kubernetes/api/kind.h"
#include "flow/kubernetes/api/object.h"
#include "flow/text/document.h"

namespace flow::kubernetes::api {

// Whose the fields are that flow applies.
inline constexpr char kFieldManager[] = "flow";

// Reading

// What answers there, and how new it is: ServerVersion.
struct GetVersion {};

// All objects of a kind that have these labels: ObjectList.
struct List {
  Kind kind = Kind::kPod;
  std::string namespace_;           // empty: of all namespaces, or of a kind that is in none
  std::vector<std::string> labels;  // "key=value", "key": all of them
  std::vector<std::string> fields;  // "metadata.name=x": all of them
  int limit = 0;                    // no more than so many; 0: all
  bool whole = false;               // what they should be counts too; else that is not read (kNotReadOfState)
};

// Object.
struct Get {
  ObjectName object;
};

// The events about an object, the oldest first as far as the cluster keeps them (an hour): ObjectList.
struct ListEvents {
  ObjectName object;
  std::string uid;  // empty: of whatever has had that name
};

// What a container wrote last: LogLines. Refused (kInvalidArgument) while it has not started, or has had no run before.
struct TailLogs {
  std::string namespace_;
  std::string pod;
  std::string container;
  int lines = 10;
  bool previous = false;  // of the run before this one
};

// Changing. A document has apiVersion, kind and metadata with the name; a Later in it is made when it is sent.

// What its holder is meant to be; empty: whichever there is. Where it is another the answer is kAborted.
struct Precondition {
  std::string uid;
  std::string resource_version;
};

// Makes the object if it is not there, else changes the fields that the document names, and takes away those that flow
// named before and that nobody else wants (server-side apply): Object, as it is then. With `only`, nothing is made.
struct Apply {
  ObjectName object;
  text::Mapping document;
  Precondition only;
  bool dry_run = false;  // nothing is kept; the answer is what would be
  bool force = true;     // take over what another field manager has; else that is kAborted, with the managers as causes
};

// Object; kAlreadyExists where the name is taken.
struct Create {
  ObjectName object;
  text::Mapping document;
  bool dry_run = false;
};

// Takes the place of the whole object, which must still be as `document` was read (its metadata.resourceVersion): Object.
struct Replace {
  ObjectName object;
  text::Mapping document;
  bool dry_run = false;
};

enum class Propagation {
  kBackground,  // the object goes at once, what it owns later
  kForeground,  // the object stays until all that it owns is gone
  kOrphan,      // what it owns stays
};

// Object, where it is still there: something holds it (its finalizers). monostate: it is gone, or was not there.
struct Delete {
  ObjectName object;
  Precondition only;
  Propagation propagation = Propagation::kBackground;
  // Until what runs is killed, in whole seconds; else the pod's own.
  absl::Duration grace = absl::InfiniteDuration();
};

using Call = std::variant<GetVersion, List, Get, ListEvents, TailLogs, Apply, Create, Replace, Delete>;

// "1.20". What a build calls itself besides ("v0.0.0-master+…") is its text alone.
struct ServerVersion {
  int major = 0;
  int minor = 0;
  std::string text;  // "v1.20.2"

  bool operator==(const ServerVersion&) const = default;
};

// The oldest whose API has what flow asks for.
inline constexpr int kOldestMinor = 20;

// Error: kFailedPrecondition, where it is older. One that does not tell its number is taken as new enough.
inline absl::Status CheckVersion(const ServerVersion& version) {
  if (version.major != 1 || version.minor == 0 || version.minor >= kOldestMinor) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("it is Kubernetes ", version.text, ", and flow speaks to 1.",
                                                    kOldestMinor, " and later ones: update the cluster"));
}

struct ObjectList {
  Kind kind = Kind::kPod;
  std::vector<Object> objects;
  // Of the cluster when it was listed: a watch from there misses nothing.
  std::string resource_version;
};

// Oldest first, without line ends.
struct LogLines {
  std::vector<std::string> lines;
};

using Reply = std::variant<std::monostate, ServerVersion, Object, ObjectList, LogLines>;

// Watching

// What happens to objects of a kind that have these labels, from a version of the cluster on.
struct Watch {
  Kind kind = Kind::kPod;
  std::string namespace_;
  std::vector<std::string> labels;
  std::vector<std::string> fields;
  std::string resource_version;  // of the list that it goes on from, or of the last event
};

// Several watches that are one stream: it is open when all of them are, and ends when one of them does for a reason that
// opening it again from where it stopped does not mend: kOutOfRange where a version is too old (list again), else the
// refusal, or that the cluster was not reached.
struct WatchFilter {
  std::vector<Watch> watches;
};

struct WatchEvent {
  enum class Type {
    kAdded,  // is there; also what begins to have the labels
    kModified,
    kDeleted,   // the object as it was last; also what does not have the labels any more
    kBookmark,  // the object has nothing but a resource_version: all before it was told
  };

  Type type = Type::kBookmark;
  Object object;
};

}  // namespace flow::kubernetes::api

#endif  // FLOW_KUBERNETES_API_CALL_H_
