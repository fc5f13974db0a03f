#include "checker/lab/campaign.hpp"

#include <gtest/gtest.h>

namespace lab {
namespace {

class Patient final : public CampaignObserver {
 public:
  explicit Patient(std::uint64_t runs = ~std::uint64_t{0}) : left_(runs) {}
  bool go_on(std::uint64_t, std::uint64_t, const Row&) override { return left_-- > 0; }
  double clock() override { return 0; }

 private:
  std::uint64_t left_;
};

CampaignOptions options_of(std::vector<const Test*> tests, std::uint64_t iterations) {
  CampaignOptions options;
  options.tests = std::move(tests);
  options.seed = 9;
  options.iterations = iterations;
  options.run.make_live = make_core();
  return options;
}

// Fails in every third iteration or so.
Task<void> fickle(Lab& lab) {
  lab.count("sleep");
  lab.note_convergence(millis(1 + lab.random(1000)));
  co_await lab.sleep(millis(10));
  lab.require(!lab.percent(30), "bad luck");
}
constexpr Test kFickle{"Fickle", 'B', 3, {}, Snapshots::None, 0, fickle};

TEST(Campaign, RunsEveryTestWithBothSettings) {
  Patient patient;
  const CampaignReport report = run_campaign(
      options_of({test_named("BasicAgree"), test_named("InitialElection")}, 3), patient);
  ASSERT_EQ(report.rows.size(), 4U);
  for (const Row& row : report.rows) EXPECT_EQ(row.iterations, 3U);
  EXPECT_FALSE(report.rows[0].no_op);
  EXPECT_TRUE(report.rows[1].no_op);
  EXPECT_FALSE(report.failed());
}

std::vector<std::uint64_t> failures(const Row& row) {
  std::vector<std::uint64_t> iterations;
  for (const Failure& failure : row.failures) iterations.push_back(failure.iteration);
  return iterations;
}

TEST(Campaign, ComesToTheSame_WhateverTheThreads) {
  CampaignOptions options = options_of({&kFickle}, 40);
  Patient patient;
  const CampaignReport one = run_campaign(options, patient);
  EXPECT_TRUE(one.failed());
  EXPECT_GT(one.rows[0].failures.size(), 3U);
  EXPECT_LT(one.rows[0].failures.size(), 25U);
  options.jobs = 4;
  const CampaignReport four = run_campaign(options, patient);
  for (std::size_t row = 0; row < 2; ++row) {
    EXPECT_EQ(failures(one.rows[row]), failures(four.rows[row]));
    EXPECT_EQ(one.rows[row].totals.time, four.rows[row].totals.time);
  }
}

TEST(Campaign, ThatStopsAtAFailure_TellsTheFirst_WhateverTheThreads) {
  CampaignOptions options = options_of({&kFickle}, 40);
  Patient patient;
  const std::uint64_t first = run_campaign(options, patient).rows[0].failures[0].iteration;
  options.stops_at_failure = true;
  for (const std::uint32_t jobs : {1U, 4U}) {
    options.jobs = jobs;
    const CampaignReport report = run_campaign(options, patient);
    EXPECT_EQ(failures(report.rows[0]), std::vector{first});
    EXPECT_EQ(report.rows[0].iterations, first + 1);
  }
}

TEST(Campaign, AddsUpWhatTestsCount_AndTellsTheLongestConvergence) {
  Patient patient;
  const CampaignReport report = run_campaign(options_of({&kFickle}, 40), patient);
  EXPECT_EQ(report.rows[0].happened.at("sleep"), 40U);
  ASSERT_TRUE(report.rows[0].convergence_max);
  EXPECT_GT(*report.rows[0].convergence_max, millis(800));
  EXPECT_LE(*report.rows[0].convergence_max, millis(1000));
}

TEST(Campaign, BeginsAtTheIterationThatIsAskedFor) {
  CampaignOptions options = options_of({&kFickle}, 40);
  Patient patient;
  const std::uint64_t first = run_campaign(options, patient).rows[0].failures[0].iteration;
  options.from = first;
  options.iterations = 1;
  EXPECT_EQ(failures(run_campaign(options, patient).rows[0]), std::vector{first});
}

TEST(Campaign, ThatIsStopped_SaysHowFarItCame_WithEachTestAsOftenAsTheOther) {
  Patient impatient(5);
  const CampaignReport report = run_campaign(options_of({test_named("BasicAgree")}, 4), impatient);
  EXPECT_TRUE(report.is_stopped);
  EXPECT_EQ(report.rows[0].iterations, 3U);
  EXPECT_EQ(report.rows[1].iterations, 2U);
}

}  // namespace
}  // namespace lab
