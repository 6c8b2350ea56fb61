// An API server in memory, for tests: takes the calls that a machine makes and keeps objects as the real one does
// (server-side apply with field managers, preconditions, dry runs, removals that wait), and tells what happens to them. A
// value: copying it copies all it has.
#ifndef FLOW_KUBERNETES_TESTING_FAKE_API_H_
#define FLOW_KUBERNETES_TESTING_FAKE_API_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/api/refusal.h"
#include "flow/kubernetes/difference.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/testing/fields.h"
#include "flow/text/document.h"
#include "flow/text/view.h"

namespace flow::kubernetes::testing {

class FakeApi {
 public:
  // Carries a call out and answers it; what happens because of it is in events().
  absl::StatusOr<api::Reply> Execute(const api::Call& call) {
    return std::visit([this](const auto& c) { return On(c); }, call);
  }

  // An event about an object, told so often, the last time so long after the first.
  void TellOf(const api::ObjectName& about, const std::string& reason, const std::string& words, int count = 1,
              absl::Duration lasting = absl::ZeroDuration()) {
    const auto time = [](absl::Duration since) {
      return absl::FormatTime(absl::RFC3339_sec, absl::UnixEpoch() + since, absl::UTCTimeZone());
    };
    const text::Mapping involved = {{"kind", api::NamesOf(about.kind).name},
                                    {"name", about.name},
                                    {"uid", objects_.contains(about) ? objects_.at(about).object->uid() : ""}};
    api::Object event{api::Kind::kEvent,
                      text::Mapping{{"metadata", text::Mapping{{"name", absl::StrCat("event-", ++versions_)},
                                                               {"namespace", about.namespace_},
                                                               {"resourceVersion", absl::StrCat(versions_)}}},
                                    {"involvedObject", involved},
                                    {"reason", reason},
                                    {"message", words},
                                    {"firstTimestamp", time(absl::ZeroDuration())},
                                    {"lastTimestamp", time(lasting)},
                                    {"count", count}}};
    told_.push_back(event);
    Tell({api::WatchEvent::Type::kAdded, std::move(event)});
  }

  // What people do

  // Somebody's object.
  void AddForeign(const api::ObjectName& name, const text::Mapping& labels, const std::string& manager) {
    const text::Mapping metadata = {{"name", name.name}, {"namespace", name.namespace_}, {"labels", labels}};
    const text::Value document = text::Mapping{{"metadata", metadata}, {"data", text::Mapping{{"theirs", "1"}}}};
    Asked asked{FieldsOf(document), {}};
    for (const Field& field : asked.fields) asked.managers[manager].insert(field.path);
    Store(name, std::move(asked), /*is_new=*/true);
  }
  // Somebody changes a field of an object, which is theirs then.
  void Edit(const api::ObjectName& name, const Path& path, const std::string& value, const std::string& manager) {
    Asked asked = *objects_.at(name).asked;
    for (auto& [other, paths] : asked.managers) paths.erase(path);
    SetField(asked.fields, {path, value});
    asked.managers[manager].insert(path);
    Store(name, std::move(asked), /*is_new=*/false);
  }
  // It does not go, as something holds it.
  void Hold(const api::ObjectName& name) { held_.insert(name); }
  void SetLog(const std::string& text) { log_ = text; }
  const api::Object* Find(api::Kind kind, const std::string& name) const {
    for (const auto& [id, stored] : objects_) {
      if (id.kind == kind && id.name == name) return stored.object.get();
    }
    return nullptr;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& [name, stored] : objects_) names.push_back(TextOf(name));
    return names;
  }
  bool Empty() const { return objects_.empty(); }
  // Of an object, how often it has changed.
  int64_t VersionOf(const api::ObjectName& name) const {
    return objects_.at(name).object->metadata()["resourceVersion"].number();
  }

  // What happened and was not told yet.
  std::deque<api::WatchEvent>& events() { return events_; }

