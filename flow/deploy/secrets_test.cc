#include "flow/deploy/secrets.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace flow::deploy {
namespace {

using Secrets = std::map<std::string, std::string>;

TEST(SecretFilter, PutsStarsInPlaceOfEachValue) {
  const SecretFilter filter(Secrets{{"A", "hunter22"}});
  EXPECT_EQ(filter.Without("password: hunter22"), "password: ***");
  EXPECT_EQ(filter.Without("hunter22hunter22hunter2"), "******hunter2");
  EXPECT_EQ(filter.Without("nothing"), "nothing");
  EXPECT_EQ(filter.Without(""), "");
}

// A key of many lines is logged a line at a time.
TEST(SecretFilter, KnowsTheLinesOfAValue) {
  const SecretFilter filter(Secrets{{"A", "-----BEGIN\n  MIIEvq==\n"}});
  EXPECT_EQ(filter.Without("-----BEGIN, then MIIEvq=="), "***, then ***");
}

TEST(SecretFilter, OfValuesThatHoldOneAnotherTheLongerGoesWhole) {
  const SecretFilter filter(Secrets{{"A", "hunter22"}, {"B", "hunter22-long"}, {"C", "ter22-lo"}});
  EXPECT_EQ(filter.Without("hunter22-long hunter22-lo ter22-lo"), "*** ***-lo ***");
}

TEST(SecretFilter, LeavesWhatIsInEveryTextAlone) {
  const SecretFilter filter(Secrets{{"A", "1"}, {"B", ""}, {"C", " \n "}});
  EXPECT_TRUE(filter.empty());
  EXPECT_EQ(filter.Without("1 of 10"), "1 of 10");
}

TEST(SecretFilter, FindsEachOfAThousand) {
  Secrets secrets;
  for (int number = 0; number < 1000; ++number) secrets[absl::StrCat(number)] = absl::StrCat("hunter", number, ".");
  const SecretFilter filter(secrets);
  EXPECT_EQ(filter.Without("hunter7. and hunter999. are known, hunter1000. is not"),
            "*** and *** are known, hunter1000. is not");
}

}  // namespace
}  // namespace flow::deploy
