// Changes of the membership: single servers (dissertation, section 4.1) and joint consensus
// (section 6; dissertation, section 4.3).
#include "src/raft/handlers.hpp"

namespace raft {
namespace {

// The membership that stands there in the log, or what held before the log began.
Membership membership_in(const Server& server, Index entry) {
  if (entry.value > 0) return server.log.at(entry).membership;
  if (server.config.changes == Changes::None) return {};
  if (!server.snapshot.membership.voters.empty()) return server.snapshot.membership;
  const bool has_all = server.config.voters.empty();
  return {.voters = has_all ? ServerSet::first(server.config.servers) : server.config.voters};
}

void append_membership(Server& server, const Membership& membership, Effects& effects) {
  server.log.append(Entry{server.current_term(), EntryKind::Membership, {}, membership});
  effects.persist.log_from = effects.persist.log_from.value_or(server.log.last_index());
}

bool is_membership(const Server& server, const ChangeMembership& change) {
  const ServerSet all = change.voters | change.learners;
  return !change.voters.empty() && (change.voters & change.learners).empty() &&
         (all - ServerSet::first(server.config.servers)).empty();
}

// Section 4.2.1 of the dissertation: a new server is given the log before it votes. A learner is
// caught up when it has all that is committed.
bool are_caught_up(const Server& server, const Leader& leader, ServerSet learners) {
  for (std::uint32_t id = 1; id <= server.config.servers; ++id) {
    const ServerId learner{id};
    if (learner == server.id || !learners.contains(learner)) continue;
    if (leader.progress[learner].match_index < server.commit_index) return false;
  }
  return true;
}

bool may_change(const Server& server, const Leader& leader, const Membership& now,
                const ChangeMembership& change) {
  if (!is_membership(server, change)) return false;
  // Section 4.1 of the dissertation: one change at a time, each committed before the next.
  if (is_changing(server)) return false;
  if (change.voters == now.voters && change.learners == now.learners) return false;
  if (!are_caught_up(server, leader, now.learners & change.voters)) return false;
  if (server.config.changes == Changes::Joint) return true;
  // A majority of the old and one of the new membership overlap only if they differ in one voter,
  const ServerSet changed = (change.voters - now.voters) | (now.voters - change.voters);
  if (changed.size() > 1) return false;
  // and only if the old one is not some earlier leader's forgotten one: an entry of this term must
  // be committed first (Ongaro, raft-dev, 10 July 2015).
  return server.log.term_at(server.commit_index) == server.current_term();
}

// Section 4.2.2 of the dissertation: a server that is removed learns so from nobody else. Whoever
// leaves with the commitment of the entry at `index` is told of it once.
void dismiss(const Server& server, Leader& leader, Index index, Effects& effects) {
  const ServerSet left =
      membership_at(server, index.previous()).members() - membership_of(server).members();
  for_each_server(server, [&](ServerId peer) {
    if (left.contains(peer)) send_append(server, leader.progress[peer], peer, effects);
  });
}

}  // namespace

Membership membership_at(const Server& server, Index index) {
  return membership_in(server, server.log.membership_at(index));
}

Membership membership_of(const Server& server) {
  return membership_in(server, server.log.last_membership());
}

bool knows_all(const Server& server, const Membership& membership) {
  return (membership.members() - ServerSet::first(server.config.servers)).empty();
}

bool is_changing(const Server& server) {
  if (server.config.changes == Changes::None) return false;
  return server.log.last_membership() > server.commit_index || membership_of(server).is_joint();
}

bool is_voter(const Server& server, ServerId id) {
  if (id.is_none() || id.value > server.config.servers) return false;
  return server.config.changes == Changes::None || membership_of(server).all_voters().contains(id);
}

bool may_campaign(const Server& server) {
  if (server.config.changes == Changes::None) return true;
  // What is in force here, and what it replaces unless that is settled.
  Index entry = server.log.last_membership();
  while (!membership_in(server, entry).all_voters().contains(server.id)) {
    if (entry <= server.commit_index) return false;
    entry = server.log.membership_at(entry.previous());
  }
  return true;
}

Index replicated_index(const Server& server, const Leader& leader) {
  PerServer<Index> matches(server.config.servers);
  for_each_server(server,
                  [&](ServerId peer) { matches[peer] = leader.progress[peer].match_index; });
  matches[server.id] = own_match(server);  // its own log, if it is a voter itself
  return quorum_index(membership_of(server), matches);
}

void on_change_membership(Server& server, const ChangeMembership& change, Effects& effects) {
  refuse(server, Outcome::ChangeRefused, effects);
  auto* leader = std::get_if<Leader>(&server.role);
  if (leader == nullptr || server.config.changes == Changes::None) return;
  // Dissertation 3.10: nor while it hands its lead over.
  if (!leader->transferee.is_none()) return;
  const Membership now = membership_of(server);
  if (!may_change(server, *leader, now, change)) return;
  Membership next{.voters = change.voters, .learners = change.learners};
  // Section 6: through C_old,new, where voters change in any way.
  if (server.config.changes == Changes::Joint && next.voters != now.voters) {
    next.outgoing = now.voters;
  }
  append_membership(server, next, effects);
  effects.outcome = Outcome::ChangeAppended;
  effects.proposed = server.log.last_index();
  advance_leader_commit(server, *leader, effects);
  broadcast_entries(server, *leader, effects);
}

void settle_membership(Server& server, Effects& effects) {
  auto* leader = std::get_if<Leader>(&server.role);
  const Index index = server.log.last_membership();
  if (leader == nullptr || index > server.commit_index) return;
  const Membership now = membership_of(server);
  // Section 6: once C_old,new is committed, the leader can append C_new. It may be compacted by
  // now.
  if (now.is_joint()) {
    append_membership(server, {.voters = now.voters, .learners = now.learners}, effects);
    advance_leader_commit(server, *leader, effects);
    broadcast_entries(server, *leader, effects);
    settle_membership(server, effects);  // a voter alone has committed it already
    return;
  }
  if (index.value == 0) return;  // the snapshot's: whoever had to go is gone
  const bool is_committed_now = effects.apply.first <= index && index <= effects.apply.last;
  if (is_committed_now) dismiss(server, *leader, index, effects);
  if (now.voters.contains(server.id)) return;
  // Section 6: a leader that is not part of C_new steps down once C_new is committed. The others
  // learn of that from it, for there is nobody else yet.
  broadcast_append(server, *leader, effects);
  server.role = Follower{};
  effects.timers = {.reset_election = true};
}

}  // namespace raft
