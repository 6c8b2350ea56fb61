#include "flow/docker/engine/tar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"

namespace flow::docker::engine {
namespace {

using testing::HasSubstr;

struct Header {
  char type = '0';
  std::string size;  // the field's own bytes; "": the content's length, in octal
  std::string link;
};

// An entry with its checksum, padded; the archive's end is not in it.
std::string Entry(const std::string& content, const Header& wanted = {}) {
  std::string header(512, '\0');
  const auto put = [&](size_t at, const std::string& bytes) { header.replace(at, bytes.size(), bytes); };
  put(0, "metadata.json");
  put(100, "0000644");
  put(124, wanted.size.empty() ? absl::StrFormat("%011o", content.size()) : wanted.size);
  put(156, std::string(1, wanted.type));
  put(157, wanted.link);
  put(257, std::string("ustar\00000", 8));
  put(148, "        ");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, absl::StrFormat("%06o", sum) + std::string("\0 ", 2));
  return header + content + std::string((512 - content.size() % 512) % 512, '\0');
}

const std::string& End() {
  static const auto& end = *new std::string(1024, '\0');
  return end;
}

TEST(ReadTarFile, GivesTheFirstFilesBytes) {
  EXPECT_EQ(ReadTarFile(Entry("{}") + End(), 100).value(), "{}");
  EXPECT_EQ(ReadTarFile(Entry("") + End(), 100).value(), "");
  EXPECT_EQ(ReadTarFile(Entry(std::string(512, 'x')) + Entry("second") + End(), 512).value(), std::string(512, 'x'));
  EXPECT_EQ(ReadTarFile(Entry("old", {.type = '\0'}) + End(), 100).value(), "old");
}

// Some programs leave the padding and the end out.
TEST(ReadTarFile, NeedsNoMoreThanTheFilesBytes) {
  EXPECT_EQ(ReadTarFile(Entry("{}").substr(0, 514), 100).value(), "{}");
}

TEST(ReadTarFile, SkipsWhatPaxAndGnuHeadersSay) {
  const std::string pax = "30 mtime=1700000000.123456789\n";
  EXPECT_EQ(ReadTarFile(Entry(pax, {.type = 'g'}) + Entry(pax, {.type = 'x'}) + Entry("{}") + End(), 100).value(),
            "{}");
  EXPECT_EQ(ReadTarFile(Entry(std::string(600, 'n'), {.type = 'L'}) + Entry("{}") + End(), 100).value(), "{}");
}

TEST(ReadTarFile, ReadsSizesInOctalAndBinary) {
  EXPECT_EQ(ReadTarFile(Entry("{}", {.size = "  2 "}) + End(), 100).value(), "{}");
  EXPECT_EQ(ReadTarFile(Entry("{}", {.size = std::string("\x80\0\0\0\0\0\0\0\0\0\0\2", 12)}) + End(), 100).value(),
            "{}");
}

TEST(ReadTarFile, RefusesSizesThatAreNone) {
  for (const std::string& size : {std::string("-0000000002"), std::string("0000000009"), std::string("2x"),
                                  std::string(12, ' '), std::string(12, '\xff')}) {
    EXPECT_EQ(ReadTarFile(Entry("{}", {.size = size}) + End(), 100).status().code(), absl::StatusCode::kDataLoss)
        << absl::CHexEscape(size);
  }
}

TEST(ReadTarFile, RefusesWhatIsLargerThanAskedFor) {
  EXPECT_EQ(ReadTarFile(Entry("12345") + End(), 4).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(ReadTarFile(Entry("1234") + End(), 4).ok());
  // Sizes of over 2^63 too, whose padding would be counted past zero.
  for (const char top : {'\x7f', '\xff'}) {
    const std::string size = std::string("\x80\0\0\0", 4) + top + std::string(7, '\xff');
    EXPECT_FALSE(ReadTarFile(Entry("{}", {.size = size}) + End(), 100).ok());
    EXPECT_FALSE(ReadTarFile(Entry("{}", {.type = 'x', .size = size}) + End(), 100).ok());
  }
}

TEST(ReadTarFile, FollowsNoLinks) {
  for (const char type : {'1', '2'}) {
    const absl::StatusOr<std::string> read = ReadTarFile(Entry("", {.type = type, .link = "../etc/\n"}) + End(), 100);
    EXPECT_EQ(read.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(read.status().message(), HasSubstr("a link to \"../etc/\\n\""));
  }
}

TEST(ReadTarFile, TellsWhatIsNoFile) {
  EXPECT_THAT(ReadTarFile(Entry("", {.type = '5'}) + Entry("{}") + End(), 100).status().message(),
              HasSubstr("a folder"));
  for (const char type : {'3', '4', '6', 'S', '\xff'}) {
    EXPECT_EQ(ReadTarFile(Entry("", {.type = type}) + End(), 100).status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
}

TEST(ReadTarFile, TellsWhatIsCutOffWhereverThatIs) {
  const std::string whole = Entry("30 mtime=1700000000.123456789\n", {.type = 'x'}) + Entry("{\"port\": 1}");
  const size_t needed = 3 * 512 + 11;
  for (size_t length = 0; length < needed; ++length) {
    EXPECT_EQ(ReadTarFile(whole.substr(0, length), 100).status().code(), absl::StatusCode::kDataLoss) << length;
  }
  EXPECT_TRUE(ReadTarFile(whole.substr(0, needed), 100).ok());
}

TEST(ReadTarFile, TellsWhatIsNoArchive) {
  for (const std::string& bytes :
       {std::string(), End(), std::string("{\"message\": \"no\"}"), std::string(4096, 'x')}) {
    EXPECT_EQ(ReadTarFile(bytes, 100).status().code(), absl::StatusCode::kDataLoss);
  }
  std::string damaged = Entry("{}") + End();
  damaged[3] ^= 1;
  EXPECT_EQ(ReadTarFile(damaged, 100).status().message(), "not a tar archive");
}

}  // namespace
}  // namespace flow::docker::engine
