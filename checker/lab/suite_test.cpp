// Every test of the suite once, with both settings; and that runs are what their seed says.
#include "checker/lab/suite.hpp"

#include <gtest/gtest.h>

#include <set>

#include "checker/lab/run.hpp"

namespace lab {
namespace {

RunOptions recorded() {
  RunOptions options;
  options.make_live = make_core();
  options.is_recorded = true;
  return options;
}

class Suite : public testing::TestWithParam<lab::Test> {};

TEST_P(Suite, Passes) {
  RunOptions options;
  options.make_live = make_core();
  for (const bool no_op : {false, true}) {
    const RunResult result = run({test_named(GetParam().name), no_op, 1, 0}, options);
    EXPECT_FALSE(result.failure) << "no-op " << no_op << ": " << *result.failure;
    EXPECT_GT(result.totals.events, 40U);
    EXPECT_GT(result.totals.time, millis(100));
  }
}

INSTANTIATE_TEST_SUITE_P(Lab, Suite, testing::ValuesIn(suite()),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(SuiteTable, HasEachNameOnce_AndTheTestsOfPartsAToD) {
  std::set<std::string> names;
  std::map<char, int> parts;
  for (const lab::Test& test : suite()) {
    EXPECT_TRUE(names.insert(test.name).second) << test.name;
    ++parts[test.part];
  }
  EXPECT_EQ(parts['A'], 3);
  EXPECT_EQ(parts['B'], 10);
  EXPECT_EQ(parts['C'], 8);
  EXPECT_EQ(parts['D'], 7);
}

bool same(const RunResult& one, const RunResult& other) {
  return one.totals.events == other.totals.events && one.totals.bytes == other.totals.bytes &&
         one.totals.time == other.totals.time &&
         std::ranges::equal(one.recorded, other.recorded,
                            [](const RecordedAction& a, const RecordedAction& b) {
                              return a.action == b.action && a.position == b.position;
                            });
}

TEST(Runs, OfOneSeed_AreTheSameToTheLastMessage) {
  for (const char* name :
       {"ManyElections", "Backup", "UnreliableChurn", "SnapshotInstallUnCrash"}) {
    const RunId id{test_named(name), false, 3, 2};
    const RunResult one = run(id, recorded());
    EXPECT_GT(one.recorded.size(), 500U);
    EXPECT_TRUE(same(one, run(id, recorded()))) << name;
  }
}

TEST(Runs, OfOtherSeedsIterationsAndSettings_AreOthers) {
  const lab::Test* test = test_named("ReElection");
  const RunResult first = run({test, false, 3, 2}, recorded());
  EXPECT_FALSE(same(first, run({test, false, 4, 2}, recorded())));
  EXPECT_FALSE(same(first, run({test, false, 3, 3}, recorded())));
  EXPECT_FALSE(same(first, run({test, true, 3, 2}, recorded())));
}

TEST(Runs, AreTheSame_WhetherPropertiesAreCheckedOrNot) {
  const RunId id{test_named("Figure8"), false, 3, 2};
  RunOptions unchecked = recorded();
  unchecked.properties = 0;
  EXPECT_TRUE(same(run(id, recorded()), run(id, unchecked)));
}

// What is known of a run of one seed, on any machine.
TEST(Runs, OfASeed_AreWhatTheyWere) {
  const RunResult result = run({test_named("ReElection"), false, 1, 0}, recorded());
  EXPECT_EQ(result.totals.events, 158U);
  EXPECT_EQ(result.totals.calls, 41U);
  EXPECT_EQ(result.totals.bytes, 1601U);
}

}  // namespace
}  // namespace lab
