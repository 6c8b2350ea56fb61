#include "flow/control/departure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/control/testing/talk.h"

namespace flow::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Listed;
using testing::Registered;
using testing::Talk;
using ::testing::UnorderedElementsAre;

deploy::ControlPlane Known() {
  deploy::ControlPlane known;
  known.set_address("cp:8080");
  known.set_run_id("r1");
  (*known.mutable_service_ids())["source"] = "s1";
  (*known.mutable_service_ids())["sink"] = "s2";
  return known;
}

TEST(Departure, UnregistersWhatTheStateKnowsAndStopsTheRun) {
  Departure departure("default", "payments", Known());
  Talk<Departure> talk(departure);
  departure.Begin();
  EXPECT_THAT(talk.Said(), UnorderedElementsAre("unregister s1", "unregister s2", "run r1 is STOPPED"));
  talk.Answer("unregister s1");
  talk.Answer("run r1 is STOPPED", absl::UnknownError("no such run"));  // a server that was restarted
  EXPECT_THAT(talk.Answer("unregister s2"), ElementsAre("list"));
  EXPECT_THAT(talk.Answer("list", Listed({{"sink", {"default", "orders"}}})), IsEmpty());
  EXPECT_TRUE(departure.Done());
  EXPECT_THAT(talk.Warned(), IsEmpty());
}

TEST(Departure, FindsWhatTheStateDoesNotKnow) {
  deploy::ControlPlane nothing;
  nothing.set_address("cp:8080");
  Departure departure("default", "payments", nothing);
  Talk<Departure> talk(departure);
  departure.Begin();
  EXPECT_THAT(talk.Said(), ElementsAre("list"));
  EXPECT_THAT(talk.Answer("list", Listed({{"sink", {"default", "payments"}}, {"other", {"test", "payments"}}})),
              ElementsAre("register sink"));
  EXPECT_THAT(talk.Answer("register sink", Registered("s9")), ElementsAre("unregister s9"));
  EXPECT_THAT(talk.Answer("unregister s9"), IsEmpty());
  EXPECT_TRUE(departure.Done());
}

TEST(Departure, AControlPlaneThatIsAwayIsOneWarning) {
  Departure departure("default", "payments", Known());
  Talk<Departure> talk(departure);
  departure.Begin();
  talk.Said();
  EXPECT_THAT(talk.Answer("unregister s1", absl::UnavailableError("nothing listens there")), IsEmpty());
  EXPECT_TRUE(departure.Done());
  EXPECT_THAT(talk.Warned(), ElementsAre(HasSubstr("cp:8080 cannot be told that pipeline \"payments\" is gone")));
  departure.GiveUp();
  EXPECT_THAT(talk.Warned(), IsEmpty());
}

}  // namespace
}  // namespace flow::control
