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
  std::optional<std::string> bug;
  bool assertions_only = false;
  std::vector<std::string> properties;  // if not all
  std::vector<std::string> arguments;
  bool wants_page = false;  // beside each trace
  // By row: where the trace of its first failure went, and how many steps it has; or why there is
  // none.
  struct Written {
    std::string path;
    std::size_t steps = 0;
    std::string why_not;
    std::string page{};  // where its page went; empty if there is none
  };
  std::vector<std::optional<Written>> traces;
};

std::string lab_text(const LabOutcome& outcome);
std::string lab_json(const LabOutcome& outcome);
// The tests there are, with the servers and the network of each.
std::string lab_list();

}  // namespace cli
