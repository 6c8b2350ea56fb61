// One YAML document as a tree that knows where everything stands. yaml_reader.h makes it.
//
// Nodes lie in a few flat arrays (24 bytes a node), since a hostile file holds a million of them. Aliases are resolved:
// the node of an alias is the anchored node itself, so that its place is where the value is written. Merge keys are
// resolved too: a mapping has its own keys, in the order of the file, then those merged in.
#ifndef FLOW_PIPELINE_YAML_DOCUMENT_H_
#define FLOW_PIPELINE_YAML_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/pipeline/place.h"

namespace flow::pipeline {

class YamlNode;

class YamlDocument {
 public:
  enum class Kind : uint8_t { kNull, kScalar, kSequence, kMapping };

  struct Node {
    Kind kind = Kind::kNull;
    bool plain = false;   // of a scalar: without quotes, block style or !!str
    uint32_t offset = 0;  // in the text
    // Of a scalar: where its value lies in `scalars`. Of a sequence: its items in `children`. Of a mapping: its keys
    // and values in turn, there too.
    uint32_t first = 0;
    uint32_t count = 0;
    uint32_t own = 0;  // of a mapping: how many of its keys stand in it; behind them are those that were merged in
  };

  YamlNode root() const;

  std::vector<Node> nodes;
  std::vector<uint32_t> children;
  std::string scalars;
  uint32_t root_index = 0;
};

// A node of a document, which must outlive it. Cheap to copy.
class YamlNode {
 public:
  YamlNode() = default;
  YamlNode(const YamlDocument* document, uint32_t index) : document_(document), index_(index) {}

  // False for a node that stands for "not there".
  explicit operator bool() const { return document_ != nullptr; }

  YamlDocument::Kind kind() const { return node().kind; }
  bool IsNull() const { return kind() == YamlDocument::Kind::kNull; }
  bool IsScalar() const { return kind() == YamlDocument::Kind::kScalar; }
  bool IsSequence() const { return kind() == YamlDocument::Kind::kSequence; }
  bool IsMapping() const { return kind() == YamlDocument::Kind::kMapping; }

  // Of a scalar: written without quotes, so that `yes` or `8` may mean more than a text.
  bool plain() const { return node().plain; }
  absl::string_view text() const { return absl::string_view(document_->scalars).substr(node().first, node().count); }

  // Bytes into the text.
  size_t offset() const { return node().offset; }

  // Where the next value or key begins at the earliest, `end` (of the text) where none does.
  size_t EndBefore(size_t end) const {
    for (size_t i = index_ + 1; i < document_->nodes.size(); ++i) {
      if (document_->nodes[i].offset > node().offset) return document_->nodes[i].offset;
    }
    return end;
  }

  // Items of a sequence, keys of a mapping.
  size_t size() const { return node().count; }
  YamlNode item(size_t i) const { return Child(i); }
  YamlNode key(size_t i) const { return Child(2 * i); }
  YamlNode value(size_t i) const { return Child(2 * i + 1); }
  // Whether entry `i` of a mapping comes from a merge key, and is but a default.
  bool merged(size_t i) const { return i >= node().own; }

 private:
  const YamlDocument::Node& node() const { return document_->nodes[index_]; }
  YamlNode Child(size_t i) const { return YamlNode(document_, document_->children[node().first + i]); }

  const YamlDocument* document_ = nullptr;
  uint32_t index_ = 0;
};

inline YamlNode YamlDocument::root() const { return YamlNode(this, root_index); }

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_YAML_DOCUMENT_H_
