// What components say of each other: ids, inputs, dependencies, event types; cycles.
#ifndef FLOW_PIPELINE_WIRING_H_
#define FLOW_PIPELINE_WIRING_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/component.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/graph.h"
#include "flow/pipeline/names.h"
#include "flow/pipeline/nearest.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/text/listed.h"

namespace flow::pipeline {

class Wiring {
 public:
  // Both outlive it. The components get their inputs and dependencies. `complete`: whether the ids of all that the file
  // has are known; else one that nothing has may be that of a component that could not be read, which was told.
  Wiring(Context& context, std::vector<ReadComponentResult>& components, bool complete)
      : context_(context), components_(components), complete_(complete) {}

  void Run() {
    for (size_t i = 0; i < components_.size(); ++i) {
      if (TypeOf(i) == Component::SOURCE) sources_.push_back(i);
      if (TypeOf(i) == Component::PROCESSOR) processors_.push_back(i);
    }
    CheckIds();
    CheckSecrets();
    edges_.resize(components_.size());
    for (size_t i = 0; i < components_.size(); ++i) {
      ReadInputs(i);
      ReadDependencies(i);
    }
    CheckCycles();
    for (size_t i = 0; i < components_.size(); ++i) CheckEventTypes(i);
  }

 private:
  Component::Type TypeOf(size_t i) const { return components_[i].component.type(); }

  // An id, its alias in the network and its part of a variable's name come down to the same: letters and digits count,
  // in any case, and one sign for all else. Engines' names and DNS know no case.
  void CheckIds() {
    absl::flat_hash_map<std::string, size_t> derived;
    for (size_t i = 0; i < components_.size(); ++i) {
      const Value& id = components_[i].id;
      if (!id) continue;
      const std::string text(id.node.text());
      ids_.push_back(text);
      by_id_.try_emplace(text, i);
      const auto [first, is_new] = derived.try_emplace(absl::AsciiStrToLower(DnsAlias(text)), i);
      if (is_new) continue;
      const Value& other = components_[first->second].id;
      const std::vector<Note> notes = {context_.NoteAt(other.offset(), "first defined here")};
      if (other.node.text() == id.node.text()) {
        context_.Error(id, absl::StrCat("the id ", Quoted(text), " is taken already"), notes);
      } else {
        context_.Error(
            id,
            absl::StrCat("the ids ", Quoted(text), " and ", Quoted(other.node.text()), " are one name in the network (",
                         first->first, ") or as a variable (FLOW_INPUT_", EnvironmentName(text), "); rename one"),
            notes);
      }
    }
  }

  // In a Compose file the value of a secret of type env comes from FLOW_SECRET_<COMPONENT>_<NAME>.
  void CheckSecrets() {
    absl::flat_hash_map<std::string, size_t> derived;
    for (size_t i = 0; i < components_.size(); ++i) {
      const Component& component = components_[i].component;
      for (const Secret& secret : component.secrets()) {
        if (secret.type() != Secret::ENV) continue;
        const std::string name = absl::StrCat(EnvironmentName(component.id()), "_", EnvironmentName(secret.name()));
        const auto [first, is_new] = derived.try_emplace(name, i);
        if (is_new || first->second == i) continue;
        context_.Error(components_[i].whole,
                       absl::StrCat("its secret ", Quoted(secret.name()), " and one of ",
                                    Quoted(components_[first->second].component.id()),
                                    " both become the variable FLOW_SECRET_", name, "; rename one"),
                       {context_.NoteAt(components_[first->second].whole.offset(), "the other component is here")});
      }
    }
  }

  void ReadInputs(size_t i) {
    ReadComponentResult& read = components_[i];
    if (TypeOf(i) == Component::SOURCE) {
      if (read.inputs) context_.Warning(read.inputs, "a source reads from outside; its inputs are ignored");
      return;
    }
    const bool needs_inputs = TypeOf(i) == Component::PROCESSOR || TypeOf(i) == Component::SINK;
    if (!read.inputs_written) {
      if (needs_inputs) FillInputs(i);
      return;
    }
    if (read.inputs && read.inputs.node.size() == 0 && needs_inputs) {
      context_.Error(read.inputs, "this list is empty; name what it reads, or leave \"inputs\" out to read all");
      return;
    }
    absl::flat_hash_set<std::string> seen;
    for (const Value& value : read.input_ids) {
      const std::string id(value.node.text());
      if (!seen.insert(id).second) {
        context_.Warning(value, absl::StrCat(Quoted(id), " is in this list already"));
        continue;
      }
      const auto found = by_id_.find(id);
      if (found == by_id_.end()) {
        if (!complete_) continue;
        context_.Error(value, absl::StrCat("no component ", Quoted(id)), {}, Suggestion(id, /*for_input=*/true));
      } else if (found->second == i) {
        context_.Error(value, "a component cannot be its own input");
      } else if (TypeOf(found->second) == Component::SINK) {
        context_.Error(value,
                       absl::StrCat(Quoted(id), " is a sink, which nothing can read; name what it reads, or make it a ",
                                    "processor"));
      } else {
        read.component.add_inputs(id);
        edges_[i].push_back(static_cast<int>(found->second));
      }
    }
  }

