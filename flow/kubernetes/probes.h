// A component's health check as probes of the kubelet (API reference, "Probe").
#ifndef FLOW_KUBERNETES_PROBES_H_
#define FLOW_KUBERNETES_PROBES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/compose/health.h"
#include "flow/compose/probe.h"
#include "flow/kubernetes/environment.h"
#include "flow/kubernetes/quantity.h"
#include "flow/project/project.pb.h"
#include "flow/text/document.h"

namespace flow::kubernetes {

// A URL of the container itself, as the kubelet asks for it.
struct OwnUrl {
  std::string scheme;  // HTTP, HTTPS
  uint32_t port = 0;
  std::string path;
};

// Nothing where the URL leads elsewhere: then a program in the container has to ask.
//
//   ParseOwnUrl("http://127.0.0.1:8080/health")->port == 8080
inline std::optional<OwnUrl> ParseOwnUrl(absl::string_view url) {
  OwnUrl own;
  if (absl::ConsumePrefix(&url, "http://")) {
    own = {"HTTP", 80, "/"};
  } else if (absl::ConsumePrefix(&url, "https://")) {
    own = {"HTTPS", 443, "/"};
  }
  if (own.port == 0 || !absl::ConsumePrefix(&url, "127.0.0.1")) return std::nullopt;
  const absl::string_view authority = url.substr(0, url.find_first_of("/?#"));
  url.remove_prefix(authority.size());
  if (!authority.empty() && (authority[0] != ':' || !absl::SimpleAtoi(authority.substr(1), &own.port))) {
    return std::nullopt;
  }
  if (!url.empty()) own.path = url[0] == '/' ? std::string(url) : absl::StrCat("/", url);
  return own;
}

// "httpGet" goes from the node to the pod's address, so the image needs nothing to ask with. "exec" is what an engine
// runs.
inline text::Mapping ProbeHandler(const project::HealthCheck& check) {
  if (const std::optional<OwnUrl> own = ParseOwnUrl(check.url())) {
    return {{"httpGet", text::Mapping{{"path", own->path}, {"port", own->port}, {"scheme", own->scheme}}}};
  }
  const text::List command = {"/bin/sh", "-c", Verbatim(compose::ProbeShellTest(check.url()))};
  return {{"exec", text::Mapping{{"command", command}}}};
}

struct ProbeTimes {
  absl::Duration period;
  absl::Duration timeout;
  int failures = 0;  // in a row that count
};

// All numbers are written out: what is left out of an apply stays as it was.
inline text::Mapping Probe(const project::HealthCheck& check, const ProbeTimes& times) {
  text::Mapping probe = ProbeHandler(check);
  probe.Add("initialDelaySeconds", 0);
  probe.Add("periodSeconds", WholeSeconds(absl::ToDoubleSeconds(times.period)));
  probe.Add("timeoutSeconds", WholeSeconds(absl::ToDoubleSeconds(times.timeout)));
  probe.Add("successThreshold", 1);
  probe.Add("failureThreshold", times.failures);
  return probe;
}

// Adds "startupProbe" and "readinessProbe" to the container of a service that has a health check, with the timing that the
// newest engines get. While the component starts it is asked every second, for as long as an engine waits until it calls
// it unhealthy; a start that lasts longer is begun anew. From then on it is asked every interval, and one that fails gets
// no traffic, but is not started again: no "livenessProbe".
inline void AddProbes(const project::Service& service, text::Mapping& container) {
  const compose::EngineHealthCheck timing = compose::ForApiVersion(service, compose::kStartIntervalApiVersion);
  const absl::Duration start = timing.start_period + timing.interval * timing.retries;
  const project::HealthCheck& check = service.health_check();
  container.Add("startupProbe", Probe(check, {.period = timing.start_interval,
                                              .timeout = timing.timeout,
                                              .failures = WholeSeconds(absl::ToDoubleSeconds(start))}));
  container.Add("readinessProbe",
                Probe(check, {.period = timing.interval, .timeout = timing.timeout, .failures = timing.retries}));
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_PROBES_H_
