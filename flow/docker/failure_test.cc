#include "flow/docker/failure.h"

#include <gtest/gtest.h>

#include "flow/docker/testing/projects.h"

namespace flow::docker {
namespace {

std::string Explain(OperationKind kind, const std::string& message) {
  Operation operation;
  SetKind(kind, &operation);
  operation.set_name("busybox:1.36");
  return ExplainRefusal(operation, message);
}

// As Docker 20.10, Podman and Docker 28 say it.
TEST(ExplainRefusal, NamesThePortThatIsTaken) {
  for (const char* message : {"driver failed programming external connectivity on endpoint x (4f1c): Error starting "
                              "userland proxy: listen tcp4 "
                              "127.0.0.1:18080: bind: address already in use",
                              "driver failed programming external connectivity on endpoint x: Bind for 127.0.0.1:18080 "
                              "failed: port is already "
                              "allocated",
                              "failed to set up container networking: driver failed programming external connectivity "
                              "on endpoint x: failed to "
                              "bind host port 127.0.0.1:18080:172.18.0.2:8080/tcp: address already in use"}) {
    EXPECT_EQ(Explain(OperationKind::kStartContainer, message),
              "cannot publish 127.0.0.1:18080: that port is taken on the host");
  }
}

TEST(ExplainRefusal, TellsWhichCommandCannotBeRun) {
  EXPECT_EQ(Explain(OperationKind::kStartContainer,
                    "OCI runtime create failed: runc create failed: unable to start container process: exec: \"nope\": "
                    "executable file not found in $PATH: unknown"),
            "its command cannot be run: exec: \"nope\": executable file not found in $PATH");
}

TEST(ExplainRefusal, TellsWhyAnImageCannotBePulled) {
  EXPECT_EQ(Explain(OperationKind::kPullImage, "no such host"),
            "the engine's machine does not know the host of registry docker.io (the engine says: no such host)");
}

TEST(ExplainRefusal, WhatItDoesNotKnowStaysAsItIs) {
  EXPECT_EQ(Explain(OperationKind::kCreateContainer, "disk full"), "disk full");
}

TEST(FailedText, TellsEachFailureWhatWasNotStartedAndWhatIsLeft) {
  Readiness readiness;
  readiness.Expect(testing::MakeProject("x", {"a", "b reads=a", "c reads=b replicas=2"}),
                   [](const project::Service&) { return false; });
  for (const Instance& instance : readiness.instances()) {
    readiness.Created(instance.component, instance.number, absl::StrCat(instance.component, instance.number));
  }
  readiness.StartAnswered("a1");
  const Failure failure{
      .component = "a", .what = "exited with code 3", .hint = "look at it", .log = {"starting", "boom"}};
  EXPECT_EQ(FailedText({failure, {.what = "interrupted"}}, readiness, "nothing is left"),
            "a: exited with code 3\n"
            "  hint: look at it\n"
            "  what it wrote last:\n"
            "    starting\n"
            "    boom\n"
            "interrupted\n"
            "not started because of it: b, c\n"
            "nothing is left");
}

}  // namespace
}  // namespace flow::docker
