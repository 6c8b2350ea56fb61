// Secrets' values in what a machine tells: a component that logs its own password and then fails would have flow print it.
#ifndef FLOW_KUBERNETES_SECRET_FILTER_H_
#define FLOW_KUBERNETES_SECRET_FILTER_H_

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "flow/deploy/secrets.h"
#include "flow/kubernetes/apply_input.h"
#include "flow/kubernetes/contract.h"

namespace flow::kubernetes {

// Puts "***" in place of each secret of an apply, as it is and as a cluster has it, in reports, messages and states.
class SecretRemover {
 public:
  explicit SecretRemover(const ApplyInput& input) : filter_(ValuesOf(input)) {}

  void RemoveFrom(std::vector<Action>& actions) const {
    for (Action& action : actions) {
      if (auto* report = std::get_if<Report>(&action)) {
        report->text = filter_.Without(report->text);
      } else if (auto* finish = std::get_if<Finish>(&action)) {
        finish->message = filter_.Without(finish->message);
      } else if (auto* save = std::get_if<Save>(&action)) {
        save->deployment.set_error(filter_.Without(save->deployment.error()));
      }
    }
  }

 private:
  static std::map<std::string, std::string> ValuesOf(const ApplyInput& input) {
    std::map<std::string, std::string> values;
    const auto add = [&](const std::string& name, const std::string& value) {
      values[name] = value;
      values[absl::StrCat(name, "/base64")] = absl::Base64Escape(value);
    };
    for (const SecretContent& secret : input.secrets) {
      for (const auto& [key, bytes] : secret.data) {
        add(absl::StrCat(secret.component, "/", secret.secret, "/", key), bytes);
      }
    }
    for (const auto& [registry, login] : input.logins) {
      add(absl::StrCat("password for ", registry), login.password);
      add(absl::StrCat("login at ", registry), absl::StrCat(login.username, ":", login.password));
    }
    return values;
  }

  const deploy::SecretFilter filter_;
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_SECRET_FILTER_H_