  // From now on what happens is recorded too, for a second one who listens.
  void Record() { recorded_.emplace(); }
  std::deque<api::WatchEvent> TakeRecord() { return *std::exchange(recorded_, std::nullopt); }

  // All that it is made of, for a test that tells states apart.
  auto Members() const { return std::tie(objects_, held_, events_); }

 protected:
  // The objects by their names, as they are told.
  std::map<api::ObjectName, ObjectPtr> All() const {
    std::map<api::ObjectName, ObjectPtr> all;
    for (const auto& [name, stored] : objects_) all[name] = stored.object;
    return all;
  }
  // Null: it is not there.
  ObjectPtr Get(const api::ObjectName& name) const {
    const auto found = objects_.find(name);
    return found == objects_.end() ? nullptr : found->second.object;
  }
  bool IsHeld(const api::ObjectName& name) const { return held_.contains(name); }

  // Makes an object that nobody asked for.
  void Make(const api::ObjectName& name, const text::Mapping& metadata, const text::Mapping& spec) {
    Store(name, {FieldsOf(text::Value(text::Mapping{{"metadata", metadata}, {"spec", spec}})), {}}, /*is_new=*/true);
  }
  // Where it is another.
  void SetStatus(const api::ObjectName& name, text::Mapping status) {
    const auto before = status_.find(name);
    const auto text = [](const text::Mapping& mapping) { return internal::ValueText(text::Value(mapping)); };
    if (before != status_.end() && text(before->second) == text(status)) return;
    status_[name] = std::move(status);
    const std::shared_ptr<const Asked> asked = objects_.at(name).asked;
    Keep(name, asked, MakeObject(name, *asked, /*is_new=*/false), /*is_new=*/false);
  }
  // Its removal is asked for, and it is still there.
  void AskToGo(const api::ObjectName& name) {
    if (objects_.at(name).object->is_going()) return;
    Asked asked = *objects_.at(name).asked;
    asked.fields.push_back({{"metadata", "deletionTimestamp"}, "now"});
    if (held_.contains(name)) asked.fields.push_back({{"metadata", "finalizers"}, text::List{"example.com/held"}});
    Store(name, std::move(asked), /*is_new=*/false);
  }
  void Remove(const api::ObjectName& name) {
    const auto found = objects_.find(name);
    if (found == objects_.end()) return;
    Tell(api::WatchEvent::Type::kDeleted, WithVersion(*found->second.object, ++versions_));
    objects_.erase(found);
    status_.erase(name);
  }

  const std::string& log() const { return log_; }

 private:
  using Result = absl::StatusOr<api::Reply>;

  // What was asked for, and by whom each field.
  struct Asked {
    Fields fields;
    std::map<std::string, std::set<Path>> managers;
  };
  struct Stored {
    std::shared_ptr<const Asked> asked;
    ObjectPtr object;  // as it is told
  };

  static Result Refuse(int code, const std::string& reason, const std::string& message,
                       std::vector<api::Refusal::Cause> causes = {}) {
    return api::StatusOf({.code = code, .reason = reason, .message = message, .causes = std::move(causes)});
  }

  Result On(const api::GetVersion&) const { return api::Reply(api::ServerVersion{1, 20, "v1.20.2"}); }
  Result On(const api::List& call) const {
    api::ObjectList list{.kind = call.kind, .resource_version = absl::StrCat(versions_)};
    for (const auto& [name, stored] : objects_) {
      const bool is_here = name.kind == call.kind && name.namespace_ == call.namespace_;
      if (is_here && Matches(*stored.object, call)) list.objects.push_back(WithoutKind(*stored.object));
    }
    return api::Reply(std::move(list));
  }
  Result On(const api::Get& call) const {
    const auto found = objects_.find(call.object);
    if (found == objects_.end()) return Refuse(404, "NotFound", absl::StrCat(call.object.name, " not found"));
    return api::Reply(*found->second.object);
  }
  Result On(const api::ListEvents& call) const {
    api::ObjectList list{.kind = api::Kind::kEvent};
    for (const api::Object& event : told_) {
      if (event["involvedObject"]["name"].text() == call.object.name) list.objects.push_back(event);
    }
    return api::Reply(std::move(list));
  }
  Result On(const api::TailLogs&) const { return api::Reply(api::LogLines{absl::StrSplit(log_, '\n')}); }

