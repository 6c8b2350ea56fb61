#include "flow/project/mounted.h"

#include <gtest/gtest.h>

#include <string>

namespace flow::project {
namespace {

// It mounts the file /srv/token at /secrets/token and the folder /srv/conf at /etc/app.
Service Mounting() {
  Service service;
  const auto mount = [&](const char* source, const char* target) {
    Mount& added = *service.add_mounts();
    added.set_type(Mount::BIND);
    added.set_source(source);
    added.set_target(target);
  };
  mount("/srv/token", "/secrets/token");
  mount("/srv/conf", "/etc/app");
  return service;
}

std::string Changed(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& now) {
  return ChangedMount(Mounting(), MountedText(before), MountedText(now));
}

TEST(ChangedMount, NamesTheFileOrFolderThatIsAnotherNow) {
  EXPECT_EQ(Changed({{"/secrets/token", "file:1"}, {"/etc/app", "folder:7"}},
                    {{"/secrets/token", "file:2"}, {"/etc/app", "folder:7"}}),
            "file token");
  EXPECT_EQ(Changed({{"/secrets/token", "file:1"}, {"/etc/app", "folder:7"}},
                    {{"/secrets/token", "file:1"}, {"/etc/app", "folder:8"}}),
            "folder conf");
}

TEST(ChangedMount, IsNoneWhereAllIsAsItWas) {
  EXPECT_EQ(Changed({{"/secrets/token", "file:1"}}, {{"/secrets/token", "file:1"}}), "");
}

TEST(ChangedMount, IsNoneWhereOneSaysNothing) {
  EXPECT_EQ(Changed({}, {{"/secrets/token", "file:1"}}), "");
  EXPECT_EQ(Changed({{"/secrets/token", "file:1"}}, {}), "");
  EXPECT_EQ(Changed({{"/etc/app", "folder:7"}}, {{"/secrets/token", "file:1"}}), "");
}

TEST(MarkOfContent, DoesNotTellEqualContentsOfTwoComponents) {
  EXPECT_EQ(MarkOfContent("p", "n", "a", "one"), MarkOfContent("p", "n", "a", "one"));
  EXPECT_NE(MarkOfContent("p", "n", "a", "one"), MarkOfContent("p", "n", "a", "two"));
  EXPECT_NE(MarkOfContent("p", "n", "a", "one"), MarkOfContent("p", "n", "b", "one"));
}

}  // namespace
}  // namespace flow::project
