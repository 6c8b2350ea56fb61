// yaml-cpp's events → a YamlDocument: aliases and merge keys resolved, duplicate keys told, hostile sizes refused.
#ifndef FLOW_PIPELINE_YAML_BUILDER_H_
#define FLOW_PIPELINE_YAML_BUILDER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/yaml_document.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/mark.h"

namespace flow::pipeline {

inline constexpr uint32_t kMaxNodes = 1000000;           // once expanded
inline constexpr uint32_t kMaxWrittenNodes = 200000;     // of the text itself: what yaml-cpp reads within a second
inline constexpr uint32_t kMaxExpandedBytes = 16 << 20;  // of scalars, once expanded
inline constexpr uint32_t kMaxDepth = 64;

// A problem of the YAML itself.
struct YamlProblem {
  size_t offset = 0;
  std::string path;
  std::string message;
  // Where the text has more to say; empty note: nowhere.
  size_t note_offset = 0;
  std::string note;
};

// Thrown out of yaml-cpp to stop it, and caught by yaml_reader.h: the parser has no other way to be told "enough".
struct YamlRefusal {
  YamlProblem problem;
};

class YamlBuilder : public YAML::EventHandler {
 public:
  // `text` is what yaml-cpp reads; problems that do not stop the reading go to `problems`. Both outlive the builder.
  YamlBuilder(absl::string_view text, YamlDocument* document, std::vector<YamlProblem>* problems)
      : text_(text), document_(*document), problems_(*problems) {}

  // How many events there were: what says that yaml-cpp gets on.
  uint64_t events() const { return events_; }
  // Whether a document with anything in it was read.
  bool has_document() const { return has_document_; }
  // Whether spaces that are none make the structure another than the one that its author sees.
  bool has_false_spaces() const { return has_false_spaces_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    anchors_.clear();
    // yaml-cpp takes a "," outside of brackets for one empty document after the other, and never gets beyond it.
    if (documents_++ > 0 && Offset(mark) == document_offset_) RefuseRest(mark);
    document_offset_ = Offset(mark);
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // An empty document after the first ("---" at the end of the file) is none.
    if (stack_.empty() && has_document_) return;
    Begin(mark, anchor);
    Add(YamlDocument::Node{YamlDocument::Kind::kNull, true, Offset(mark), 0, 0}, Weight{}, anchor, /*is_null=*/true);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Begin(mark, anchor);
    CheckTag(mark, tag);
    const bool plain = tag == "?" || absl::EndsWith(tag, ":int") || absl::EndsWith(tag, ":float") ||
                       absl::EndsWith(tag, ":bool") || absl::EndsWith(tag, ":null");
    if (value.find('\0') != std::string::npos) {
      Refuse(Offset(mark), "the escape \\0 makes a NUL character, which no variable or argument can hold");
    }
    if (plain) CheckSpaces(Offset(mark), value);
    YamlDocument::Node node{YamlDocument::Kind::kScalar, plain, Offset(mark), 0, 0};
    node.first = static_cast<uint32_t>(document_.scalars.size());
    node.count = static_cast<uint32_t>(value.size());
    document_.scalars += value;
    Add(node, Weight{1, node.count, 1}, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    ++events_;
    RefuseSecondDocument(mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      Refuse(Offset(mark), "this alias stands inside the value that it names, which would never end");
    }
    Push(found->second, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlDocument::Kind::kSequence);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlDocument::Kind::kMapping);
  }
  void OnMapEnd() override { Close(); }

 private:
  // What a node comes to once every alias in it is written out.
  struct Weight {
    uint32_t nodes = 1;
    uint32_t bytes = 0;
    uint32_t depth = 1;
  };

  // A collection that has begun.
  struct Frame {
    YamlDocument::Kind kind;
    uint32_t offset;
    YAML::anchor_t anchor;
    std::vector<uint32_t> children;
    Weight weight;
  };

  [[noreturn]] void Refuse(size_t offset, std::string message) const {
    throw YamlRefusal{YamlProblem{offset, Path(), std::move(message), 0, ""}};
  }

  uint32_t Offset(const YAML::Mark& mark) const {
    return mark.pos < 0 ? 0 : std::min(static_cast<uint32_t>(mark.pos), static_cast<uint32_t>(text_.size()));
  }

  void RefuseSecondDocument(const YAML::Mark& mark) const {
    if (!stack_.empty() || !has_document_) return;
    // yaml-cpp takes whatever follows a complete value for a document of its own.
    if (absl::StartsWith(text_.substr(document_offset_), "---")) {
      Refuse(document_offset_, "a second document begins here; a pipeline is one document: give each a file");
    }
    RefuseRest(mark);
  }

  [[noreturn]] void RefuseRest(const YAML::Mark& mark) const {
    Refuse(Offset(mark),
           "not YAML: the value above is complete, and this does not belong to it; check the indentation");
  }

  void Begin(const YAML::Mark& mark, YAML::anchor_t) {
    ++events_;
    RefuseSecondDocument(mark);
    if (document_.nodes.size() >= kMaxWrittenNodes) {
      Refuse(Offset(mark),
             absl::StrCat("the file holds over ", kMaxWrittenNodes, " values; no pipeline needs that many"));
    }
  }

