#include "flow/pipeline/start_size.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

using testing::HasSubstr;

void AddVariables(int count, size_t bytes, Component& component) {
  for (int i = 0; i < count; ++i) {
    Variable& variable = *component.add_env();
    variable.set_name(absl::StrCat("V", i));
    variable.set_value(std::string(bytes, 'x'));
  }
}

TEST(StartProblem, CountsAllVariablesAndNamesTheLargest) {
  Component component;
  AddVariables(40, 60000, component);
  component.mutable_env(7)->mutable_value()->append("more");
  EXPECT_THAT(StartProblem(component), HasSubstr("come to 2.3 MiB in all"));
  EXPECT_THAT(StartProblem(component), HasSubstr("the largest is the variable \"V7\" with 60007 bytes"));
}

TEST(StartProblem, CountsArgumentsConfigAndSecretsToo) {
  Component component;
  AddVariables(16, 120000, component);
  EXPECT_EQ(StartProblem(component), "");
  EXPECT_NE(StartProblem(component, {{"TOKEN", std::string(120000, 'x')}}), "");
  EXPECT_EQ(StartProblem(component, {{"V1", std::string(120000, 'x')}}), "");  // in the place of another
  Component with_argument = component, with_config = component;
  with_argument.add_args(std::string(120000, 'x'));
  EXPECT_NE(StartProblem(with_argument), "");
  with_config.add_config()->set_value(std::string(120000, 'x'));
  EXPECT_NE(StartProblem(with_config), "");
}

// Each text takes a pointer besides.
TEST(StartProblem, AHundredThousandSmallVariablesAreTooManyToo) {
  Component component;
  AddVariables(100000, 6, component);
  EXPECT_NE(StartProblem(component), "");
}

}  // namespace
}  // namespace flow::pipeline
