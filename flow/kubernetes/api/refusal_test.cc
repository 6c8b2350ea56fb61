#include "flow/kubernetes/api/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "flow/text/json_reader.h"

namespace flow::kubernetes::api {
namespace {

using ::testing::HasSubstr;

// As 1.20 answers an apply without force.
constexpr char kConflict[] = R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",
  "message":"Apply failed with 1 conflict: conflict with \"kubectl\": .spec.replicas","reason":"Conflict",
  "details":{"name":"sink","kind":"deployments","causes":[{"reason":"FieldManagerConflict",
  "message":"conflict with \"kubectl\"","field":".spec.replicas"}]},"code":409})";

TEST(Refusal, GoesThroughAStatusUnharmed) {
  const absl::Status status = StatusOf(ReadRefusal(*text::ReadJson(kConflict), 409));
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  const std::optional<Refusal> refusal = RefusalOf(status);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->code, 409);
  EXPECT_EQ(refusal->reason, "Conflict");
  EXPECT_EQ(refusal->kind, "deployments");
  EXPECT_EQ(refusal->name, "sink");
  ASSERT_EQ(refusal->causes.size(), 1u);
  EXPECT_EQ(refusal->causes[0].message, "conflict with \"kubectl\"");
  EXPECT_EQ(refusal->causes[0].field, ".spec.replicas");
  EXPECT_TRUE(HasCause(*refusal, "FieldManagerConflict"));
  EXPECT_FALSE(HasCause(*refusal, "FieldValueInvalid"));
}

TEST(Refusal, ATakenNameIsNotAConflictOfVersions) {
  EXPECT_EQ(StatusOf({.code = 409, .reason = "AlreadyExists"}).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(StatusOf({.code = 409, .reason = "Conflict"}).code(), absl::StatusCode::kAborted);
}

TEST(Refusal, AMissingRightIsToldApartFromCredentialsThatAreNotTaken) {
  const absl::Status may_not = StatusOf(
      {.code = 403,
       .reason = "Forbidden",
       .message = R"(deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps")"
                  R"( in the namespace "flow-a")"});
  EXPECT_EQ(may_not.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(may_not.message(),
            R"(user "jane" has no right to list deployments.apps in the namespace flow-a; the rule of a Role there )"
            R"(that grants it is {apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"]})");
  EXPECT_EQ(
      Words({.code = 403,
             .message = R"(namespaces "flow-a" is forbidden: User "system:serviceaccount:ci:bot" cannot patch )"
                        R"(resource "namespaces" in API group "" at the cluster scope)"}),
      R"(user "system:serviceaccount:ci:bot" has no right to patch namespaces in the whole cluster; the rule of a )"
      R"(ClusterRole that grants it is {apiGroups: [""], resources: ["namespaces"], verbs: ["patch"]})");

  const absl::Status unknown = StatusOf({.code = 401, .reason = "Unauthorized", .message = "Unauthorized"});
  EXPECT_EQ(unknown.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("expired"));
}

TEST(Refusal, WhatIsForbiddenForAnotherReasonIsToldInTheServersWords) {
  const std::string quota =
      R"(pods "sink-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2)";
  EXPECT_EQ(Words({.code = 403, .message = quota}), quota);
}

// A Job's template that differs: 2,428 characters.
TEST(Refusal, AGoStructIsCutToItsCause) {
  const std::string dump = absl::StrCat("core.PodTemplateSpec{", std::string(2000, 'x'), "{}}: field is immutable");
  const std::string cause = absl::StrCat("Invalid value: ", dump);
  EXPECT_EQ(
      Words({.code = 422,
             .message = absl::StrCat("Job.batch \"names\" is invalid: spec.template: ", cause),
             .kind = "Job",
             .name = "names",
             .causes = {{"FieldValueInvalid", cause, "spec.template"}, {"FieldValueRequired", "Required value", "a"}}}),
      "Job \"names\": spec.template: Invalid value: …: field is immutable; a: Required value");
  EXPECT_EQ(Words({.code = 500, .message = absl::StrCat("odd: ", dump)}), "odd: …: field is immutable");
}

TEST(Refusal, AStatusThatNoServerSaidHasNone) {
  EXPECT_EQ(RefusalOf(absl::UnavailableError("not reached")), std::nullopt);
  EXPECT_EQ(RefusalOf(absl::OkStatus()), std::nullopt);
}

}  // namespace
}  // namespace flow::kubernetes::api
