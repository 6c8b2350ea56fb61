// JSON of any shape, for what a test looks up in it.
//
//   Json inspect = ParseJson(R"({"State": {"ExitCode": 3}, "Args": ["a"]})");
//   Number(At(inspect, {"State", "ExitCode"})) == 3
//   Text(At(inspect, {"Args", "0"})) == "a"
#ifndef INTEGRATION_JSON_H_
#define INTEGRATION_JSON_H_

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace flow::integration {

using Json = google::protobuf::Value;

// The null value where the text is no JSON.
inline Json ParseJson(const std::string& text) {
  Json value;
  if (!google::protobuf::util::JsonStringToMessage(text, &value).ok()) value.Clear();
  return value;
}

// The value at a path of keys and indices; the null value where there is none.
inline const Json& At(const Json& value, const std::vector<std::string>& path) {
  const Json* at = &value;
  for (const std::string& step : path) {
    size_t index = 0;
    if (at->has_struct_value() && at->struct_value().fields().contains(step)) {
      at = &at->struct_value().fields().at(step);
    } else if (at->has_list_value() && absl::SimpleAtoi(step, &index) &&
               index < static_cast<size_t>(at->list_value().values_size())) {
      at = &at->list_value().values(static_cast<int>(index));
    } else {
      return Json::default_instance();
    }
  }
  return *at;
}

inline const std::string& Text(const Json& value) { return value.string_value(); }
inline double Number(const Json& value) { return value.number_value(); }

// The elements of a list; none for anything else.
inline std::vector<Json> List(const Json& value) {
  return {value.list_value().values().begin(), value.list_value().values().end()};
}

}  // namespace flow::integration

#endif  // INTEGRATION_JSON_H_