  Result On(const api::Apply& call) {
    const auto there = objects_.find(call.object);
    if (!call.object.namespace_.empty()) {
      const auto namespace_ = objects_.find({api::Kind::kNamespace, "", call.object.namespace_});
      if (namespace_ == objects_.end()) {
        return api::StatusOf({.code = 404,
                              .reason = "NotFound",
                              .message = absl::StrCat("namespaces \"", call.object.namespace_, "\" not found"),
                              .kind = "namespaces",
                              .name = call.object.namespace_});
      }
      if (namespace_->second.object->is_going()) {
        return Refuse(403, "Forbidden", "is being terminated", {{"NamespaceTerminating", "", ""}});
      }
    }
    const bool is_new = there == objects_.end();
    if (is_new && call.object.kind == api::Kind::kService && !call.only.resource_version.empty()) {  // as 1.20 has it
      return Refuse(500, "", "resourceVersion should not be set on objects to be created");
    }
    if (is_new ? !call.only.uid.empty() : !Holds(call.only, *there->second.object)) {
      return Refuse(409, "Conflict", "the object has been modified");
    }
    Asked asked = is_new ? Asked() : *there->second.asked;
    const Fields fields = FieldsOf(text::Made(call.document));
    if (!call.force) {
      std::vector<api::Refusal::Cause> conflicts = ConflictsOf(asked, fields);
      if (!conflicts.empty()) return Refuse(409, "Conflict", "conflict", std::move(conflicts));
    }
    Merge(fields, asked);
    const std::string fixed = is_new ? "" : FixedField(call.object.kind, there->second.asked->fields, asked.fields);
    if (!fixed.empty()) {
      return Refuse(422, "Invalid", absl::StrCat(call.object.name, " is invalid: ", fixed, ": field is immutable"),
                    {{"FieldValueInvalid", "field is immutable", fixed}});
    }
    if (call.dry_run) return api::Reply(MakeObject(call.object, asked, is_new));
    const bool same = !is_new && SameFields(asked.fields, there->second.asked->fields);
    if (same) {
      objects_[call.object].asked = std::make_shared<const Asked>(std::move(asked));
    } else {
      Store(call.object, std::move(asked), is_new);
    }
    return api::Reply(*objects_.at(call.object).object);
  }
  template <typename Other>
  Result On(const Other&) const {
    return absl::UnimplementedError("no machine of flow does that");
  }
  Result On(const api::Delete& call) {
    const auto there = objects_.find(call.object);
    if (there == objects_.end()) return api::Reply();
    if (!Holds(call.only, *there->second.object)) return Refuse(409, "Conflict", "the UID in the precondition differs");
    const bool waits = call.object.kind == api::Kind::kNamespace || call.propagation == api::Propagation::kForeground;
    if (!waits && !held_.contains(call.object)) {
      Remove(call.object);
      return api::Reply();
    }
    AskToGo(call.object);
    return api::Reply(*objects_.at(call.object).object);
  }

  // As objects stand in a list.
  static api::Object WithoutKind(const api::Object& object) {
    text::Mapping all;
    for (const auto& member : text::View(object.document).members()) {
      if (member.text != "apiVersion" && member.text != "kind") all.Add(member.text, member.value);
    }
    return {object.kind, std::move(all)};
  }

  static bool Holds(const api::Precondition& only, const api::Object& object) {
    return (only.uid.empty() || only.uid == object.uid()) &&
           (only.resource_version.empty() || only.resource_version == object.resource_version());
  }

