#include "flow/kubernetes/api/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "flow/text/json_reader.h"

namespace flow::kubernetes::api {
namespace {

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

TEST(Refusal, AStatusThatNoServerSaidHasNone) {
  EXPECT_EQ(RefusalOf(absl::UnavailableError("not reached")), std::nullopt);
  EXPECT_EQ(RefusalOf(absl::OkStatus()), std::nullopt);
}

}  // namespace
}  // namespace flow::kubernetes::api
