// The properties of a cluster state. Each judge names the first trouble it meets, lowest server and
// index first; nothing is allocated until there is some.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>

#include "spec/agreement.hpp"
#include "spec/rule.hpp"
#include "spec/wording.hpp"

namespace spec {
namespace {

using Servers = std::span<const ServerView* const>;

bool leads(const ServerView& server, Term term) {
  return server.role == Role::Leader && server.current_term == term;
}

Broken election_safety(Servers servers, const History& history) {
  for (const ServerView* server : servers) {
    const Term term = server->current_term;
    if (server->role != Role::Leader || term >= history.leaders.size()) continue;
    const ServerId first = history.leaders[term];
    if (first == kNoServer || first == server->id) continue;
    if (first <= servers.size() && leads(*servers[first - 1], term)) {
      return fmt::format("server {} and server {} both lead term {}", first, server->id, term);
    }
    return fmt::format("server {} leads term {}, which server {} led before", server->id, term,
                       first);
  }
  return std::nullopt;
}

// The lowest index, past the agreement of the two logs, at which both have an entry of one term.
Index same_term_past(Index agreed, const ServerView& left, const ServerView& right) {
  const Index last = std::min(left.log.size(), right.log.size());
  for (Index index = agreed + 1; index <= last; ++index) {
    if (left.log[index - 1].term == right.log[index - 1].term) return index;
  }
  return 0;
}

Broken logs_match(const ServerView& left, const ServerView& right) {
  const Index agreed = agreed_through(left, right);
  const Index same_term = same_term_past(agreed, left, right);
  if (same_term == 0) return std::nullopt;
  return fmt::format(
      "server {} and server {} both hold an entry of term {} at index {}, yet their logs differ at "
      "index {}: {} and {}",
      left.id, right.id, entry_at(left, same_term)->term, same_term, agreed + 1,
      describe(entry_at(left, agreed + 1)), describe(entry_at(right, agreed + 1)));
}

Broken log_matching(Servers servers, const History&) {
  for (std::size_t i = 0; i < servers.size(); ++i) {
    for (std::size_t j = i + 1; j < servers.size(); ++j) {
      if (Broken broken = logs_match(*servers[i], *servers[j])) return broken;
    }
  }
  return std::nullopt;
}

bool holds(const ServerView& server, Index index, const EntryView& entry) {
  const EntryView* held = entry_at(server, index);
  return held != nullptr && *held == entry;
}

Broken leader_is_complete(const ServerView& leader, const History& history) {
  for (Index index = 1; index <= history.committed.size(); ++index) {
    const CommittedEntry& committed = history.committed[index - 1];
    if (committed.commit_term >= leader.current_term) continue;
    if (holds(leader, index, committed.entry)) continue;
    return fmt::format(
        "server {} leads term {} with {} at index {}, where {} was committed in term {}", leader.id,
        leader.current_term, describe(entry_at(leader, index)), index, describe(&committed.entry),
        committed.commit_term);
  }
  return std::nullopt;
}

Broken leader_completeness(Servers servers, const History& history) {
  for (const ServerView* server : servers) {
    if (server->role != Role::Leader) continue;
    if (Broken broken = leader_is_complete(*server, history)) return broken;
  }
  return std::nullopt;
}

// What was applied at an index is what was committed there first. That no two servers differ
// follows, and so does that nothing is applied before it is committed.
Broken applied_is_committed(const ServerView& server, const History& history) {
  for (Index index = 1; index <= server.last_applied; ++index) {
    const EntryView* applied = entry_at(server, index);
    if (applied == nullptr) {
      return fmt::format("server {} applied index {} but holds no entry there", server.id, index);
    }
    if (index > history.committed.size()) {
      return fmt::format("server {} applied {} at index {}, where nothing was ever committed",
                         server.id, describe(applied), index);
    }
    const EntryView& committed = history.committed[index - 1].entry;
    if (*applied != committed) {
      return fmt::format("server {} applied {} at index {}, where {} was committed first",
                         server.id, describe(applied), index, describe(&committed));
    }
  }
  return std::nullopt;
}

Broken state_machine_safety(Servers servers, const History& history) {
  for (const ServerView* server : servers) {
    if (Broken broken = applied_is_committed(*server, history)) return broken;
  }
  return std::nullopt;
}

std::string holders(Servers servers, Index index, const EntryView& entry) {
  std::vector<std::string> names;
  for (const ServerView* server : servers) {
    if (holds(*server, index, entry)) names.push_back(fmt::format("server {}", server->id));
  }
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

// Every server has all that was committed before this index, on its disk too if that is asked for.
Index first_not_held_by_all(Servers servers, const History& history, bool on_disk) {
  Index held = history.committed.size();
  for (const ServerView* server : servers) {
    if (on_disk && server->disk) held = std::min(held, server->disk->log_index);
    held = std::min<Index>(held, server->log.size());
    for (Index index = 1; index <= held; ++index) {
      if (server->log[index - 1] != history.committed[index - 1].entry) held = index - 1;
    }
  }
  return held + 1;
}

// Where memberships change, an entry may be committed by a quorum of a membership that is dropped
// later. What stays true: no quorum of the committed membership is without it.
Broken committed_in_every_quorum(Servers servers, const History& history) {
  const Index first = first_not_held_by_all(servers, history, false);
  for (Index index = first; index <= history.committed.size(); ++index) {
    const EntryView& entry = history.committed[index - 1].entry;
    std::vector<ServerId> others;
    for (const ServerView* server : servers) {
      if (!holds(*server, index, entry)) others.push_back(server->id);
    }
    if (!has_quorum(membership_at(history, index), others)) continue;
    return fmt::format(
        "the committed entry {} at index {} is in the logs of {}; the others are a quorum of the "
        "membership committed there",
        describe(&entry), index, holders(servers, index, entry));
  }
  return std::nullopt;
}

Broken committed_on_quorum(Servers servers, const History& history) {
  if (history.first_membership.is_known()) return committed_in_every_quorum(servers, history);
  const std::size_t majority = majority_of(servers.size());
  const Index first = first_not_held_by_all(servers, history, false);
  for (Index index = first; index <= history.committed.size(); ++index) {
    const EntryView& entry = history.committed[index - 1].entry;
    const auto count = static_cast<std::size_t>(std::ranges::count_if(
        servers, [&](const ServerView* server) { return holds(*server, index, entry); }));
    if (count >= majority) continue;
    return fmt::format(
        "the committed entry {} at index {} is in the logs of {} of {} servers ({}); a majority is "
        "{}",
        describe(&entry), index, count, servers.size(), holders(servers, index, entry), majority);
  }
  return std::nullopt;
}

Broken match_index_holds(const ServerView& leader, const ServerView& follower, Index match) {
  const Index agreed = agreed_through(leader, follower);
  if (agreed >= match) return std::nullopt;
  const Index at = agreed + 1;
  if (entry_at(leader, at) == nullptr && entry_at(follower, at) == nullptr) {
    return fmt::format(
        "server {}, leader of term {}, has match index {} for server {}, yet neither log reaches "
        "index {}",
        leader.id, leader.current_term, match, follower.id, at);
  }
  return fmt::format(
      "server {}, leader of term {}, has match index {} for server {}, yet their logs differ at "
      "index {}: {} and {}",
      leader.id, leader.current_term, match, follower.id, at, describe(entry_at(leader, at)),
      describe(entry_at(follower, at)));
}

// Nothing is claimed of a server in a later term: another leader may have changed its log.
Broken match_index_sound(Servers servers, const History&) {
  for (const ServerView* leader : servers) {
    if (leader->role != Role::Leader) continue;
    const std::size_t slots = std::min(servers.size(), leader->match_index.size());
    for (std::size_t j = 0; j < slots; ++j) {
      const ServerView& other = *servers[j];
      if (other.id == leader->id || other.current_term > leader->current_term) continue;
      if (Broken broken = match_index_holds(*leader, other, leader->match_index[j])) return broken;
    }
  }
  return std::nullopt;
}

Broken reads_see_committed(Servers, const History& history) {
  if (!history.stale_read) return std::nullopt;
  const StaleRead& stale = *history.stale_read;
  return fmt::format(
      "server {} answered read {} with what is applied through index {}, but index {} was "
      "committed when the read was asked",
      stale.server, stale.read.id, stale.applied, stale.read.committed);
}

Broken snapshot_is_prefix(const ServerView& server, const History& history) {
  const SnapshotView& snapshot = server.snapshot;
  const std::size_t held = snapshot.entries.size();
  if (held != snapshot.index) {
    return fmt::format("the snapshot of server {} through index {} holds {} entries", server.id,
                       snapshot.index, held);
  }
  for (Index index = 1; index <= held; ++index) {
    const EntryView* committed =
        index <= history.committed.size() ? &history.committed[index - 1].entry : nullptr;
    const EntryView& entry = snapshot.entries[index - 1];
    if (committed != nullptr && *committed == entry) continue;
    return fmt::format("the snapshot of server {} holds {} at index {}, where {} was committed",
                       server.id, describe(&entry), index, describe(committed));
  }
  if (held == 0) return std::nullopt;
  if (snapshot.entries.back().term != snapshot.term) {
    return fmt::format(
        "the snapshot of server {} through index {} says that its term is {}, not {}", server.id,
        snapshot.index, snapshot.term, snapshot.entries.back().term);
  }
  const MembershipView& membership = membership_at(history, held);
  if (snapshot.membership == membership) return std::nullopt;
  return fmt::format("the snapshot of server {} through index {} has the membership {}, not {}",
                     server.id, snapshot.index, describe(snapshot.membership),
                     describe(membership));
}

// Sets of servers as bits: bit i is server i + 1.
std::uint64_t set_of(const std::vector<ServerId>& ids) {
  std::uint64_t set = 0;
  for (const ServerId id : ids) set |= std::uint64_t{1} << (id - 1);
  return set;
}

bool has_majority_of(std::uint64_t voters, std::uint64_t set) {
  return static_cast<std::size_t>(std::popcount(voters & set)) >=
         majority_of(static_cast<std::size_t>(std::popcount(voters)));
}

// Whether some quorum of one has no server in common with some quorum of the other: those of the
// first with as few servers as can be are enough, and no server in two sets.
bool can_part(const MembershipView& one, const MembershipView& other, Servers servers) {
  const auto has_quorum_in = [](std::uint64_t voters, std::uint64_t outgoing, std::uint64_t set) {
    return has_majority_of(voters, set) && (outgoing == 0 || has_majority_of(outgoing, set));
  };
  const std::uint64_t voters = set_of(one.voters);
  const std::uint64_t outgoing = set_of(one.outgoing);
  const std::uint64_t other_voters = set_of(other.voters);
  const std::uint64_t other_outgoing = set_of(other.outgoing);
  const std::uint64_t all = (std::uint64_t{1} << servers.size()) - 1;
  for (std::uint64_t inside = 0; inside <= all; ++inside) {
    if (has_quorum_in(voters, outgoing, inside) &&
        has_quorum_in(other_voters, other_outgoing, all & ~inside)) {
      return true;
    }
  }
  return false;
}

Broken quorums_overlap(Servers servers, const History& history) {
  if (!history.first_membership.is_known()) return std::nullopt;
  for (const ServerView* server : servers) {
    const MembershipView* before = &history.first_membership;
    for (Index index = 1; index <= server->log.size(); ++index) {
      const EntryView& entry = server->log[index - 1];
      if (!entry.is_membership) continue;
      if (!entry.membership.is_known()) {  // compacted, so committed
        before = &membership_at(history, index);
        continue;
      }
      if (can_part(*before, entry.membership, servers)) {
        return fmt::format(
            "server {} holds at index {} the membership {}, which has a quorum apart from one of "
            "{}",
            server->id, index, describe(entry.membership), describe(*before));
      }
      before = &entry.membership;
    }
  }
  return std::nullopt;
}

Broken snapshot_matches_applied(Servers servers, const History& history) {
  for (const ServerView* server : servers) {
    if (Broken broken = snapshot_is_prefix(*server, history)) return broken;
  }
  return std::nullopt;
}

// A crash of all servers must not undo what is committed.
Broken committed_durable(Servers servers, const History& history) {
  const Index first = first_not_held_by_all(servers, history, true);
  for (Index index = first; index <= history.committed.size(); ++index) {
    const EntryView& entry = history.committed[index - 1].entry;
    const bool is_by_membership = history.first_membership.is_known();
    std::size_t having = 0;
    std::vector<ServerId> others;  // empty where nobody asks for them
    for (const ServerView* server : servers) {
      if (holds(*server, index, entry) && (!server->disk || server->disk->log_index >= index)) {
        ++having;
      } else if (is_by_membership) {
        others.push_back(server->id);
      }
    }
    const bool is_safe = is_by_membership ? !has_quorum(membership_at(history, index), others)
                                          : having >= majority_of(servers.size());
    if (is_safe) continue;
    return fmt::format("the committed entry {} at index {} is on the disks of {} of {} servers",
                       describe(&entry), index, having, servers.size());
  }
  return std::nullopt;
}

constexpr std::array<Rule<Servers, const History&>, 10> kRules = {{
    {Property::ElectionSafety, election_safety},
    {Property::LogMatching, log_matching},
    {Property::LeaderCompleteness, leader_completeness},
    {Property::StateMachineSafety, state_machine_safety},
    {Property::ReadsSeeCommitted, reads_see_committed},
    {Property::CommittedOnQuorum, committed_on_quorum},
    {Property::MatchIndexSound, match_index_sound},
    {Property::SnapshotMatchesApplied, snapshot_matches_applied},
    {Property::QuorumsOverlap, quorums_overlap},
    {Property::CommittedDurable, committed_durable},
}};
static_assert(in_reporting_order(kRules));

}  // namespace

std::optional<Violation> check_state(std::span<const ServerView* const> servers,
                                     const History& history, PropertySet properties) {
  return first_broken(kRules, properties, servers, history);
}

}  // namespace spec
