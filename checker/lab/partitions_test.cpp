#include "checker/lab/partitions.hpp"

#include <gtest/gtest.h>

#include <set>

namespace lab {
namespace {

constexpr int kDraws = 100;

// Whom each server reaches, itself included.
std::vector<std::set<std::uint32_t>> reached(const Links& links) {
  std::vector<std::set<std::uint32_t>> reached(links.servers());
  for (std::uint32_t from = 1; from <= links.servers(); ++from) {
    for (std::uint32_t to = 1; to <= links.servers(); ++to) {
      if (links.is_open(from, to)) reached[from - 1].insert(to);
    }
  }
  return reached;
}

bool is_symmetric(const Links& links) {
  for (std::uint32_t from = 1; from <= links.servers(); ++from) {
    for (std::uint32_t to = 1; to <= links.servers(); ++to) {
      if (links.is_open(from, to) != links.is_open(to, from)) return false;
    }
  }
  return true;
}

std::size_t closed(const Links& links) {
  std::size_t closed = 0;
  for (const auto& servers : reached(links)) closed += links.servers() - servers.size();
  return closed;
}

// Each shape, of every number of servers, drawn often.
template <class Check>
void each(Shape shape, Check check) {
  engine::Random dice(1, static_cast<std::uint64_t>(shape));
  for (std::uint32_t servers = 3; servers <= 9; ++servers) {
    for (int draw = 0; draw < kDraws; ++draw) {
      const std::uint32_t victim = 1 + dice.below(servers);
      check(partition(shape, servers, victim, dice), victim);
    }
  }
}

TEST(Partition, OfAnyShape_ClosesALink_AndNoneToOneself) {
  for (std::uint32_t shape = 0; shape < kShapes; ++shape) {
    each(static_cast<Shape>(shape), [&](const Links& links, std::uint32_t) {
      ASSERT_GT(closed(links), 0U) << shape;
      for (std::uint32_t id = 1; id <= links.servers(); ++id) ASSERT_TRUE(links.is_open(id, id));
    });
  }
}

TEST(Partition, IntoSides_LeavesThemWhole_AndApart) {
  for (const auto& [shape, sides] : {std::pair{Shape::Split, 2U}, std::pair{Shape::Thirds, 3U}}) {
    each(shape, [&](const Links& links, std::uint32_t) {
      const auto all = reached(links);
      ASSERT_EQ(std::set(all.begin(), all.end()).size(), sides);
      for (std::uint32_t id = 1; id <= links.servers(); ++id) {
        for (const std::uint32_t other : all[id - 1]) ASSERT_EQ(all[other - 1], all[id - 1]);
      }
    });
  }
}

TEST(Partition, Bridge_LeavesOneServerThatReachesAll_AndTwoSidesBesideIt) {
  each(Shape::Bridge, [](const Links& links, std::uint32_t middle) {
    auto all = reached(links);
    ASSERT_TRUE(is_symmetric(links));
    ASSERT_EQ(all[middle - 1].size(), links.servers());
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(middle - 1));
    ASSERT_EQ(std::set(all.begin(), all.end()).size(), 2U);
  });
}

TEST(Partition, Chain_LeavesEachItsNeighbours) {
  each(Shape::Chain, [](const Links& links, std::uint32_t) {
    ASSERT_TRUE(is_symmetric(links));
    std::multiset<std::size_t> sizes;
    for (const auto& servers : reached(links)) sizes.insert(servers.size());
    ASSERT_EQ(sizes.count(2), 2U);  // the ends, with themselves
    ASSERT_EQ(sizes.count(3), links.servers() - 2);
  });
}

TEST(Partition, Ring_LeavesEachAMajority_ButNobodyAll) {
  each(Shape::Ring, [](const Links& links, std::uint32_t) {
    ASSERT_TRUE(is_symmetric(links));
    if (links.servers() == 3) return;  // there it is a chain
    for (const auto& servers : reached(links)) {
      ASSERT_GT(2 * servers.size(), links.servers());
      ASSERT_LT(servers.size(), links.servers());
    }
  });
}

TEST(Partition, OneWay_ClosesOneDirectionAlone) {
  each(Shape::OneWay, [](const Links& links, std::uint32_t) {
    for (std::uint32_t from = 1; from <= links.servers(); ++from) {
      for (std::uint32_t to = 1; to <= links.servers(); ++to) {
        ASSERT_TRUE(links.is_open(from, to) || links.is_open(to, from));
      }
    }
  });
}

TEST(Partition, AboutAVictim_ClosesWhatItSaysAroundIt_AndNothingElse) {
  for (const Shape shape : {Shape::Isolated, Shape::Deaf, Shape::Mute}) {
    each(shape, [&](const Links& links, std::uint32_t victim) {
      for (std::uint32_t from = 1; from <= links.servers(); ++from) {
        for (std::uint32_t to = 1; to <= links.servers(); ++to) {
          if (from == to) continue;
          const bool is_closed =
              (from == victim && shape != Shape::Deaf) || (to == victim && shape != Shape::Mute);
          ASSERT_EQ(links.is_open(from, to), !is_closed);
        }
      }
    });
  }
}

TEST(Partition, OfAnyShape_IsDrawnInManyWays) {
  for (std::uint32_t shape = 0; shape < kShapes; ++shape) {
    std::set<std::vector<std::set<std::uint32_t>>> seen;
    each(static_cast<Shape>(shape), [&](const Links& links, std::uint32_t) {
      if (links.servers() == 5) seen.insert(reached(links));
    });
    EXPECT_GE(seen.size(), 5U) << shape;
  }
}

}  // namespace
}  // namespace lab
