#include "spec/property.hpp"

#include <gtest/gtest.h>

#include <set>

namespace spec {
namespace {

Property property(std::size_t i) { return static_cast<Property>(i); }

TEST(Property, Names_AreTheEnumerators) {
  const std::vector<std::string> names = {
      "ElectionSafety",         "LeaderAppendOnly",    "LogMatching",
      "LeaderCompleteness",     "StateMachineSafety",  "ReadsSeeCommitted",
      "CommittedOnQuorum",      "OwnTermCommit",       "MatchIndexSound",
      "OneVotePerTerm",         "TermMonotonic",       "CommitIndexMonotonic",
      "LastAppliedMonotonic",   "MatchIndexMonotonic", "LogSurvivesRestart",
      "PreVotePromise",         "TransferPromise",     "Contract",
      "SnapshotMatchesApplied", "QuorumsOverlap",      "CommittedDurable",
      "AppliedInOrder"};
  ASSERT_EQ(names.size(), kPropertyCount);
  for (std::size_t i = 0; i < kPropertyCount; ++i) EXPECT_EQ(to_string(property(i)), names[i]);
  EXPECT_STREQ(to_string(Property::StateMachineSafety), "StateMachineSafety");
  EXPECT_STREQ(to_string(Property::Contract), "Contract");
}

TEST(Property, Names_LeadBackToTheirProperty) {
  for (std::size_t i = 0; i < kPropertyCount; ++i) {
    EXPECT_EQ(property_named(to_string(property(i))), property(i));
  }
}

TEST(Property, NothingIsFound_ByANameThatIsNotExact) {
  EXPECT_EQ(property_named(""), std::nullopt);
  EXPECT_EQ(property_named("election safety"), std::nullopt);
  EXPECT_EQ(property_named("electionsafety"), std::nullopt);
  EXPECT_EQ(property_named("ElectionSafety "), std::nullopt);
  EXPECT_EQ(property_named("Election"), std::nullopt);
}

TEST(Property, Descriptions_AreOneLineEach_AndNoTwoAlike) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < kPropertyCount; ++i) {
    const std::string line = description(property(i));
    EXPECT_FALSE(line.empty());
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_TRUE(seen.insert(line).second) << line;
  }
}

TEST(Property, AllProperties_IsEverySingleOne) {
  PropertySet all = 0;
  for (std::size_t i = 0; i < kPropertyCount; ++i) {
    EXPECT_EQ(all & set_of(property(i)), 0U);
    all |= set_of(property(i));
  }
  EXPECT_EQ(all, kAllProperties);
}

}  // namespace
}  // namespace spec
