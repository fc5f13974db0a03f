// What a choice comes to where it is made, if it is possible there: what the two ways of taking
// choices, ChosenRun and RememberedRun, have in common. Not for choices about messages.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checker/cluster/choice.hpp"
#include "checker/cluster/membership_changes.hpp"
#include "checker/cluster/world.hpp"

namespace cluster {

struct Decision {
  spec::ServerId server = spec::kNoServer;  // who acts; none of Cut and Heal
  // Propose: of the command. Read: the id. Crash: the parts that survive. Cut: which of
  // partitions(). Compact: through which index. Transfer: to whom. Else 0.
  std::uint64_t number = 0;
};

// Of a run so far.
struct AskedSoFar {
  std::uint32_t proposals = 0;
  std::uint64_t reads = 0;
};

class ChoiceRules {
 public:
  explicit ChoiceRules(const node::Options& options);

  // `views` are those of all servers, in id order. Whether the network is cut is not looked at.
  [[nodiscard]] std::optional<Decision> decide(const Choice& choice,
                                               std::span<const spec::ServerView* const> views,
                                               const AskedSoFar& asked) const;
  // What a leader can be asked for, of which a choice of ChangeMembership takes the `number`-th,
  // cyclically.
  [[nodiscard]] std::vector<MembershipChange> changes(const spec::ServerView& leader) const;
  // Without the whole.
  [[nodiscard]] const std::vector<Partition>& partitions() const { return partitions_; }
  [[nodiscard]] const node::Options& options() const { return options_; }

 private:
  node::Options options_;
  std::vector<Partition> partitions_;
};

}  // namespace cluster
