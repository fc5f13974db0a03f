// Servers that are drawn into memory that others had hold nothing of those others: else an input
// would not mean the same when it is run again.
#include "fuzz/drawn_core.hpp"

#include <gtest/gtest.h>

#include <array>

#include "checker/engine/random.hpp"

namespace fuzz {
namespace {

using Drawn = std::array<std::uint8_t, kServerBytes>;

Drawn any_bytes(engine::Random& random) {
  Drawn bytes{};
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  return bytes;
}

TEST(DrawnCore, IsTheSameInMemoryThatOthersHad) {
  engine::Random random(1, 0);
  raft::Server used;
  raft::Server copy;
  std::array<int, std::variant_size_v<raft::Role>> roles{};
  for (int i = 0; i < 20'000; ++i) {
    const Drawn bytes = any_bytes(random);
    raft::Server fresh;
    draw_server({bytes.data(), bytes.size()}, fresh);
    draw_server({bytes.data(), bytes.size()}, used);
    copy_server(fresh, copy);
    ASSERT_EQ(fresh, used);
    ASSERT_EQ(fresh, copy);
    ++roles.at(fresh.role.index());
  }
  for (const int count : roles) EXPECT_GT(count, 100);
}

}  // namespace
}  // namespace fuzz
