#include "flow/text/character.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flow::text {
namespace {

std::vector<uint32_t> Codes(absl::string_view text) {
  std::vector<uint32_t> codes;
  while (!text.empty()) codes.push_back(TakeCharacter(text).code);
  return codes;
}

TEST(TakeCharacter, TakesCharactersOfAllLengths) {
  EXPECT_EQ(Codes("aß€😀\xF4\x8F\xBF\xBD"), (std::vector<uint32_t>{'a', 0xDF, 0x20AC, 0x1F600, 0x10FFFD}));
}

TEST(TakeCharacter, TakesAByteThatIsNoUtf8AsAReplacement) {
  for (absl::string_view text : {"\xFF", "\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3",
                                 "\xE2\x82", "\xF8\x88\x80\x80\x80", "\xC3("}) {
    const size_t size = text.size();
    const Character character = TakeCharacter(text);
    EXPECT_FALSE(character.valid);
    EXPECT_EQ(character.code, 0xFFFD);
    EXPECT_EQ(text.size(), size - 1);
  }
  absl::string_view meant = "\uFFFD";
  EXPECT_TRUE(TakeCharacter(meant).valid);
}

TEST(AsUtf8, ReplacesWhatIsNone) { EXPECT_EQ(AsUtf8("a\xC3(\xFFß"), "a\uFFFD(\uFFFDß"); }

TEST(IsHidden, IsWhateverIsHarmfulAndMore) {
  for (uint32_t code = 0; code < 0x11000; ++code) EXPECT_TRUE(IsHidden(code) || !IsHarmful(code)) << code;
  EXPECT_TRUE(IsHidden(0x200B) && !IsHarmful(0x200B));  // of no width, but in emoji and scripts of India
  EXPECT_FALSE(IsHidden('a') || IsHidden(0xDF) || IsHidden(0x6F22) || IsHidden(0x1F680));
}

TEST(Width, IsThatOfATerminal) {
  EXPECT_EQ(Width('a'), 1);
  EXPECT_EQ(Width(0xDF), 1);
  EXPECT_EQ(Width(0x6F22), 2);   // a Chinese character
  EXPECT_EQ(Width(0x1F680), 2);  // a rocket
  EXPECT_EQ(Width(0x0301), 0);   // an accent on what stands before it
}

}  // namespace
}  // namespace flow::text
