#include "checker/cli/report_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checker/cli/text.hpp"
#include "spec/witness.hpp"

namespace cli {

bool has_feature_of(std::string_view action, const node::Options& node,
                    const cluster::Bounds& bounds) {
  // How the names of a feature's actions begin, and whether the cluster has it.
  const std::array features = {
      std::pair<std::string_view, bool>{"lease_timeout", node.pre_vote || node.vote_lease},
      std::pair<std::string_view, bool>{"deliver_pre_vote", node.pre_vote},
      std::pair<std::string_view, bool>{"read", bounds.reads > 0},
      std::pair<std::string_view, bool>{"deliver_read_index", bounds.reads > 0},
      std::pair<std::string_view, bool>{"transfer", bounds.transfers > 0},
      std::pair<std::string_view, bool>{"deliver_timeout_now", bounds.transfers > 0},
      std::pair<std::string_view, bool>{"compact", node.snapshots},
      std::pair<std::string_view, bool>{"deliver_install_snapshot", node.snapshots},
      std::pair<std::string_view, bool>{"change_membership", node.changes != node::Changes::None},
      std::pair<std::string_view, bool>{"disk_write", node.async_disk},
  };
  return std::ranges::none_of(features, [&](const auto& feature) {
    return action.starts_with(feature.first) && !feature.second;
  });
}

void line(Out out, std::string_view name, std::string_view value) {
  fmt::format_to(out, "{}", two_columns(name, kValueColumn, words_of(value)));
}

void add_witness_lines(Out out, spec::WitnessSet fired, spec::WitnessSet expected) {
  std::vector<std::string> seen;
  std::vector<std::string> unseen;
  for (std::size_t i = 0; i < spec::kWitnessCount; ++i) {
    if (((fired | expected) >> i & 1U) == 0) continue;
    ((fired >> i & 1U) != 0 ? seen : unseen).emplace_back(to_string(static_cast<spec::Witness>(i)));
  }
  fmt::format_to(out, "witnesses (`raftcheck list witnesses` explains them)\n");
  if (!seen.empty()) fmt::format_to(out, "{}", two_columns("happened", kValueColumn, listed(seen)));
  if (!unseen.empty()) {
    fmt::format_to(out, "{}", two_columns("never happened", kValueColumn, listed(unseen)));
  }
}

}  // namespace cli
