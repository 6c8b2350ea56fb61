// `spec.driver`: the words that flowctl knows, and what flow does with each.
#ifndef FLOW_PIPELINE_DRIVER_H_
#define FLOW_PIPELINE_DRIVER_H_

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/fields.h"

namespace flow::pipeline {

struct Driver {
  enum class Use {
    kContainers,  // what flow does
    kBinaries,    // how flowctl runs programs; deployed here where there are images
    kCluster,     // a Kubernetes cluster
    kElsewhere,   // not deployed here
  };
  absl::string_view word;
  Use use;
};

inline constexpr Driver kDrivers[] = {
    {"docker", Driver::Use::kContainers}, {"container", Driver::Use::kContainers}, {"process", Driver::Use::kBinaries},
    {"local", Driver::Use::kBinaries},    {"kubernetes", Driver::Use::kCluster},   {"k8s", Driver::Use::kCluster},
    {"nomad", Driver::Use::kElsewhere},
};

static_assert(std::equal(std::begin(kDrivers), std::end(kDrivers), std::begin(kDriverWords), std::end(kDriverWords),
                         [](const Driver& driver, absl::string_view word) { return driver.word == word; }));

// Null for a word that the format does not know.
inline const Driver* FindDriver(absl::string_view word) {
  for (const Driver& driver : kDrivers) {
    if (driver.word == word) return &driver;
  }
  return nullptr;
}

// Whether the pipeline is for a Kubernetes cluster.
inline bool IsClusterDriver(absl::string_view word) {
  const Driver* driver = FindDriver(word);
  return driver != nullptr && driver->use == Driver::Use::kCluster;
}

// Judges the driver that counts: that of the options, else the file's. `images`: whether every component names an image
// or a reference.
inline void CheckDriver(Context& context, const Fields& spec, bool images) {
  const bool by_option = !context.options().driver.empty();
  const absl::string_view word = by_option ? absl::string_view(context.options().driver) : spec.Word("driver");
  const Driver* driver = FindDriver(word);
  if (driver == nullptr) return;
  const Value value = spec.Get("driver") ? spec.Get("driver") : spec.value();
  if (driver->use == Driver::Use::kBinaries && images) {
    context.Warning(
        value, absl::StrCat("the driver ", word, " runs programs on the host, and flowctl passes events between ",
                            "them; flow runs these components as containers, which connect to each other themselves"));
  }
  if (driver->use != Driver::Use::kElsewhere) return;
  std::string message = absl::StrCat("flow does not deploy to ", word, by_option ? ", which --driver says" : "",
                                     "; where the engine is meant, insist with --driver=docker");
  if (context.options().deploy) {
    context.Error(value, std::move(message));
  } else {
    context.Warning(value, std::move(message));
  }
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_DRIVER_H_
