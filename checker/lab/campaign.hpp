// Many runs: every test that was asked for, with and without no-ops, so many iterations each, on so
// many threads. What is reported does not depend on the threads.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checker/lab/run.hpp"

namespace lab {

struct CampaignOptions {
  std::vector<const Test*> tests;
  bool without_no_op = true;
  bool with_no_op = true;
  std::uint64_t seed = 0;
  std::uint64_t from = 0;         // the first iteration
  std::uint64_t iterations = 50;  // of each test; all tests are run once before any is run again
  std::uint32_t jobs = 1;
  bool stops_at_failure = false;  // of a test with a setting: its later iterations are left out
  RunOptions run;
};

struct Failure {
  std::uint64_t iteration = 0;
  RunResult result;
};

// A test with one setting.
struct Row {
  const Test* test = nullptr;
  bool no_op = false;
  std::uint64_t iterations = 0;     // that were run
  std::vector<Failure> failures{};  // by iteration
  Totals totals{};
  double seconds = 0;                               // of all threads
  std::map<std::string, std::uint64_t> happened{};  // RunResult::happened, of all runs
  std::optional<Time> convergence_max{};            // the longest, where a test has one
};

struct CampaignReport {
  std::vector<Row> rows;
  bool is_stopped = false;  // before all that was asked for was run
  [[nodiscard]] bool failed() const;
};

// The campaign's only way to the world outside. Called by one thread at a time.
class CampaignObserver {
 public:
  CampaignObserver() = default;
  CampaignObserver(const CampaignObserver&) = delete;
  CampaignObserver& operator=(const CampaignObserver&) = delete;
  virtual ~CampaignObserver() = default;
  // Before each run: false to stop. `row`: what is run next.
  virtual bool go_on(std::uint64_t done, std::uint64_t of, const Row& row) = 0;
  // Seconds since some moment. Called by any thread at any time.
  virtual double clock() = 0;
};

CampaignReport run_campaign(const CampaignOptions& options, CampaignObserver& observer);

}  // namespace lab
