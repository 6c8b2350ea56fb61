// A picture in Mermaid's words, which GitHub and other pages draw (mermaid.js.org, "Flowcharts").
#ifndef FLOW_PROJECT_MERMAID_H_
#define FLOW_PROJECT_MERMAID_H_

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/project/picture.h"
#include "flow/text/harmless.h"

namespace flow::project {

// The whole of a chart. Whatever names and labels hold, they are text in it and nothing else.
std::string MermaidText(const Picture& picture);

// How it is done

namespace mermaid_internal {

// A text as it stands in double quotes: what could end it, or be read as Markdown or HTML, by its number ("Entity codes
// to escape characters").
inline std::string Escaped(absl::string_view text) {
  const std::string line = text::HarmlessLine(text);
  std::string escaped;
  for (size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    // "- " and "1. " begin lists.
    const bool begins_list = (at == 0 && (c == '-' || c == '+')) || (c == '.' && line.substr(at + 1, 1) == " ");
    const bool plain = (c & 0x80) != 0 || absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                       (absl::StrContains(" .,:/()[]-+=@", c) && !begins_list);
    plain ? escaped.push_back(c) : absl::StrAppend(&escaped, "#", static_cast<int>(c), ";");
  }
  return escaped;
}

struct Shape {
  absl::string_view type, open, close;
};
inline constexpr Shape kShapes[] = {
    {"source", "([", "])"}, {"processor", "[", "]"}, {"sink", "[(", ")]"}, {"pipeline", "[[", "]]"}};

inline const Shape& ShapeOf(absl::string_view type) {
  for (const Shape& shape : kShapes) {
    if (shape.type == type) return shape;
  }
  return kShapes[1];
}

// In the order of Mood.
struct Class {
  absl::string_view name, style;
};
inline constexpr Class kClasses[] = {{"", ""},
                                     {"well", "fill:#d3f0d8,stroke:#2b8a3e,color:#000"},
                                     {"waiting", "fill:#fff3bf,stroke:#e67700,color:#000"},
                                     {"bad", "fill:#ffd8d8,stroke:#c92a2a,color:#000"}};

inline const Class& ClassOf(Mood mood) { return kClasses[static_cast<size_t>(mood)]; }

}  // namespace mermaid_internal

inline std::string MermaidText(const Picture& picture) {
  using namespace mermaid_internal;
  std::string text = "flowchart LR\n";
  // Not by their ids: `end` and the like are words of its own.
  const auto name_of = [](size_t place) { return absl::StrCat("c", place + 1); };
  for (size_t place = 0; place < picture.nodes.size(); ++place) {
    const Node& node = picture.nodes[place];
    const Shape& shape = ShapeOf(node.type);
    absl::StrAppend(&text, "    ", name_of(place), shape.open, "\"", Escaped(node.id));
    for (const std::string& detail : node.details) absl::StrAppend(&text, "<br/>", Escaped(detail));
    absl::StrAppend(&text, "\"", shape.close);
    if (node.mood != Mood::kUnknown) absl::StrAppend(&text, ":::", ClassOf(node.mood).name);
    absl::StrAppend(&text, "\n");
  }
  for (const Edge& edge : picture.edges) {
    absl::StrAppend(&text, "    ", name_of(edge.from), edge.is_input ? " -->" : " -.->");
    if (!edge.label.empty()) absl::StrAppend(&text, "|\"", Escaped(edge.label), "\"|");
    absl::StrAppend(&text, " ", name_of(edge.to), "\n");
  }
  for (const Mood mood : {Mood::kWell, Mood::kWaiting, Mood::kBad}) {
    const bool used =
        std::any_of(picture.nodes.begin(), picture.nodes.end(), [&](const Node& node) { return node.mood == mood; });
    if (used) absl::StrAppend(&text, "    classDef ", ClassOf(mood).name, " ", ClassOf(mood).style, "\n");
  }
  return text;
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_MERMAID_H_
