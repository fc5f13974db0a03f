#include "checker/cluster/choice_rules.hpp"

#include <algorithm>

#include "checker/cluster/vocabulary.hpp"

namespace cluster {
namespace {

using Views = std::span<const spec::ServerView* const>;

bool ends_lease_early(const spec::ServerView& view, Views views) {
  const auto view_of = [](const spec::ServerView* each) -> const spec::ServerView& {
    return *each;
  };
  return is_bound_by_lease(view, views, view_of);
}

}  // namespace

ChoiceRules::ChoiceRules(const node::Options& options)
    : options_(options), partitions_(all_partitions(options.servers)) {
  partitions_.erase(partitions_.begin());
}

std::vector<MembershipChange> ChoiceRules::changes(const spec::ServerView& leader) const {
  return changes_from(leader.membership, options_.servers, options_.changes == node::Changes::Joint,
                      true);
}

std::optional<Decision> ChoiceRules::decide(const Choice& choice, Views views,
                                            const AskedSoFar& asked) const {
  if (choice.kind == ChoiceKind::Heal) return Decision{};
  if (choice.kind == ChoiceKind::Cut) {
    if (partitions_.empty()) return std::nullopt;
    return Decision{.number = choice.number % partitions_.size()};
  }
  if (choice.server < 1 || choice.server > views.size()) return std::nullopt;
  const spec::ServerView& view = *views[choice.server - 1U];
  const bool leads = view.role == spec::Role::Leader;
  const auto when = [&](bool is_possible, std::uint64_t number = 0) {
    return is_possible ? std::optional(Decision{choice.server, number}) : std::nullopt;
  };
  switch (choice.kind) {
    case ChoiceKind::ElectionTimeout:
      return when(!ends_lease_early(view, views));
    case ChoiceKind::HeartbeatTimeout:
      return when(leads);
    case ChoiceKind::LeaseTimeout:
      return when(view.lease && !ends_lease_early(view, views));
    case ChoiceKind::Propose:
      return when(leads, choice.number > 0 ? choice.number : asked.proposals + 1);
    case ChoiceKind::Read:
      return when(leads || view.leader != spec::kNoServer, asked.reads + 1);
    case ChoiceKind::Crash:
      return when(true, choice.number % (pending_parts(view) + 1));
    case ChoiceKind::DiskWrite:
      return when(view.disk && !view.disk->pending.empty());
    case ChoiceKind::Compact: {
      if (!options_.snapshots || view.last_applied <= view.snapshot.index) return std::nullopt;
      const spec::Index held = view.snapshot.index;
      return when(true, held + 1 + choice.number % (view.last_applied - held));
    }
    case ChoiceKind::Transfer:
      return when(leads && choice.other >= 1 && choice.other <= views.size() &&
                      choice.other != choice.server,
                  choice.other);
    case ChoiceKind::ChangeMembership:
      return when(leads && options_.changes != node::Changes::None);
    default:
      return std::nullopt;
  }
}

}  // namespace cluster