  static bool Matches(const api::Object& object, const api::List& call) {
    for (const std::string& label : call.labels) {
      const size_t equals = label.find('=');
      const bool negated = label[equals - 1] == '!';
      const std::string key = label.substr(0, equals - (negated ? 1 : 0)), value = label.substr(equals + 1);
      if ((object.label(key) == value) == negated) return false;
    }
    for (const std::string& field : call.fields) {
      if (field != absl::StrCat("metadata.name=", object.name())) return false;
    }
    return true;
  }

  // What identifies an object is nobody's.
  static bool IsOwn(const Path& path) { return path[0] != "apiVersion" && path[0] != "kind" && !IsName(path); }
  static bool IsName(const Path& path) {
    return path[0] == "metadata" && path.size() == 2 && (path[1] == "name" || path[1] == "namespace");
  }

  static const Field* FindField(const Fields& fields, const Path& path) {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& one) { return one.path == path; });
    return found == fields.end() ? nullptr : &*found;
  }
  static std::string TextOfField(const Field* field) {
    return field == nullptr ? "" : internal::ValueText(field->value);
  }
  static void SetField(Fields& fields, Field field) {
    for (Field& one : fields) {
      if (one.path == field.path) return void(one.value = std::move(field.value));
    }
    fields.push_back(std::move(field));
  }
  static bool SameFields(const Fields& a, const Fields& b) {
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const Field& one) {
             return FindField(b, one.path) != nullptr && TextOfField(&one) == TextOfField(FindField(b, one.path));
           });
  }

  static std::vector<api::Refusal::Cause> ConflictsOf(const Asked& asked, const Fields& fields) {
    std::vector<api::Refusal::Cause> conflicts;
    for (const Field& field : fields) {
      for (const auto& [manager, paths] : asked.managers) {
        if (manager == api::kFieldManager || !paths.contains(field.path)) continue;
        if (TextOfField(&field) == TextOfField(FindField(asked.fields, field.path))) continue;
        conflicts.push_back({"FieldManagerConflict", absl::StrCat("conflict with \"", manager, "\""),
                             absl::StrCat(".", absl::StrJoin(field.path, "."))});
      }
    }
    return conflicts;
  }

  static void Merge(const Fields& fields, Asked& asked) {
    std::set<Path> paths;
    for (const Field& field : fields) {
      if (IsOwn(field.path)) paths.insert(field.path);
      for (auto& [manager, theirs] : asked.managers) {
        const bool same = TextOfField(&field) == TextOfField(FindField(asked.fields, field.path));
        if (manager != api::kFieldManager && !same) theirs.erase(field.path);
      }
      SetField(asked.fields, field);
    }
    for (const Path& path : std::exchange(asked.managers[api::kFieldManager], paths)) {
      const bool is_others = std::any_of(asked.managers.begin(), asked.managers.end(),
                                         [&](const auto& one) { return one.second.contains(path); });
      if (!is_others) std::erase_if(asked.fields, [&](const Field& field) { return field.path == path; });
    }
  }

  // A field that is another, and may not be; empty: there is none.
  static std::string FixedField(api::Kind kind, const Fields& before, const Fields& after) {
    const Path prefix = kind == api::Kind::kJob       ? Path{"spec", "template"}
                        : kind == api::Kind::kClaim   ? Path{"spec"}
                        : kind == api::Kind::kService ? Path{"spec", "clusterIP"}
                                                      : Path{"spec", "selector"};
    const auto is_fixed = [&](const Field& field) {
      return field.path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), field.path.begin());
    };
    const auto differs = [&](const Fields& fields, const Fields& others) {
      return std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
        return is_fixed(field) && TextOfField(&field) != TextOfField(FindField(others, field.path));
      });
    };
    return differs(before, after) || differs(after, before) ? absl::StrJoin(prefix, ".") : "";
  }
  api::Object MakeObject(const api::ObjectName& name, const Asked& asked, bool is_new) const {
    const text::Value document = DocumentOf(asked.fields);
    const auto there = objects_.find(name);
    const api::Object* const old = is_new || there == objects_.end() ? nullptr : there->second.object.get();
    const auto is_spec = [](const Fields& fields) {
      Fields spec;
      for (const Field& field : fields) {
        if (field.path[0] == "spec") spec.push_back(field);
      }
      return spec;
    };
    const bool same_spec = old != nullptr && SameFields(is_spec(asked.fields), is_spec(FieldsOf(old->document)));
    const auto made = made_.find(name);
    const int64_t times = (made == made_.end() ? 0 : made->second) + (is_new ? 1 : 0);
    text::Mapping metadata;
    for (const auto& member : text::View(document)["metadata"].members()) metadata.Add(member.text, member.value);
    metadata.Add("uid", absl::StrCat("uid-", WordOf(name.kind), "-", name.name, "-", times));
    metadata.Add("resourceVersion", old == nullptr ? absl::StrCat(versions_ + 1) : old->resource_version());
    metadata.Add("generation", (old == nullptr ? 0 : old->generation()) + (same_spec ? 0 : 1));
    text::Mapping all;
    for (const auto& member : text::View(document).members()) {
      if (member.text != "metadata") all.Add(member.text, member.value);
    }
    all.Add("metadata", std::move(metadata));
    if (const auto status = status_.find(name); status != status_.end() && !is_new) all.Add("status", status->second);
    return {name.kind, std::move(all)};
  }

  void Store(const api::ObjectName& name, Asked asked, bool is_new) {
    api::Object object = MakeObject(name, asked, is_new);
    if (is_new) ++made_[name];
    Keep(name, std::make_shared<const Asked>(std::move(asked)), object, is_new);
  }

  void Keep(const api::ObjectName& name, std::shared_ptr<const Asked> asked, const api::Object& made, bool is_new) {
    api::Object object = WithVersion(made, ++versions_);
    objects_[name] = {std::move(asked), std::make_shared<const api::Object>(object)};
    Tell(is_new ? api::WatchEvent::Type::kAdded : api::WatchEvent::Type::kModified, std::move(object));
  }

  static api::Object WithVersion(const api::Object& object, int64_t version) {
    text::Mapping all;
    for (const auto& member : text::View(object.document).members()) {
      if (member.text != "metadata") {
        all.Add(member.text, member.value);
        continue;
      }
      text::Mapping metadata;
      for (const auto& field : text::View(member.value).members()) {
        metadata.Add(field.text, field.text == "resourceVersion" ? text::Value(absl::StrCat(version)) : field.value);
      }
      all.Add("metadata", std::move(metadata));
    }
    return {object.kind, std::move(all)};
  }

  void Tell(api::WatchEvent::Type type, api::Object object) {
    static constexpr api::Kind kTold[] = {api::Kind::kNamespace, api::Kind::kClaim, api::Kind::kDeployment,
                                          api::Kind::kJob, api::Kind::kPod};
    const bool told = std::find(std::begin(kTold), std::end(kTold), object.kind) != std::end(kTold);
    if (told) Tell({type, std::move(object)});
  }

  void Tell(api::WatchEvent event) {
    if (recorded_.has_value()) recorded_->push_back(event);
    events_.push_back(std::move(event));
  }
  std::map<api::ObjectName, Stored> objects_;
  std::map<api::ObjectName, text::Mapping> status_;
  std::map<api::ObjectName, int64_t> made_;  // how often
  std::set<api::ObjectName> held_;
  std::deque<api::WatchEvent> events_;
  std::optional<std::deque<api::WatchEvent>> recorded_;
  std::vector<api::Object> told_;  // events about objects
  std::string log_ = "boom";
  int64_t versions_ = 1;
};

}  // namespace flow::kubernetes::testing

#endif  // FLOW_KUBERNETES_TESTING_FAKE_API_H_
