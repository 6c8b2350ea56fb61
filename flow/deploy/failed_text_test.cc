#include "flow/deploy/failed_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace flow::deploy {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// As a target has one.
struct Failure {
  std::string component;
  std::string what;
  std::string hint;
  std::vector<std::string> log;
  std::string no_log;
};

std::string Headline(const Failure& failure) {
  return failure.component.empty() ? failure.what : absl::StrCat(failure.component, ": ", failure.what);
}

TEST(FailedText, TellsEachFailureWhatWaitedForItAndWhatIsLeft) {
  const std::vector<Failure> failures = {
      {.component = "a", .what = "exited with code 3", .hint = "look at it", .log = {"starting", "boom"}},
      {.what = "interrupted"}};
  const Inputs inputs = {{"b", {"a"}}, {"c", {"b"}}, {"reader", {"another"}}};
  EXPECT_EQ(FailedText(failures, {"b", "c", "reader"}, inputs, "nothing is left"),
            "a: exited with code 3\n"
            "  hint: look at it\n"
            "  what it wrote last:\n"
            "    starting\n"
            "    boom\n"
            "interrupted\n"
            "not started because of it: b, c\n"
            "nothing is left");
}

TEST(FailedText, TellsWhyThereAreNoLines) {
  const Failure failure{
      .component = "a", .what = "exited with code 3", .no_log = "its driver does not support reading"};
  EXPECT_EQ(FailedText<Failure>({failure}, {}, {}, "nothing is left"),
            "a: exited with code 3\n"
            "  what it wrote cannot be read: its driver does not support reading\n"
            "nothing is left");
}

TEST(FailedText, OfAThousandFailuresNamesAFewAndCountsTheRest) {
  std::vector<Failure> failures;
  std::vector<std::string> readers;
  Inputs inputs;
  for (int number = 1; number <= 1000; ++number) {
    failures.push_back({.component = absl::StrCat("a", number), .what = "is not ready"});
    readers.push_back(absl::StrCat("b", number));
    inputs[readers.back()] = {failures.back().component};
  }
  const std::string text = FailedText(failures, readers, inputs, "nothing is left");
  EXPECT_THAT(text, HasSubstr("\na8: is not ready\nand 992 more\n"));
  EXPECT_THAT(text, Not(HasSubstr("a9:")));
  EXPECT_THAT(text, EndsWith("\nnot started because of it: b1, b2, b3, b4, b5, b6, b7, b8 and 992 more\n"
                             "nothing is left"));
}

}  // namespace
}  // namespace flow::deploy
