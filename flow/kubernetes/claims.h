// The claims of the volumes that an apply waits for: what each asks for, which components mount it, and what the cluster's
// events about it mean.
//
//   FailedBinding, ProvisioningFailed   it is refused: final where its class is not there, else at the second time
//   ExternalProvisioning                a program beside the cluster has to make the volume
//   Provisioning                        that program is at work, and may take its time
//
// Every such program says when it begins (sig-storage-lib-external-provisioner, which the provisioners of CSI drivers are made
// with): where none has in kNobodyAfter, none serves the class. No right is needed to know that, while only some of the
// programs can be found on a cluster (as CSIDriver), and by few people.
#ifndef FLOW_KUBERNETES_CLAIMS_H_
#define FLOW_KUBERNETES_CLAIMS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/names.h"
#include "flow/project/project.pb.h"
#include "flow/text/listed.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

// The cluster says every 15 s that a claim waits for such a program: how long it has to have said so before that is told,
// and before it is clear that there is none; one that takes over from another needs up to half a minute.
inline constexpr absl::Duration kToldAfter = absl::Seconds(5);
inline constexpr absl::Duration kNobodyAfter = absl::Seconds(40);

// "claim data (class fast, ReadWriteMany for writer, 3 pods of reader)". `mounters`: who mounts it; empty: that is one pod, or
// not known.
std::string ClaimText(const api::Object& claim, const std::vector<std::string>& mounters);

// Whether a scheduler's words about a pod that no node takes are about its volumes.
inline bool AreAboutVolumes(absl::string_view words) {
  return absl::StrContains(words, "volume") || absl::StrContains(words, "Volume");
}

class Claims {
 public:
  // What an event means for the first component that mounts the claim.
  struct News {
    std::string component;
    std::string what;  // "its claim data (class fast, ReadWriteOnce) is not bound: …"
    std::string hint;  // what to do about it; may be empty
    bool is_final = false;
  };

  // The claims of the components that are to have pods.
  void Expect(const project::Project& project);

  // A claim as it is; Adopt: one that was there before this apply.
  void Adopt(const api::Object& object);
  void Take(const api::Object& object);

  // What an event says of a claim; nothing: no news, or not of these claims. What is final is told once.
  std::optional<News> TakeEvent(const api::Object& event);

  // What the cluster says of the first claim of a component that is not bound; empty: nothing.
  std::string WordsOf(const std::string& component) const;

  // The scheduler's words on why no node takes a pod of a component, with its claims where they are about volumes.
  std::string WithClaims(const std::string& component, absl::string_view words) const;

  // All that changes, for a test that tells states apart.
  auto Members() const { return std::tie(claims_); }

 private:
  struct Claim {
    std::vector<std::string> components;  // in the file's order
    std::vector<std::string> mounters;    // in words, where several pods mount it
    std::string text;                     // ClaimText; of one that was not told yet its name
    bool has_class = true;
    bool is_shared = false;  // it asks for ReadWriteMany
    bool was_there = false;  // who has begun to make its volume is not known
    bool has_begun = false;
    bool is_bound = false;
    bool is_lost = false;  // told
    std::string words;     // the cluster's, on why it is not bound
  };

  static std::string Problem(const Claim& claim) {
    return absl::StrCat("its ", claim.text, " is not bound: ", claim.words);
  }
  static std::optional<News> JudgeWait(const api::Object& event, Claim& claim);
  static std::optional<News> JudgeRefusal(const api::Object& event, Claim& claim);
  static std::optional<News> Lose(Claim& claim, std::string what, std::string hint);

  std::map<std::string, Claim> claims_;  // by name
};

// How it is done

namespace internal {

inline constexpr char kClassHint[] =
    "`--storage_class` names another class; `kubectl get storageclasses` lists those that there are";
inline constexpr char kSharedHint[] =
    "not every class can give one volume to several nodes: `--storage_class` names one that can; or keep all that "
    "mounts it on one node, by `x-kubernetes: {claim: {accessModes: [ReadWriteOnce]}, pod: {nodeSelector: …}}`; or let "
    "one pod alone mount it (`replicas: 1`)";

// How long an event has been told again and again.
inline absl::Duration LastingOf(const api::Object& event) {
  absl::Time first, last;
  const auto read = [&](const char* field, absl::Time* time) {
    return absl::ParseTime(absl::RFC3339_full, event[field].text(), time, nullptr);
  };
  return read("firstTimestamp", &first) && read("lastTimestamp", &last) ? last - first : absl::ZeroDuration();
}

}  // namespace internal

