#include "flow/kubernetes/overlay.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "flow/pipeline/parse.h"
#include "flow/text/json.h"

namespace flow::kubernetes {
namespace {

// What `x-kubernetes: {pod: YAML}` is read as.
pipeline::Tree Read(const std::string& yaml) {
  const std::string file =
      absl::StrCat("apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: {name: a}\nspec:\n  x-kubernetes: {pod: ", yaml,
                   "}\n  sources: [{id: a, image: a}]\n");
  const pipeline::ParseResult parsed = pipeline::ParsePipeline(file, {});
  EXPECT_TRUE(parsed.ok()) << yaml;
  return parsed.pipeline.kubernetes().pod();
}

std::string Over(const text::Mapping& base, const std::string& yaml, Takes takes) {
  return text::Json(Merged(base, Read(yaml), takes), text::JsonLayout::kCompact);
}

TEST(OverlayTest, MappingsAreMergedFieldByField) {
  const text::Mapping base = {{"httpGet", text::Mapping{{"path", "/"}, {"port", 80}}}, {"periodSeconds", 10}};
  EXPECT_EQ(Over(base, "{httpGet: {path: /live}, timeoutSeconds: 3}", "Probe"),
            R"({"httpGet":{"path":"/live","port":80},"periodSeconds":10,"timeoutSeconds":3})");
}

TEST(OverlayTest, ANullTakesAwayAndAddsNothing) {
  const text::Mapping base = {{"a", text::Mapping{{"b", 1}, {"c", 2}}}};
  EXPECT_EQ(Over(base, "{a: {b: null}, d: null}", "any"), R"({"a":{"c":2}})");
}

TEST(OverlayTest, ListsWithAKeyAreMergedByItAndOthersReplaced) {
  const text::Mapping base = {
      {"env", text::List{text::Mapping{{"name", "A"}, {"value", "1"}}, text::Mapping{{"name", "B"}, {"value", "2"}}}},
      {"args", text::List{"a", "b"}}};
  EXPECT_EQ(Over(base, "{env: [{name: B, value: 3}, {name: C, value: 4}], args: [c]}", "Container"),
            R"({"env":[{"name":"A","value":"1"},{"name":"B","value":"3"},{"name":"C","value":"4"}],"args":["c"]})");
}

TEST(OverlayTest, AScalarIsWhatTheFieldTakes) {
  EXPECT_EQ(Over({}, "{nodeSelector: {a: yes, b: 0755, c: 1e3}, hostNetwork: no, priority: 1000}", "PodSpec"),
            R"({"nodeSelector":{"a":"yes","b":"0755","c":"1e3"},"hostNetwork":false,"priority":1000})");
  EXPECT_EQ(Over({}, "{port: 80}", "TCPSocketAction"), R"({"port":80})");
  EXPECT_EQ(Over({}, "{port: http}", "TCPSocketAction"), R"({"port":"http"})");
  EXPECT_EQ(Over({}, "{limits: {cpu: 1, memory: 64Mi}}", "ResourceRequirements"),
            R"({"limits":{"cpu":"1","memory":"64Mi"}})");
}

TEST(OverlayTest, LabelsAndAnnotationsAreOfTheMetadataAllElseOfTheSpec) {
  const text::Mapping object = {{"kind", "Service"},
                                {"metadata", text::Mapping{{"labels", text::Mapping{{"a", "b"}}}}},
                                {"spec", text::Mapping{{"type", "ClusterIP"}}}};
  EXPECT_EQ(
      text::Json(MergedObject(object, Read("{annotations: {c: 1}, labels: {d: e}, type: LoadBalancer}"), "ServiceSpec"),
                 text::JsonLayout::kCompact),
      R"({"kind":"Service","metadata":{"labels":{"a":"b","d":"e"},"annotations":{"c":"1"}},)"
      R"("spec":{"type":"LoadBalancer"}})");
}

TEST(ApiFieldsTest, EveryTypeThatTheTableNamesIsInIt) {
  for (const char* root : {"PodSpec", "Container", "ServiceSpec", "PersistentVolumeClaimSpec"}) {
    const ApiType* const type = FindApiType(root);
    ASSERT_NE(type, nullptr);
    for (const absl::string_view name : type->names()) {
      Takes takes = type->Find(name);
      while (IsList(takes) || IsMap(takes)) takes = IsList(takes) ? TakeApartList(takes).entry : ValueOf(takes);
      const bool word =
          takes == "text" || takes == "whole" || takes == "bool" || takes == "quantity" || takes == "port";
      EXPECT_TRUE(word || FindApiType(takes) != nullptr) << name << " takes " << takes;
    }
  }
  EXPECT_EQ(FindApiType("PodSpec")->Find("containers"), "[name]Container");
  EXPECT_EQ(FindApiType("Probe")->Find("httpGet"), "HTTPGetAction");  // of a type that it includes
}

}  // namespace
}  // namespace flow::kubernetes