  [[noreturn]] void RefuseNodes(size_t offset) const {
    Refuse(offset, absl::StrCat("with its aliases written out the file has over ", kMaxNodes,
                                " values; no pipeline needs that many"));
  }

  // The core schema's tags change nothing, !!str makes a text of what follows; others are not ours to understand.
  void CheckTag(const YAML::Mark& mark, const std::string& tag) {
    constexpr absl::string_view kCore = "tag:yaml.org,2002:";
    constexpr absl::string_view kKnown[] = {"str", "int", "float", "bool", "null", "map", "seq"};
    if (tag.empty() || tag == "?" || tag == "!") return;
    absl::string_view name = tag;
    if (name.substr(0, kCore.size()) == kCore) {
      name.remove_prefix(kCore.size());
      for (absl::string_view known : kKnown) {
        if (name == known) return;
      }
    }
    problems_.push_back(
        {Offset(mark), Path(), absl::StrCat("the tag ", Quoted(tag), " means nothing here; leave it out"), 0, ""});
  }

  // Spaces that look like one and are none to YAML: they end up in keys and values, and the structure is not what it
  // seems.
  void CheckSpaces(uint32_t offset, absl::string_view value) {
    struct Space {
      absl::string_view bytes, name;
    };
    constexpr Space kSpaces[] = {
        {"\u00A0", "a non-breaking space (U+00A0)"},        {"\u2007", "a figure space (U+2007)"},
        {"\u202F", "a narrow non-breaking space (U+202F)"}, {"\u3000", "an ideographic space (U+3000)"},
        {"\u200B", "a zero-width space (U+200B)"},          {"\uFEFF", "a byte-order mark inside the text (U+FEFF)"},
    };
    const bool key =
        !stack_.empty() && stack_.back().kind == YamlDocument::Kind::kMapping && stack_.back().children.size() % 2 == 0;
    for (const Space& space : kSpaces) {
      const size_t at = value.find(space.bytes);
      if (at == absl::string_view::npos) continue;
      const bool wrong = key || at == 0 || at + space.bytes.size() == value.size() || value[at - 1] == ':' ||
                         value.substr(0, 1) == "-" || (at > 0 && value[at - 1] == '#');
      if (!wrong) continue;
      has_false_spaces_ = true;
      const size_t in_text = text_.find(space.bytes, offset);
      problems_.push_back({in_text == absl::string_view::npos ? offset : in_text, Path(),
                           absl::StrCat(space.name, ", which YAML does not take as a space; ",
                                        "write a plain one, or quote the text if it is meant"),
                           0, ""});
      return;
    }
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlDocument::Kind kind) {
    Begin(mark, anchor);
    CheckTag(mark, tag);
    if (stack_.size() >= kMaxDepth) {
      Refuse(Offset(mark), absl::StrCat("nested over ", kMaxDepth, " levels deep"));
    }
    stack_.push_back(Frame{kind, Offset(mark), anchor, {}, Weight{1, 0, 1}});
  }

  void Close() {
    ++events_;
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    uint32_t own = 0;
    if (frame.kind == YamlDocument::Kind::kMapping) own = ResolveKeys(frame);
    YamlDocument::Node node{.kind = frame.kind,
                            .offset = frame.offset,
                            .first = static_cast<uint32_t>(document_.children.size()),
                            .count = static_cast<uint32_t>(frame.children.size()),
                            .own = own};
    if (frame.kind == YamlDocument::Kind::kMapping) node.count /= 2;
    document_.children.insert(document_.children.end(), frame.children.begin(), frame.children.end());
    Add(node, frame.weight, frame.anchor);
  }

  void Add(const YamlDocument::Node& node, const Weight& weight, YAML::anchor_t anchor, bool is_null = false) {
    const uint32_t index = static_cast<uint32_t>(document_.nodes.size());
    document_.nodes.push_back(node);
    weights_.push_back(weight);
    if (anchor != 0) anchors_[anchor] = index;
    if (stack_.empty()) {
      document_.root_index = index;
      has_document_ = !is_null;
      return;
    }
    PushChild(index, node.offset);
  }

  void Push(uint32_t index, const YAML::Mark& mark) {
    if (stack_.empty()) {
      document_.root_index = index;
      has_document_ = true;
      return;
    }
    PushChild(index, Offset(mark));
  }

  void PushChild(uint32_t index, uint32_t offset) {
    AddWeight(stack_.back().weight, weights_[index], offset);
    if (stack_.size() + weights_[index].depth > kMaxDepth + 1) {
      Refuse(offset, absl::StrCat("with its aliases written out this is nested over ", kMaxDepth, " levels deep"));
    }
    stack_.back().children.push_back(index);
  }

  void AddWeight(Weight& sum, const Weight& part, uint32_t offset) const {
    if (sum.nodes + part.nodes > kMaxNodes) RefuseNodes(offset);
    if (sum.bytes + part.bytes > kMaxExpandedBytes) {
      Refuse(offset, "with its aliases written out the file has over 16 MiB of text");
    }
    sum.nodes += part.nodes;
    sum.bytes += part.bytes;
    sum.depth = std::max(sum.depth, part.depth + 1);
  }

