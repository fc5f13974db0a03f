#include "checker/models/raft_tla_properties.hpp"

#include <gtest/gtest.h>

namespace models {
namespace {

// Three servers made by hand; each test breaks one property, and no other.
class Properties : public testing::Test {
 protected:
  Id log(const std::vector<Entry>& entries) {
    Id made = kEmpty;
    for (const Entry entry : entries) made = values_.appended(made, entry);
    return made;
  }
  void expect_broken(RaftTlaProperty broken) {
    for (std::size_t i = 0; i < kRaftTlaProperties; ++i) {
      const auto property = static_cast<RaftTlaProperty>(i);
      EXPECT_EQ(holds(property, values_, servers_), property != broken) << to_string(property);
    }
    EXPECT_EQ(violation_of(values_, servers_), 1 + static_cast<std::uint32_t>(broken));
  }
  void expect_nothing_broken() { EXPECT_EQ(violation_of(values_, servers_), 0U); }

  engine::Permutations permutations_{3};
  RaftTlaValues values_{3, permutations_};
  std::vector<Local> servers_ = std::vector<Local>(3);
};

TEST_F(Properties, TwoLeadersInATermBreakOneLeaderPerTerm) {
  for (const std::size_t i : {0U, 2U}) {
    servers_[i].role = Role::Leader;
    servers_[i].term = 2 + static_cast<std::uint32_t>(i);
  }
  expect_nothing_broken();
  servers_[2].term = 2;
  expect_broken(RaftTlaProperty::OneLeaderPerTerm);
}

TEST_F(Properties, LogsThatDifferBeforeAnEntryOfTheSameTermBreakLogMatching) {
  servers_[0].log = log({{2, 1}, {3, 1}, {4, 1}});
  servers_[1].log = log({{2, 1}, {3, 1}, {5, 1}});
  servers_[2].log = log({{2, 1}});
  expect_nothing_broken();
  servers_[1].log = log({{2, 2}, {3, 1}});
  servers_[2].log = kEmpty;
  expect_broken(RaftTlaProperty::LogMatching);
  servers_[1].log = log({{1, 1}, {3, 1}});
  expect_broken(RaftTlaProperty::LogMatching);
}

TEST_F(Properties, ALeaderWithoutACommittedEntryBreaksLeaderCompleteness) {
  servers_[0] = {.term = 3, .role = Role::Leader};
  servers_[1].term = 4;  // it may have learned of the commit from a later leader
  servers_[1].log = log({{2, 1}});
  servers_[1].commit = 1;
  expect_nothing_broken();
  servers_[1].term = 3;
  expect_broken(RaftTlaProperty::LeaderCompleteness);
  servers_[0].log = log({{2, 1}, {3, 1}});
  expect_nothing_broken();
}

TEST_F(Properties, DifferentCommittedEntriesBreakCommittedPrefixesAgree) {
  servers_[0].log = log({{2, 1}});
  servers_[1].log = log({{3, 1}});
  servers_[0].commit = 1;
  expect_nothing_broken();
  servers_[1].commit = 1;
  expect_broken(RaftTlaProperty::CommittedPrefixesAgree);
}

}  // namespace
}  // namespace models
