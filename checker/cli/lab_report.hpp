// What a campaign of the lab came to, for people and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/lab/campaign.hpp"

namespace cli {

struct LabOutcome {
  lab::CampaignOptions options;
  lab::CampaignReport report;
  double seconds = 0;
  // Why it stopped before all runs that were asked for; "iterations": it did not.
  std::string stopped_by = "iterations";
  bool has_iterations = true;  // else as many as --time allows
  std::optional<std::string> bug;
  bool assertions_only = false;
  std::vector<std::string> properties;  // if not all
  std::vector<std::string> arguments;
  bool wants_page = false;  // beside each trace
  // Where the trace of a row's first failure went, or what its clients saw, and how many steps or
  // operations it has; or why there is none.
  struct Written {
    std::string path;
    std::size_t size = 0;
    std::string why_not;
    std::string page{};  // where its page went; empty if there is none
    // Of a trace: the steps of the run before it was made smaller, and whether none of the rest can
    // be left out; absent: it violates no property, so that nothing was.
    std::uint64_t size_before = 0;
    std::optional<bool> is_minimal{};
  };
  std::vector<std::optional<Written>> traces;     // by row
  std::vector<std::optional<Written>> histories;  // the same
};

// The first failure of a row that has one, on a line; and the command that runs a failure again.
std::string failure_message(const lab::Row& row);
std::string command_again(const LabOutcome& outcome, const lab::Row& row,
                          const lab::Failure& failure);

std::string lab_text(const LabOutcome& outcome);
std::string lab_json(const LabOutcome& outcome);
// The tests there are, with the servers and the network of each.
std::string lab_list();

}  // namespace cli
