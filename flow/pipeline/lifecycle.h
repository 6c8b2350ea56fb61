// How a component's container runs: health check, restart policy, stopping, CPU and memory, logging.
#ifndef FLOW_PIPELINE_LIFECYCLE_H_
#define FLOW_PIPELINE_LIFECYCLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/context.h"
#include "flow/pipeline/fields.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/pipeline/quantity.h"

namespace flow::pipeline {

inline constexpr uint32_t kDefaultHealthPort = 8080;

// Each reads its fields of one component, with what is wrong with them told to `context`.

// After the component's ports. `metadata`: of its reference, or null.
void ReadHealthCheck(Context& context, const Fields& fields, const ComponentMetadata* metadata, Component& component);
void ReadRestartPolicy(Context& context, const Fields& fields, Component& component);
void ReadStopping(Context& context, const Fields& fields, Component& component);
void ReadResources(Context& context, const Fields& fields, Component& component);

// What `logging` asks for, of a component or of the spec: written out, it replaces the spec's whole, as one of
// Compose's services does that of an anchor. Nothing where it is absent.
std::optional<Logging> ReadLogging(Context& context, const Fields& fields);

// `of_spec`: what ReadLogging made of the spec; copied to a component that has none.
void ReadLogging(Context& context, const Fields& fields, const std::optional<Logging>& of_spec, Component& component);

// What keeps a text from being asked for over HTTP, in words; empty: nothing. The text ends up in a shell's command
// inside the container (the probe), so that what means something to a shell is not taken unescaped.
inline std::string UrlProblem(absl::string_view url) {
  for (char c : url) {
    if (!absl::ascii_isalnum(c) && !absl::StrContains("-._~:/?[]@!&*+,;=%#", absl::string_view(&c, 1))) {
      return "holds a character that no URL has; write it percent-encoded (a space is %20)";
    }
  }
  if (absl::StartsWith(url, "/")) return "";
  const size_t scheme = url.find("://");
  const absl::string_view name = url.substr(0, scheme == absl::string_view::npos ? 0 : scheme);
  if (name != "http" && name != "https") return "is neither a path (\"/health\") nor an http:// or https:// URL";
  const absl::string_view rest = url.substr(scheme + 3);
  const absl::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  return host.empty() || host[0] == ':' ? "names no host" : "";
}

// The URL with 127.0.0.1 where its host is `localhost`: BusyBox's wget takes the first address of a name alone, which may
// be ::1, where most servers do not listen. All else stays.
//
//   WithoutLocalhost("http://localhost:80/x") == "http://127.0.0.1:80/x"
inline std::string WithoutLocalhost(absl::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == absl::string_view::npos) return std::string(url);
  const size_t host = scheme + 3;
  const size_t end = std::min(url.find_first_of(":/?#", host), url.size());
  if (!absl::EqualsIgnoreCase(url.substr(host, end - host), "localhost")) return std::string(url);
  return absl::StrCat(url.substr(0, host), "127.0.0.1", url.substr(end));
}

// health_check, or health_endpoint, which stands in files for flowctl, where it means nothing.
inline Value HealthCheckOf(Context& context, const Fields& fields) {
  const Value check = fields.GetEither("health_check", "health_endpoint"), endpoint = fields.Get("health_endpoint");
  if (endpoint && check.key.offset() == endpoint.key.offset()) {
    context.Warning(endpoint.key.offset(), endpoint.path,
                    "flowctl ignores this field; here it counts as health_check, the name to write");
  } else if (endpoint) {
    context.Warning(endpoint.key.offset(), endpoint.path, "does nothing beside health_check");
  }
  return check;
}

inline void ReadHealthCheck(Context& context, const Fields& fields, const ComponentMetadata* metadata,
                            Component& component) {
  const Value check = HealthCheckOf(context, fields);
  const Value port_value = fields.Get("health_port");
  if (!check) {
    if (port_value && !fields.Has("health_check") && !fields.Has("health_endpoint")) {
      context.Warning(port_value, "does nothing without health_check (as in \"health_check: /health\")");
    }
    return;
  }
  const absl::string_view text = check.node.text();
  const std::string problem = UrlProblem(text);
  if (!problem.empty()) {
    context.Error(check, absl::StrCat(Quoted(text), " ", problem));
    return;
  }
  if (!absl::StartsWith(text, "/")) {
    const bool same =
        port_value && absl::StrContains(absl::StrCat(text, "/"), absl::StrCat(":", port_value.node.text(), "/"));
    if (port_value && !same) {
      context.Warning(port_value,
                      absl::StrCat("does nothing where ", check.key.text(), " is a whole URL, which has its own port"));
    }
    component.mutable_health_check()->set_url(WithoutLocalhost(text));
    return;
  }
  uint32_t port = static_cast<uint32_t>(fields.Whole("health_port").value_or(0));
  if (port == 0 && metadata != nullptr) port = metadata->health_port;
  if (port == 0 && component.ports_size() > 0) port = component.ports(0).container_port();
  if (port == 0 && metadata != nullptr) port = metadata->port;
  if (port == 0) port = kDefaultHealthPort;
  component.mutable_health_check()->set_url(absl::StrCat("http://127.0.0.1:", port, text));
}