  // Empty for what is no scalar.
  absl::string_view TextOf(uint32_t index) const {
    const YamlNode node(&document_, index);
    return node.IsScalar() ? node.text() : absl::string_view();
  }

  // The merge key of YAML 1.1 (https://yaml.org/type/merge.html): a plain "<<".
  bool IsMerge(uint32_t key) const {
    const YamlDocument::Node& node = document_.nodes[key];
    return node.kind == YamlDocument::Kind::kScalar && node.plain && TextOf(key) == "<<";
  }

  // Tells keys that come twice (the first stays) and keys that are no text, then merges what "<<" names. How many keys
  // are the mapping's own.
  uint32_t ResolveKeys(Frame& frame) {
    std::vector<uint32_t> own, merges;
    absl::flat_hash_map<absl::string_view, uint32_t> seen;
    for (size_t i = 0; i + 1 < frame.children.size(); i += 2) {
      const uint32_t key = frame.children[i];
      const YamlDocument::Node& node = document_.nodes[key];
      if (node.kind != YamlDocument::Kind::kScalar) {
        problems_.push_back({node.offset, Path(),
                             node.kind == YamlDocument::Kind::kNull
                                 ? "a key is missing here, or is null; put it in quotes if that word is meant"
                                 : "a key must be a text, not a list or a mapping",
                             0, ""});
        continue;
      }
      const auto [first, is_new] = seen.try_emplace(TextOf(key), key);
      if (!is_new) {
        problems_.push_back({node.offset, Path(), absl::StrCat("the key ", Quoted(TextOf(key)), " stands here twice"),
                             document_.nodes[first->second].offset, "first defined here"});
        continue;
      }
      std::vector<uint32_t>& target = IsMerge(key) ? merges : own;
      target.push_back(key);
      target.push_back(frame.children[i + 1]);
    }
    frame.children = std::move(own);
    const size_t keys = frame.children.size() / 2;
    for (size_t i = 0; i < merges.size(); i += 2) Merge(merges[i], merges[i + 1], frame, seen);
    return static_cast<uint32_t>(keys);
  }

  void Merge(uint32_t merge_key, uint32_t value, Frame& frame, absl::flat_hash_map<absl::string_view, uint32_t>& seen) {
    const YamlNode node(&document_, value);
    if (node.IsNull()) return;
    std::vector<uint32_t> mappings;
    if (node.IsMapping()) mappings.push_back(value);
    if (node.IsSequence()) {
      const YamlDocument::Node& list = document_.nodes[value];
      mappings.assign(document_.children.begin() + list.first, document_.children.begin() + list.first + list.count);
    }
    if (mappings.empty() && !node.IsSequence()) mappings.push_back(value);
    for (uint32_t mapping : mappings) {
      const YamlDocument::Node merged = document_.nodes[mapping];
      if (merged.kind != YamlDocument::Kind::kMapping) {
        problems_.push_back({document_.nodes[merge_key].offset, Path(),
                             "\"<<\" takes a mapping or a list of mappings, as aliases of anchored ones", 0, ""});
        return;
      }
      looked_at_ += merged.count;
      if (looked_at_ > kMaxNodes) RefuseNodes(document_.nodes[merge_key].offset);
      for (uint32_t i = 0; i < merged.count; ++i) {
        const uint32_t key = document_.children[merged.first + 2 * i];
        const uint32_t merged_value = document_.children[merged.first + 2 * i + 1];
        if (!seen.try_emplace(TextOf(key), key).second) continue;  // its own keys win, then those of earlier mappings
        frame.children.push_back(key);
        frame.children.push_back(merged_value);
        AddWeight(frame.weight, weights_[key], document_.nodes[merge_key].offset);
        AddWeight(frame.weight, weights_[merged_value], document_.nodes[merge_key].offset);
      }
    }
  }

  // Of what is being read: "spec.sources[1].env"; empty where that would be long.
  std::string Path() const {
    std::string path;
    if (stack_.size() > 16) return path;
    for (const Frame& frame : stack_) {
      if (frame.kind == YamlDocument::Kind::kSequence) {
        absl::StrAppend(&path, "[", frame.children.size(), "]");
      } else if (frame.children.size() % 2 == 1) {
        absl::StrAppend(&path, path.empty() ? "" : ".", PathKey(TextOf(frame.children.back())));
      }
    }
    return path;
  }

  absl::string_view text_;
  YamlDocument& document_;
  std::vector<YamlProblem>& problems_;
  std::vector<Frame> stack_;
  std::vector<Weight> weights_;  // beside document_.nodes
  absl::flat_hash_map<YAML::anchor_t, uint32_t> anchors_;
  uint64_t events_ = 0;
  uint64_t looked_at_ = 0;  // entries of mappings that were merged
  int documents_ = 0;
  uint32_t document_offset_ = 0;
  bool has_document_ = false;
  bool has_false_spaces_ = false;
};

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_YAML_BUILDER_H_
