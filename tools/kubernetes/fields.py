#!/usr/bin/env python3
"""Writes the table of the Kubernetes API's fields, flow/kubernetes/api_field_table.h, from the API's own Go types.

    tools/kubernetes/fields.py core/v1/types.go meta/v1/types.go > flow/kubernetes/api_field_table.h

The first file is of https://github.com/kubernetes/api, the second of https://github.com/kubernetes/apimachinery. What is
written is names alone: of each type that a pod, container, service or claim can hold, the fields and what they take.
"""
import re
import sys

ROOTS = ["PodSpec", "Container", "ServiceSpec", "PersistentVolumeClaimSpec"]
HEADER = """// The fields of the Kubernetes API that `x-kubernetes` may name. Written by tools/kubernetes/fields.py from core/v1/types.go
// of https://github.com/kubernetes/api and meta/v1/types.go of https://github.com/kubernetes/apimachinery; not to be edited.
#ifndef FLOW_KUBERNETES_API_FIELD_TABLE_H_
#define FLOW_KUBERNETES_API_FIELD_TABLE_H_

#include "absl/strings/string_view.h"

namespace flow::kubernetes {

// A type a line: its name, then FIELD:TAKES of each field. TAKES is text, whole, bool, quantity, port (a number or a text),
// any, or a type of the table; "{}TAKES": a mapping to that; "[KEY]TAKES": a list of that, whose entries are told apart by
// their KEY, "[]TAKES": by nothing.
inline constexpr absl::string_view kApiFields =
    R"("""
FOOTER = """)";

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_API_FIELD_TABLE_H_"""
# Types that are no structs of fields, or are written as something else.
WORDS = {
    "string": "text", "bool": "bool", "int": "whole", "int32": "whole", "int64": "whole",
    "resource.Quantity": "quantity", "intstr.IntOrString": "port", "metav1.Time": "text", "Time": "text", "types.UID": "text",
    "ResourceList": "{}quantity", "FieldsV1": "any", "[]byte": "text",
}
STRUCT = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.M | re.S)
ALIAS = re.compile(r"^type (\w+) (string|int32)$", re.M)
FIELD = re.compile(
    r'^\t(?:(\w+)\s+)?(\S+)\s+`json:"([^",]*)[^"]*"(?: patchStrategy:"\w+(?:,\w+)*")?(?: patchMergeKey:"(\w+)")?'
)


def main(paths):
    structs, aliases = {}, set()
    for path in paths:
        with open(path, encoding="utf-8") as source:
            text = source.read()
        structs.update((name, body) for name, body in STRUCT.findall(text))
        aliases.update(name for name, _ in ALIAS.findall(text))

    def word(kind, merge_key=""):
        kind = kind.lstrip("*")
        if kind in WORDS:
            return WORDS[kind]
        if kind.startswith("[]"):
            return f"[{merge_key}]{word(kind[2:])}"
        if kind.startswith("map[string]"):
            return "{}" + word(kind[len("map[string]"):])
        kind = kind.split(".")[-1]
        if kind in structs:
            return kind
        if kind in aliases:
            return "text"
        return WORDS.get(kind) or sys.exit(f"no such type: {kind}")

    def fields(name):
        """(field, what it takes), those of inlined structs among them."""
        for line in structs[name].split("\n"):
            found = FIELD.match(line)
            if not found:
                continue
            go_name, kind, json_name, merge_key = found.groups()
            if not go_name and not json_name:
                yield from fields(kind.lstrip("*").split(".")[-1])
            elif json_name and json_name != "-":
                yield json_name, word(kind, merge_key or "")

    known, todo = {}, list(ROOTS)
    while todo:
        name = todo.pop()
        if name in known:
            continue
        known[name] = dict(fields(name))
        todo.extend(kind for kind in (re.sub(r"^(\[\w*\]|\{\})+", "", value) for value in known[name].values()) if kind in structs)
    print(HEADER, end="")
    for name in sorted(known):
        print(" ".join([name] + [f"{field}:{takes}" for field, takes in sorted(known[name].items())]))
    print(FOOTER)


main(sys.argv[1:])