// How health is probed, as far as the file says it. Engine API, "HealthConfig": 0, or at least a millisecond; of an
// interval, a timeout and retries 0 is the engine's default, and not what it looks like.
inline void ReadHealthTiming(Context& context, const Fields& fields, Component& component) {
  struct Duration {
    absl::string_view name;
    void (HealthTiming::*set)(double);
    bool may_be_zero;
  };
  constexpr Duration kDurations[] = {
      {"health_start_period", &HealthTiming::set_start_period_seconds, true},
      {"health_interval", &HealthTiming::set_interval_seconds, false},
      {"health_timeout", &HealthTiming::set_timeout_seconds, false},
  };
  for (const Duration& duration : kDurations) {
    const Value value = fields.Get(duration.name);
    if (!value) continue;
    const absl::StatusOr<double> seconds = ParseSeconds(value.node.text());
    if (!seconds.ok()) {
      context.Error(value, std::string(seconds.status().message()));
    } else if (*seconds < 1e-3 && !(duration.may_be_zero && *seconds == 0)) {
      context.Error(value, absl::StrCat(Quoted(value.node.text()), " is too short; an engine takes \"1ms\" or more"));
    } else {
      (component.mutable_health_timing()->*duration.set)(*seconds);
    }
  }
  if (const std::optional<int64_t> retries = fields.Whole("health_retries")) {
    component.mutable_health_timing()->set_retries(static_cast<uint32_t>(*retries));
  }
}

inline void ReadRestartPolicy(Context& context, const Fields& fields, Component& component) {
  struct Policy {
    absl::string_view word;
    RestartPolicy::Mode mode;
  };
  constexpr Policy kPolicies[] = {
      {"no", RestartPolicy::NO},
      {"always", RestartPolicy::ALWAYS},
      {"on-failure", RestartPolicy::ON_FAILURE},
      {"unless-stopped", RestartPolicy::UNLESS_STOPPED},
  };
  RestartPolicy& restart = *component.mutable_restart();
  restart.set_mode(component.type() == Component::PIPELINE ? RestartPolicy::NO : RestartPolicy::UNLESS_STOPPED);
  const Value value = fields.Get("restart_policy");
  if (!value) return;
  restart.set_written(true);

  const absl::string_view text = value.node.text();
  if (absl::StartsWith(text, "on-failure:")) {
    const std::optional<int64_t> retries = ReadWhole(text.substr(11));
    restart.set_mode(RestartPolicy::ON_FAILURE);
    if (!retries || *retries == 0 || *retries > std::numeric_limits<int32_t>::max()) {
      context.Error(value, absl::StrCat("after \"on-failure:\" stands how often, a whole number from 1, not ",
                                        Quoted(text.substr(11))));
      return;
    }
    restart.set_max_retries(static_cast<uint32_t>(*retries));
    return;
  }
  const absl::string_view word = fields.Word("restart_policy");
  for (const Policy& policy : kPolicies) {
    if (policy.word == word) restart.set_mode(policy.mode);
  }
}

// SIGTERM, TERM, SIGRTMIN+3, 15: what the engine takes (moby, signal.ParseSignal).
inline bool IsSignal(absl::string_view text) {
  constexpr absl::string_view kNames[] = {
      "ABRT", "ALRM", "BUS",  "CHLD", "CLD",  "CONT", "FPE",    "HUP",    "ILL",  "INT",  "IO",    "IOT",
      "KILL", "PIPE", "POLL", "PROF", "PWR",  "QUIT", "SEGV",   "STKFLT", "STOP", "SYS",  "TERM",  "TRAP",
      "TSTP", "TTIN", "TTOU", "URG",  "USR1", "USR2", "VTALRM", "WINCH",  "XCPU", "XFSZ", "RTMIN", "RTMAX"};
  if (const std::optional<int64_t> number = ReadWhole(text)) return *number >= 1 && *number <= 64;
  std::string name = absl::AsciiStrToUpper(text);
  if (absl::StartsWith(name, "SIG")) name = name.substr(3);
  for (absl::string_view known : kNames) {
    if (name == known) return true;
  }
  const absl::string_view offset = absl::string_view(name).substr(std::min<size_t>(6, name.size()));
  const std::optional<int64_t> number = ReadWhole(offset);
  return number && *number >= 1 && *number <= 15 &&
         (absl::StartsWith(name, "RTMIN+") || absl::StartsWith(name, "RTMAX-"));
}

