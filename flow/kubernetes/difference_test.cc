#include "flow/kubernetes/difference.h"

#include <gtest/gtest.h>

#include <string>

#include "flow/text/document.h"
#include "flow/text/json_reader.h"

namespace flow::kubernetes {
namespace {

text::Value Read(const std::string& json) { return text::ReadJson(json).value(); }

std::string Text(const std::string& before, const std::string& after, Compare compare = Compare::kAll,
                 api::Kind kind = api::Kind::kDeployment) {
  const text::Value a = Read(before), b = Read(after);
  return FieldsText(kind, Differences(a, b, compare));
}

TEST(Differences, AFieldIsToldWithBothItsValues) {
  EXPECT_EQ(Text(R"({"spec": {"replicas": 1}})", R"({"spec": {"replicas": 3}})"), "replicas: 1 → 3");
}

TEST(Differences, WhatTheServerKeepsIsNone) {
  EXPECT_EQ(Text(R"({"metadata": {"resourceVersion": "1", "generation": 1, "managedFields": []}, "status": {"a": 1}})",
                 R"({"metadata": {"resourceVersion": "2", "generation": 2}, "status": {"a": 2}})"),
            "");
}

TEST(Differences, EntriesOfListsAreToldApartByTheirNames) {
  EXPECT_EQ(Text(R"({"spec": {"template": {"spec": {"containers": [{"name": "a", "image": "x:1"}, {"name": "b"}]}}}})",
                 R"({"spec": {"template": {"spec": {"containers": [{"name": "b"}, {"name": "a", "image": "x:2"}]}}}})"),
            "image: x:1 → x:2");
}

TEST(Differences, WhatOneOfThemLacksIsAddedOrRemoved) {
  EXPECT_EQ(Text(R"({"spec": {"a": 1}})", R"({"spec": {"b": {"c": 2}}})"), "a removed, b added");
}

TEST(Differences, AnEmptyTextIsNoField) {
  EXPECT_EQ(Text(R"({"env": [{"name": "A"}]})", R"({"env": [{"name": "A", "value": ""}]})"), "");
}

TEST(Differences, OfNamedFieldsThoseThatTheSecondLacksAreOthers) {
  EXPECT_EQ(Text(R"({"spec": {"a": 1, "theirs": 2}})", R"({"spec": {"a": 2}})", Compare::kNamed), "a: 1 → 2");
}

TEST(Differences, ValuesOfVariablesSecretsAndCarriedFilesAreNotTold) {
  const std::string env =
      R"({"spec": {"template": {"spec": {"containers": [{"name": "a", "env": [{"name": "P", "value": ")";
  EXPECT_EQ(Text(env + R"(old"}]}]}}}})", env + R"(new"}]}]}}}})"), "env P changed");
  EXPECT_EQ(Text(R"({"data": {"k": "b2xk"}})", R"({"data": {"k": "bmV3"}})", Compare::kAll, api::Kind::kSecret),
            "data.k changed");
  EXPECT_EQ(Text(R"({"data": {"k": "old"}})", R"({"data": {"k": "new"}})", Compare::kAll, api::Kind::kConfigMap),
            "data.k changed");
}

TEST(Differences, ThreeAreToldAndTheOthersCounted) {
  EXPECT_EQ(Text(R"({"spec": {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}})",
                 R"({"spec": {"a": 2, "b": 2, "c": 2, "d": 2, "e": 2}})"),
            "a: 1 → 2, b: 1 → 2, c: 1 → 2 and 2 more");
}

}  // namespace
}  // namespace flow::kubernetes
