#include "flow/pipeline/told_once.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Diagnostic Error(int line, std::string path, std::string message, std::vector<Note> notes = {}) {
  return Diagnostic{Severity::kError, line, 1, std::move(path), std::move(message), std::move(notes)};
}

std::vector<std::string> Shown(std::vector<Diagnostic> diagnostics) {
  TellOnce(diagnostics);
  std::vector<std::string> out;
  for (const Diagnostic& diagnostic : diagnostics) {
    out.push_back(absl::StrCat(diagnostic.line, " ", diagnostic.message));
    for (const Note& note : diagnostic.notes) out.push_back(absl::StrCat("  ", note.line, " ", note.message));
  }
  return out;
}

TEST(TellOnce, NamesTheOtherPlacesBelowTheFirst) {
  EXPECT_THAT(Shown({Error(1, "a", "unset"), Error(2, "b", "other"), Error(3, "c", "unset"), Error(4, "", "unset")}),
              ElementsAre("1 unset", "  3 c: the same here", "  4 the same here", "2 other"));
}

TEST(TellOnce, HasOnePlaceOnce) {
  EXPECT_THAT(Shown({Error(1, "a", "unset"), Error(1, "b", "unset"), Error(2, "c", "unset"), Error(2, "d", "unset")}),
              ElementsAre("1 unset", "  2 c: the same here"));
}

TEST(TellOnce, LeavesWhatHasNotesOfItsOwn) {
  EXPECT_THAT(Shown({Error(1, "a", "taken", {Note{9, 1, "by this"}}), Error(2, "b", "taken", {Note{9, 1, "by this"}})}),
              ElementsAre("1 taken", "  9 by this", "2 taken", "  9 by this"));
}

TEST(TellOnce, TellsAnErrorBesideTheSameWarning) {
  Diagnostic warning = Error(1, "a", "unset");
  warning.severity = Severity::kWarning;
  EXPECT_THAT(Shown({warning, Error(2, "b", "unset")}), ElementsAre("1 unset", "2 unset"));
}

TEST(TellOnce, CountsWhatIsTooMuchToName) {
  std::vector<Diagnostic> many;
  for (int i = 0; i <= static_cast<int>(kMaxSamePlaces) + 5; ++i) many.push_back(Error(i + 1, "", "unset"));
  TellOnce(many);
  ASSERT_THAT(many, SizeIs(1));
  ASSERT_THAT(many[0].notes, SizeIs(kMaxSamePlaces + 1));
  EXPECT_EQ(many[0].notes.back().message, "and in 5 more places");
  EXPECT_EQ(many[0].notes.back().line, 0);
}

TEST(TellOnce, HasNothingToDoWithNothing) {
  std::vector<Diagnostic> none;
  TellOnce(none);
  EXPECT_THAT(none, IsEmpty());
}

}  // namespace
}  // namespace flow::pipeline
