// One regular file out of a tar archive, as GET /containers/{id}/archive sends it (POSIX.1-2001 ustar with pax headers,
// GNU's long names and numbers).
//
//   ReadTarFile(body, 1 << 20)  // the bytes of the archive's first file
//
// An archive comes from an image, which anyone may have made: nothing in it is taken on trust.
#ifndef FLOW_DOCKER_ENGINE_TAR_H_
#define FLOW_DOCKER_ENGINE_TAR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace flow::docker::engine {

// The bytes of the archive's first entry. kFailedPrecondition where that is no regular file (links are not followed),
// kResourceExhausted where it has over `most` bytes, kDataLoss where the archive is cut off or none at all.
absl::StatusOr<std::string> ReadTarFile(absl::string_view archive, size_t most);

namespace internal {

inline constexpr size_t kTarBlock = 512;

// A number of a header: octal digits between spaces and NULs, or (first bit set) big-endian binary. Nothing where it is
// neither, is negative, or does not fit.
inline std::optional<uint64_t> TarNumber(absl::string_view field) {
  uint64_t number = 0;
  if ((field[0] & 0x80) != 0) {
    if (field[0] != '\x80') return std::nullopt;
    for (const char c : field.substr(1)) {
      if (number >> 55 != 0) return std::nullopt;
      number = number << 8 | static_cast<uint8_t>(c);
    }
    return number;
  }
  const size_t begin = field.find_first_not_of(' ');
  if (begin == absl::string_view::npos) return std::nullopt;
  size_t i = begin;
  for (; i < field.size() && field[i] >= '0' && field[i] <= '7'; ++i) number = number << 3 | (field[i] - '0');
  if (i < field.size() && field[i] != ' ' && field[i] != '\0') return std::nullopt;
  return number;
}

// The header's bytes added up, those of the sum itself as spaces.
inline bool TarChecksumHolds(absl::string_view header) {
  uint64_t sum = 0;
  for (size_t i = 0; i < kTarBlock; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<uint8_t>(header[i]);
  return TarNumber(header.substr(148, 8)) == sum;
}

// What an entry of this type is, "" for a regular file.
inline std::string TarOtherKind(char type, absl::string_view header) {
  switch (type) {
    case '0':
    case '\0':
    case '7':  // contiguous: a regular file to all but its maker
      return "";
    case '1':
    case '2': {
      const absl::string_view target = header.substr(157, 100);
      return absl::StrCat("a link to \"", absl::CHexEscape(target.substr(0, target.find('\0'))), "\"");
    }
    case '5':
      return "a folder";
    default:
      return "a device or pipe";
  }
}

}  // namespace internal

inline absl::StatusOr<std::string> ReadTarFile(absl::string_view archive, size_t most) {
  while (archive.size() >= internal::kTarBlock) {
    const absl::string_view header = archive.substr(0, internal::kTarBlock);
    archive.remove_prefix(internal::kTarBlock);
    if (header.find_first_not_of('\0') == absl::string_view::npos) break;  // the end
    const std::optional<uint64_t> size = internal::TarNumber(header.substr(124, 12));
    if (!size.has_value() || !internal::TarChecksumHolds(header)) return absl::DataLossError("not a tar archive");
    const char type = header[156];
    // What pax and GNU headers tell is a long name, times, attributes: nothing that is asked for here. A size of theirs
    // is for files of over 8 GiB.
    const bool about_the_next = type == 'x' || type == 'g' || type == 'L' || type == 'K';
    if (!about_the_next) {
      const std::string kind = internal::TarOtherKind(type, header);
      if (!kind.empty()) return absl::FailedPreconditionError(absl::StrCat("it is ", kind, ", not a regular file"));
      if (*size > most) {
        return absl::ResourceExhaustedError(absl::StrCat("it has ", *size, " bytes; at most ", most, " are read"));
      }
    }
    if (*size > archive.size()) return absl::DataLossError("the archive is cut off");
    if (!about_the_next) return std::string(archive.substr(0, *size));
    const uint64_t padded = (*size + internal::kTarBlock - 1) / internal::kTarBlock * internal::kTarBlock;
    if (padded > archive.size()) return absl::DataLossError("the archive is cut off");
    archive.remove_prefix(padded);
  }
  return absl::DataLossError("the archive holds no file");
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_TAR_H_