inline std::string ClaimText(const api::Object& claim, const std::vector<std::string>& mounters) {
  std::vector<std::string> modes;
  for (const text::View mode : claim["spec"]["accessModes"].list()) modes.push_back(mode.text());
  const std::string& storage_class = claim["spec"]["storageClassName"].text();
  return absl::StrCat("claim ", claim.name(), " (", storage_class.empty() ? "no class" : "class ", storage_class, ", ",
                      absl::StrJoin(modes, ", "), mounters.empty() ? "" : " for ", text::Listed(mounters), ")");
}

inline void Claims::Expect(const project::Project& project) {
  claims_.clear();
  for (const project::Service& service : project.services()) {
    if (service.replicas() == 0) continue;
    std::set<std::string> mounted;
    for (const project::Mount& mount : service.mounts()) {
      if (mount.type() != project::Mount::VOLUME || !mounted.insert(mount.source()).second) continue;
      const std::string name = ClaimName(mount.source());
      Claim& claim = claims_[name];
      claim.text = absl::StrCat("claim ", name);
      claim.components.push_back(service.name());
      claim.mounters.push_back(service.replicas() == 1 ? service.name()
                                                       : absl::StrCat(service.replicas(), " pods of ", service.name()));
    }
  }
}

inline void Claims::Adopt(const api::Object& object) {
  const auto found = claims_.find(object.name());
  if (found != claims_.end()) found->second.was_there = true;
  Take(object);
}

inline void Claims::Take(const api::Object& object) {
  const auto found = claims_.find(object.name());
  if (found == claims_.end()) return;
  Claim& claim = found->second;
  claim.has_class = !object["spec"]["storageClassName"].text().empty();
  claim.is_shared = false;
  for (const text::View mode : object["spec"]["accessModes"].list()) claim.is_shared |= mode.text() == "ReadWriteMany";
  claim.is_bound = object["status"]["phase"].text() == "Bound";
  claim.text = ClaimText(object, claim.is_shared ? claim.mounters : std::vector<std::string>());
}

inline std::optional<Claims::News> Claims::TakeEvent(const api::Object& event) {
  const auto found = claims_.find(event["involvedObject"]["name"].text());
  if (found == claims_.end()) return std::nullopt;
  Claim& claim = found->second;
  const std::string& reason = event["reason"].text();
  if (reason == "ExternalProvisioning") return JudgeWait(event, claim);
  if (reason == "Provisioning") claim.has_begun = true;
  if (reason != "ProvisioningFailed" && reason != "FailedBinding") return std::nullopt;
  claim.has_begun = true;
  return JudgeRefusal(event, claim);
}

inline std::optional<Claims::News> Claims::JudgeWait(const api::Object& event, Claim& claim) {
  claim.words = event["message"].text();
  const absl::Duration lasting = internal::LastingOf(event);
  if (lasting < kToldAfter) return std::nullopt;
  if (lasting < kNobodyAfter || claim.has_begun || claim.was_there) {
    return News{claim.components.front(), Problem(claim), ""};
  }
  return Lose(claim,
              absl::StrCat(Problem(claim), "; in ", absl::FormatDuration(lasting), " nobody has begun to make it"),
              absl::StrCat("see that the provisioner of its class runs on the cluster; ", internal::kClassHint));
}

inline std::optional<Claims::News> Claims::JudgeRefusal(const api::Object& event, Claim& claim) {
  const std::string& words = event["message"].text();
  const bool no_such_class =
      absl::StartsWith(words, "storageclass.storage.k8s.io") && absl::EndsWith(words, "not found");
  // A class that is not there will not be; anything else is tried once more.
  const bool is_final = no_such_class || event["count"].number() > 1 || claim.words == words;
  claim.words = words;
  if (!is_final) return News{claim.components.front(), Problem(claim), ""};
  return Lose(claim, Problem(claim),
              no_such_class || !claim.has_class ? internal::kClassHint
              : claim.is_shared                 ? internal::kSharedHint
                                                : "");
}

inline std::optional<Claims::News> Claims::Lose(Claim& claim, std::string what, std::string hint) {
  if (std::exchange(claim.is_lost, true)) return std::nullopt;
  return News{claim.components.front(), std::move(what), std::move(hint), /*is_final=*/true};
}

inline std::string Claims::WordsOf(const std::string& component) const {
  for (const auto& [name, claim] : claims_) {
    const bool mounts = absl::c_linear_search(claim.components, component);
    if (mounts && !claim.is_bound && !claim.words.empty()) return Problem(claim);
  }
  return "";
}

inline std::string Claims::WithClaims(const std::string& component, absl::string_view words) const {
  std::vector<std::string> texts;
  for (const auto& [name, claim] : claims_) {
    if (absl::c_linear_search(claim.components, component)) texts.push_back(claim.text);
  }
  if (texts.empty() || !AreAboutVolumes(words)) return std::string(words);
  return absl::StrCat(absl::StripSuffix(words, "."), ": it mounts ", text::Listed(texts));
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_CLAIMS_H_