inline void ReadStopping(Context& context, const Fields& fields, Component& component) {
  component.set_init(fields.Boolean("init", true));
  component.set_stop_grace_period_seconds(10);
  if (const Value period = fields.Get("stop_grace_period")) {
    const absl::StatusOr<double> seconds = ParseSeconds(period.node.text());
    if (!seconds.ok()) context.Error(period, std::string(seconds.status().message()));
    component.set_stop_grace_period_seconds(seconds.value_or(10));
  }
  if (const Value signal = fields.Get("stop_signal")) {
    if (!IsSignal(signal.node.text())) {
      context.Error(signal, absl::StrCat(Quoted(signal.node.text()), " is no signal; write its name, as SIGINT"));
    }
    component.set_stop_signal(std::string(signal.node.text()));
  }
}

namespace lifecycle_internal {

using ParseQuantity = absl::StatusOr<double> (*)(absl::string_view);

// One quantity of requests or limits: 0 where it is absent or wrong, which is told.
inline double ReadQuantity(Context& context, const Fields& quantities, absl::string_view name, bool limit) {
  const Value value = quantities.Get(name);
  if (!value) return 0;
  const ParseQuantity parse = name == "cpu" ? ParseCpu : ParseMemory;
  const absl::StatusOr<double> amount = parse(value.node.text());
  if (!amount.ok()) {
    context.Error(value, std::string(amount.status().message()));
    return 0;
  }
  if (*amount == 0 && limit) context.Error(value, "a limit of 0 leaves nothing to run with; leave it out for no limit");
  return *amount;
}

}  // namespace lifecycle_internal

inline void ReadResources(Context& context, const Fields& fields, Component& component) {
  struct Quantity {
    absl::string_view name;
    void (Resources::*set_request)(double);
    void (Resources::*set_limit)(double);
  };
  constexpr Quantity kQuantities[] = {
      {"cpu", &Resources::set_request_cpus, &Resources::set_limit_cpus},
      {"memory", &Resources::set_request_memory_bytes, &Resources::set_limit_memory_bytes},
  };
  for (const Fields& written : fields.Sections("resources")) {
    if (written.broken()) continue;
    Resources& resources = *component.mutable_resources();
    const std::vector<Fields> requests = written.Sections("requests"), limits = written.Sections("limits");
    for (const Quantity& quantity : kQuantities) {
      double request = 0, limit = 0;
      for (const Fields& from : requests)
        request = lifecycle_internal::ReadQuantity(context, from, quantity.name, false);
      for (const Fields& from : limits) limit = lifecycle_internal::ReadQuantity(context, from, quantity.name, true);
      (resources.*quantity.set_request)(request);
      (resources.*quantity.set_limit)(limit);
      if (request == 0 || limit == 0 || request <= limit) continue;
      const Value asked = requests[0].Get(quantity.name), allowed = limits[0].Get(quantity.name);
      context.Error(asked,
                    absl::StrCat("a request of ", asked.node.text(), " is over the limit of ", allowed.node.text()),
                    {context.NoteAt(allowed.offset(), "the limit is here")});
    }
  }
}

// What the engine may know a driver or a plugin by: "json-file", "grafana/loki-docker-driver:latest".
inline bool IsLoggingDriver(absl::string_view name) {
  if (name.empty() || !absl::ascii_isalnum(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("_./:-", absl::string_view(&c, 1));
  });
}

inline std::optional<Logging> ReadLogging(Context& context, const Fields& fields) {
  std::optional<Logging> logging;
  for (const Fields& written : fields.Sections("logging")) {
    if (written.broken()) continue;
    logging.emplace();
    if (const Value driver = written.Get("driver")) {
      logging->set_driver(std::string(driver.node.text()));
      if (!IsLoggingDriver(logging->driver())) {
        context.Error(driver, absl::StrCat(Quoted(logging->driver()), " cannot be a logging driver's name"));
      }
    }
    for (const Value& option : written.Map("options")) {
      (*logging->mutable_options())[std::string(option.key.text())] = std::string(option.node.text());
    }
  }
  return logging;
}

inline void ReadLogging(Context& context, const Fields& fields, const std::optional<Logging>& of_spec,
                        Component& component) {
  std::optional<Logging> logging = ReadLogging(context, fields);
  if (!logging.has_value() && of_spec.has_value() && !fields.Has("logging") &&
      context.Spend(fields.value(), of_spec->SpaceUsedLong())) {
    logging = of_spec;
  }
  if (logging.has_value()) *component.mutable_logging() = *std::move(logging);
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_LIFECYCLE_H_
