#include "flow/kubernetes/environment.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "flow/text/json.h"

namespace flow::kubernetes {
namespace {

project::Service Parse(const std::string& text) {
  project::Service service;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &service));
  return service;
}

std::string EnvironmentOf(const std::string& service) {
  return text::Json(Environment(Parse(service)), text::JsonLayout::kCompact);
}

// What Kubernetes makes of a text (third_party/forked/golang/expansion): `$$` is a dollar, $(NAME) a variable's value.
std::string Expanded(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '$' && next == '(' && text.find(')', i) != std::string::npos) {
      i = text.find(')', i);
      out += "FILLED IN";
    } else {
      out += text[i];
      if (text[i] == '$' && next == '$') ++i;
    }
  }
  return out;
}

TEST(EnvironmentTest, KubernetesGivesEveryTextBackAsItWas) {
  for (const char* text :
       {"", "$", "$$", "$$$", "$$$$", "$(A)", "$$(A)", "$$$(A)", "a$b", "$x $(date) $$ ${Y}", "($)"}) {
    EXPECT_EQ(Expanded(Verbatim(text)), text);
  }
  EXPECT_EQ(Verbatim("echo $HOME ${X} $5 $"), "echo $HOME ${X} $5 $");  // readable where it can be
}

TEST(EnvironmentTest, ASecretIsAReferenceAndStandsAmongTheOthers) {
  EXPECT_EQ(EnvironmentOf(R"pb(
              name: "a_b"
              environment { key: "Z" value: "$$" }
              environment { key: "A" value: "" }
              secret_environment {
                name: "TOKEN"
                secret { name: "to.ken" required: true }
              }
            )pb"),
            R"([{"name":"A","value":""},)"
            R"({"name":"TOKEN","valueFrom":{"secretKeyRef":{"name":"a-b.to-ken","key":"to.ken","optional":false}}},)"
            R"({"name":"Z","value":"$$$"}])");
}

TEST(EnvironmentTest, AnInputIsNamedAsItIsReachedOnACluster) {
  EXPECT_EQ(
      EnvironmentOf(R"(
              inputs: "ttp_proc" inputs: "own"
              environment { key: "FLOW_INPUT_TTP_PROC" value: "ttp_proc:8080" }
              environment { key: "FLOW_INPUT_OWN" value: "elsewhere:1" })"),
      R"([{"name":"FLOW_INPUT_OWN","value":"elsewhere:1"},{"name":"FLOW_INPUT_TTP_PROC","value":"ttp-proc:8080"}])");
}

}  // namespace
}  // namespace flow::kubernetes