  // A processor reads all sources, a sink all processors, else all sources.
  void FillInputs(size_t i) {
    ReadComponentResult& read = components_[i];
    const bool from_processors = TypeOf(i) == Component::SINK && !processors_.empty();
    const std::vector<size_t>& inputs = from_processors ? processors_ : sources_;
    const absl::string_view what = from_processors ? "processors" : "sources";
    if (inputs.empty()) {
      if (!complete_) return;
      context_.Warning(read.whole, "no inputs are written, and there are no sources: this component reads nothing");
      return;
    }
    // Pairs of sinks and processors without end make no pipeline, but a lot of memory.
    filled_ += inputs.size();
    if (filled_ > kMaxFilled) {
      context_.Error(read.whole,
                     "so many components leave their inputs out that all-to-all is surely not meant; write inputs");
      return;
    }
    std::vector<std::string> names;
    for (size_t input : inputs) {
      if (!components_[input].id) continue;
      names.emplace_back(components_[input].id.node.text());
      read.component.add_inputs(names.back());
      edges_[i].push_back(static_cast<int>(input));
    }
    if (names.empty()) return;  // none has an id, which was told
    context_.Warning(read.whole, absl::StrCat("no inputs are written: it reads all ", what, ": ", text::Listed(names)));
  }

  void ReadDependencies(size_t i) {
    ReadComponentResult& read = components_[i];
    absl::flat_hash_set<std::string> seen;
    for (const Value& value : read.depends_on) {
      const std::string id(value.node.text());
      if (!seen.insert(id).second) {
        context_.Warning(value, absl::StrCat(Quoted(id), " is in this list already"));
        continue;
      }
      const auto found = by_id_.find(id);
      if (found == by_id_.end()) {
        if (!complete_) continue;
        context_.StrictError(value.offset(), value.path, absl::StrCat("no component ", Quoted(id)), {},
                             Suggestion(id, /*for_input=*/false));
      } else if (found->second == i) {
        context_.Error(value, "a component cannot depend on itself");
      } else {
        read.component.add_depends_on(id);
        edges_[i].push_back(static_cast<int>(found->second));
      }
    }
  }

  absl::string_view Suggestion(const std::string& id, bool for_input) const {
    // Thousands of names, for thousands of unknown ones, would take minutes to compare.
    if (context_.full() || components_.size() > 2000) return "";
    if (!for_input) return Nearest(id, ids_);
    std::vector<absl::string_view> readable;
    for (const ReadComponentResult& read : components_) {
      if (read.id && read.component.type() != Component::SINK) readable.push_back(read.id.node.text());
    }
    return Nearest(id, readable);
  }

  void CheckCycles() {
    for (const std::vector<int>& cycle : FindCycles(edges_)) {
      std::vector<std::string> names;
      constexpr size_t kShown = 12;  // of a cycle longer than that, both ends
      for (size_t i = 0; i < cycle.size(); ++i) {
        if (cycle.size() > kShown && i == kShown / 2) {
          names.push_back(absl::StrCat("… (", cycle.size() - kShown, " more) …"));
          i = cycle.size() - kShown / 2;
        }
        names.push_back(components_[cycle[i]].component.id());
      }
      const Value at = EdgePlace(cycle[0], cycle[1]);
      context_.Error(at,
                     absl::StrCat("these wait for each other and could never start: ", absl::StrJoin(names, " → ")));
    }
  }

  // Where component `from` says that it reads or follows `to`.
  Value EdgePlace(int from, int to) const {
    const ReadComponentResult& read = components_[from];
    for (const std::vector<Value>* list : {&read.input_ids, &read.depends_on}) {
      for (const Value& value : *list) {
        if (value.node.text() == components_[to].component.id()) return value;
      }
    }
    return read.whole;
  }

  // Silent where an input does not say what it produces.
  void CheckEventTypes(size_t i) {
    const Component& component = components_[i].component;
    if (component.input_event_types().empty() || component.inputs().empty()) return;
    const absl::flat_hash_set<std::string> read(component.input_event_types().begin(),
                                                component.input_event_types().end());
    std::vector<std::string> produced;
    for (const std::string& input : component.inputs()) {
      const Component& source = components_[by_id_.at(input)].component;
      if (source.output_event_types().empty()) return;
      for (const std::string& type : source.output_event_types()) {
        if (read.contains(type)) return;
        if (produced.size() < 5) produced.push_back(type);
      }
    }
    context_.Warning(components_[i].whole,
                     absl::StrCat("reads events ", absl::StrJoin(component.input_event_types(), ", "),
                                  ", but its inputs produce ", absl::StrJoin(produced, ", ")));
  }

  static constexpr size_t kMaxFilled = 100000;

  Context& context_;
  std::vector<ReadComponentResult>& components_;
  bool complete_;
  std::vector<size_t> sources_, processors_;
  std::vector<std::string> ids_;
  absl::flat_hash_map<std::string, size_t> by_id_;
  Graph edges_;  // a component → what it reads and follows
  size_t filled_ = 0;
};

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_WIRING_H_
