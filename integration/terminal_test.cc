// What is drawn on a terminal, and that nothing is drawn on what is none. The terminal is a pseudo-terminal of
// script(1), read by a small one of the test's own, which knows no more than what flow writes.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Lines of so many columns. A character beyond the last goes to the next line, as on a real one.
class Display {
 public:
  explicit Display(size_t width) : width_(width) {}

  void Write(absl::string_view bytes) {
    while (!bytes.empty()) {
      if (bytes[0] == '\x1b' && bytes.size() > 1 && bytes[1] == '[') {
        const size_t end = bytes.find_first_of("ABCDEFGHJKhlm", 2);
        ASSERT_NE(end, absl::string_view::npos);
        Control(bytes.substr(2, end - 2), bytes[end]);
        bytes.remove_prefix(end + 1);
        continue;
      }
      Put(bytes[0]);
      bytes.remove_prefix(1);
    }
    most_ = std::max(most_, lines_.size());
  }

  // What stands there in the end, without empty lines.
  std::string Text() const { return absl::StrJoin(lines_, "\n"); }
  // The most lines that ever stood there.
  size_t most() const { return most_; }
  bool alternate() const { return alternate_; }
  bool ever_alternate() const { return ever_alternate_; }
  const std::string& on_alternate() const { return on_alternate_; }

 private:
  void Put(char c) {
    if (c == '\r') column_ = 0;
    if (c == '\n') ++row_;
    if (static_cast<unsigned char>(c) < 0x20) return;
    if (column_ == width_) column_ = 0, ++row_;
    if (lines_.size() <= row_) lines_.resize(row_ + 1);
    std::string& line = lines_[row_];
    if (line.size() <= column_) line.resize(column_ + 1, ' ');
    line[column_++] = c;
  }

  void Control(absl::string_view arguments, char what) {
    size_t number = 1;
    (void)absl::SimpleAtoi(arguments, &number);
    if (what == 'F') {
      ASSERT_LE(number, row_) << "the cursor went over the first line";
      row_ -= number;
      column_ = 0;
    } else if (what == 'J') {
      if (lines_.size() > row_) lines_.resize(row_ + 1), lines_[row_].resize(std::min(lines_[row_].size(), column_));
      if (!lines_.empty() && lines_.back().empty()) lines_.pop_back();
    } else if (what == 'H') {
      row_ = column_ = 0;
    } else if (what == 'K') {
      if (lines_.size() > row_) lines_[row_].resize(std::min(lines_[row_].size(), column_));
    } else if (arguments == "?1049") {
      if (what == 'l') on_alternate_ = Text();
      alternate_ = what == 'h';
      ever_alternate_ |= alternate_;
      std::swap(lines_, other_);
      std::swap(row_, other_row_);
      column_ = 0;
    } else {
      ASSERT_EQ(what, 'm') << arguments;
    }
  }

  const size_t width_;
  std::vector<std::string> lines_, other_;
  size_t row_ = 0, other_row_ = 0, column_ = 0, most_ = 0;
  bool alternate_ = false, ever_alternate_ = false;
  std::string on_alternate_;
};

class TerminalTest : public DockerTest {
 protected:
  TerminalTest() { environment()["TERM"] = "xterm"; }

  // On a terminal of this size; standard output and error are both on it.
  Process& StartOn(int columns, int rows, const std::string& command) {
    const std::string line = absl::StrCat("stty cols ", columns, " rows ", rows, " && exec ", command);
    return StartProgram("/usr/bin/script", {"--quiet", "--return", "--command", line, "/dev/null"});
  }
  std::string Command(const std::string& binary, const std::vector<std::string>& arguments) {
    return absl::StrCat("'", BinaryPath(binary), "' ", absl::StrJoin(arguments, " "));
  }
  std::string Five(const std::string& name) {
    std::string spec = "  sources:\n";
    for (const char* id : {"a-component-with-a-long-name", "b", "c", "d", "e"}) spec += Idle(id);
    return Write("five.yaml", Pipeline(name, spec));
  }
};

TEST_F(TerminalTest, TheBlockIsDrawnOverAndLeavesNothing) {
  for (const int width : {20, 80, 200}) {
    const std::string name = Name(absl::StrCat("w", width));
    const Finished apply = StartOn(width, 24, Command("flow-apply", {Five(name)})).Wait();
    EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
    const size_t answer = apply.out.find("Pipeline deployed successfully: ");
    ASSERT_NE(answer, std::string::npos) << apply.Describe();
    Display display(static_cast<size_t>(width));
    display.Write(absl::string_view(apply.out).substr(0, answer));
    EXPECT_THAT(apply.out, HasSubstr("\x1b[J"));
    EXPECT_EQ(display.Text(), "");
    EXPECT_LE(display.most(), 6u) << "a block that grows";  // a title and five components

    const Finished deletion = StartOn(width, 24, Command("flow-delete", {name})).Wait();
    EXPECT_EQ(deletion.exit_code, 0) << deletion.Describe();
    Display second(static_cast<size_t>(width));
    second.Write(deletion.out);
    EXPECT_THAT(deletion.out, HasSubstr(width < 40 ? "is stop" : "is stopped"));
    EXPECT_TRUE(absl::StartsWith(second.Text(), "Pipeline deleted: ")) << second.Text();
    EXPECT_TRUE(Gone(name));
  }
}

