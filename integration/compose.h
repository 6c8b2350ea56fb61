// Docker Compose, for the tests that compare with it: what FLOW_COMPOSE names, else the first `docker-compose`.
#ifndef INTEGRATION_COMPOSE_H_
#define INTEGRATION_COMPOSE_H_

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "integration/harness.h"

namespace flow::integration {

class WithCompose : public DockerTest {
 protected:
  // Ends well, and warns of nothing.
  const Finished& Compose(const std::vector<std::string>& arguments) {
    const Finished& run = RunProgram(ComposePath(), arguments);
    EXPECT_EQ(run.exit_code, 0) << run.Describe();
    EXPECT_THAT(run.err, testing::Not(testing::HasSubstr("level=warning"))) << run.Describe();
    return run;
  }

 private:
  static std::string ComposePath() {
    const char* named = std::getenv("FLOW_COMPOSE");
    if (named != nullptr && *named != '\0') return named;
    for (const char* folder : {"/usr/local/bin/", "/usr/bin/"}) {
      const std::string path = absl::StrCat(folder, "docker-compose");
      if (access(path.c_str(), X_OK) == 0) return path;
    }
    return "";
  }
};

}  // namespace flow::integration

#endif  // INTEGRATION_COMPOSE_H_
