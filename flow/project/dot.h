// A picture in Graphviz's words (graphviz.org, "DOT Language"): `dot -Tsvg`.
#ifndef FLOW_PROJECT_DOT_H_
#define FLOW_PROJECT_DOT_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "flow/project/picture.h"
#include "flow/text/harmless.h"

namespace flow::project {

// The whole of a graph. Whatever names and labels hold, they are text in it and nothing else.
std::string DotText(const Picture& picture);

// How it is done

namespace dot_internal {

// A text as it stands in double quotes, where "\n" and the like mean something.
inline std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text::HarmlessLine(text), {{"\\", "\\\\"}, {"\"", "\\\""}});
}

inline absl::string_view ShapeOf(absl::string_view type) {
  return type == "source" ? "oval" : type == "sink" ? "cylinder" : type == "pipeline" ? "component" : "box";
}

// In the order of Mood.
inline constexpr absl::string_view kFills[] = {"white", "#d3f0d8", "#fff3bf", "#ffd8d8"};

}  // namespace dot_internal

inline std::string DotText(const Picture& picture) {
  using namespace dot_internal;
  std::string text = absl::StrCat("digraph \"", Escaped(picture.title), "\" {\n  rankdir=LR;\n",
                                  "  node [fontname=\"sans-serif\", style=filled, fillcolor=white];\n",
                                  "  edge [fontname=\"sans-serif\", fontsize=10];\n");
  for (const Node& node : picture.nodes) {
    absl::StrAppend(&text, "  \"", Escaped(node.id), "\" [shape=", ShapeOf(node.type), ", label=\"", Escaped(node.id));
    for (const std::string& detail : node.details) absl::StrAppend(&text, "\\n", Escaped(detail));
    absl::StrAppend(&text, "\"");
    if (node.mood != Mood::kUnknown) {
      absl::StrAppend(&text, ", fillcolor=\"", kFills[static_cast<size_t>(node.mood)], "\"");
    }
    absl::StrAppend(&text, "];\n");
  }
  for (const Edge& edge : picture.edges) {
    absl::StrAppend(&text, "  \"", Escaped(picture.nodes[edge.from].id), "\" -> \"", Escaped(picture.nodes[edge.to].id),
                    "\"");
    std::string attributes = edge.is_input ? "" : "style=dashed";
    if (!edge.label.empty()) {
      absl::StrAppend(&attributes, attributes.empty() ? "" : ", ", "label=\"", Escaped(edge.label), "\"");
    }
    absl::StrAppend(&text, attributes.empty() ? "" : absl::StrCat(" [", attributes, "]"), ";\n");
  }
  return absl::StrCat(text, "}\n");
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_DOT_H_
