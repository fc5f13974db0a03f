#include "src/checksum/crc32c.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>
#include <string>
#include <vector>

namespace checksum {
namespace {

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
TEST(Crc32c, HasTheStandardsValues) {
  std::string rising(32, '\0');
  std::iota(rising.begin(), rising.end(), '\0');
  const std::string falling(rising.rbegin(), rising.rend());
  const std::vector<std::pair<std::string, std::uint32_t>> golden{
      {"", 0},
      {"123456789", 0xE3069283},
      {std::string(32, '\0'), 0x8A9136AA},
      {std::string(32, '\xFF'), 0x62A8AB43},
      {rising, 0x46DD794E},
      {falling, 0x113FDB5C}};
  for (const auto& [text, crc] : golden) {
    EXPECT_EQ(crc32c(as_bytes(text)), crc);
    EXPECT_EQ(crc32c_by_tables(as_bytes(text)), crc);
  }
}

RC_GTEST_PROP(Crc32c, IsTheSameByTablesAndInParts,
              (const std::string& one, const std::string& two)) {
  const std::uint32_t whole = crc32c(as_bytes(one + two));
  RC_ASSERT(crc32c_by_tables(as_bytes(one + two)) == whole);
  RC_ASSERT(crc32c(as_bytes(two), crc32c(as_bytes(one))) == whole);
  RC_ASSERT(crc32c_by_tables(as_bytes(two), crc32c_by_tables(as_bytes(one))) == whole);
}

}  // namespace
}  // namespace checksum