// A terminal that does not say how wide it is cannot be drawn over; nor may one whose output is kept.
TEST_F(TerminalTest, NothingIsDrawnWhereItCouldNotBeRead) {
  const std::string name = Name("plain");
  const std::string command = Command("flow-apply", {Five(name), "--force_recreate"});
  const auto expect_plain = [&](const Finished& run) {
    EXPECT_EQ(run.exit_code, 0) << run.Describe();
    EXPECT_THAT(run.out, Not(HasSubstr("\x1b"))) << run.Describe();
    EXPECT_THAT(run.out, HasSubstr("b: running"));
  };
  expect_plain(StartOn(0, 0, command).Wait());
  environment()["CI"] = "1";
  expect_plain(StartOn(20, 10, command).Wait());
  environment().erase("CI");
  environment()["NO_COLOR"] = "1";
  expect_plain(StartOn(80, 24, command).Wait());
  environment().erase("NO_COLOR");
  environment()["TERM"] = "dumb";
  expect_plain(StartOn(80, 24, command).Wait());
  environment()["TERM"] = "xterm";
  const Finished& piped = Flow("flow-apply", {Five(name), "--force_recreate", "--progress=tty"});
  EXPECT_THAT(piped.out + piped.err, Not(HasSubstr("\x1b")));
  EXPECT_TRUE(absl::StartsWith(piped.out, "Pipeline deployed successfully: ")) << piped.out;
}

TEST_F(TerminalTest, AFailureIsToldBelowWhatIsKept) {
  const std::string name = Name("fails");
  const std::string file =
      Write("fails.yaml", Pipeline(name, "  sources:\n" + Idle("a") +
                                             "    - {id: b, image: busybox:1.36, command: [sh, -c, 'echo no; exit 3'], "
                                             "restart_policy: 'no'}\n"));
  const Finished apply = StartOn(80, 24, Command("flow-apply", {file, "--min_ready=10s"})).Wait();
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  Display display(80);
  display.Write(apply.out);
  EXPECT_THAT(display.Text(), AllOf(HasSubstr("b: failed: exited with code 3"),
                                    HasSubstr("flow-apply: b: exited with code 3"), Not(HasSubstr("of 2 done"))));
  EXPECT_TRUE(Empty(name));
}

// The whole terminal is taken and given back, with what was shown last.
TEST_F(TerminalTest, WatchShowsEachChangeUntilThePipelineIsGone) {
  const std::string name = Name("watch"), container = "flow-" + name + "-source-1";
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  Process& drawn = StartOn(80, 24, Command("flow-status", {name, "--watch"}));
  Process& piped = Start("flow-status", {name, "--watch", "-o", "json"});
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(drawn.Out(), "running") && !piped.Out().empty(); }));
  engine().Do("POST", absl::StrCat("/containers/", container, "/pause"));
  EXPECT_TRUE(Eventually(
      [&] { return absl::StrContains(drawn.Out(), "paused") && absl::StrContains(piped.Out(), "\"paused\""); }));
  engine().Do("POST", absl::StrCat("/containers/", container, "/unpause"));
  // Nothing happens after it: what the engine lists a moment later is all that is shown from then on.
  engine().Do("POST", absl::StrCat("/containers/", container, "/kill"));
  EXPECT_TRUE(Eventually(
      [&] { return absl::StrContains(drawn.Out(), "failed") && absl::StrContains(piped.Out(), "\"failed\""); }));
  EXPECT_EQ(Delete(name).exit_code, 0);
  const Finished& screen = drawn.Wait();
  EXPECT_EQ(screen.exit_code, 0) << screen.Describe();
  Display display(80);
  display.Write(screen.out);
  EXPECT_TRUE(display.ever_alternate());
  EXPECT_FALSE(display.alternate());
  EXPECT_THAT(display.on_alternate(), HasSubstr("COMPONENT"));
  EXPECT_THAT(display.Text(), HasSubstr(absl::StrCat("pipeline \"", name, "\" is gone")));
  const Finished& lines = piped.Wait();
  EXPECT_EQ(lines.exit_code, 0) << lines.Describe();
  EXPECT_THAT(lines.out, Not(HasSubstr("\x1b")));
  EXPECT_EQ(Flow("flow-status", {Name("none"), "--watch"}).exit_code, 6);
}

}  // namespace
}  // namespace flow::integration
