// Builders for the tests beside the core: a server in a stated situation, messages in few words,
// and what GoogleTest prints for the core's small values. Not part of the library.
//
// An entry's command is made from its term, so that logs written as lists of terms agree wherever
// their terms do: log_of({1, 1, 2}) holds "t1", "t1", "t2".
#pragma once

#include <cstdint>
#include <limits>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "src/raft/step.hpp"

namespace raft {

inline std::ostream& operator<<(std::ostream& out, Outcome outcome) {
  return out << to_string(outcome);
}
inline std::ostream& operator<<(std::ostream& out, Term term) {
  return out << "term " << term.value;
}
inline std::ostream& operator<<(std::ostream& out, Index index) {
  return out << "index " << index.value;
}
inline std::ostream& operator<<(std::ostream& out, ServerId id) {
  return out << "server " << id.value;
}

}  // namespace raft

namespace raft::test {

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

using Terms = std::vector<std::uint64_t>;

inline std::vector<Entry> entries_of(const Terms& terms) {
  std::vector<Entry> entries;
  for (const std::uint64_t term : terms) {
    entries.push_back({Term{term}, EntryKind::Command, "t" + std::to_string(term)});
  }
  return entries;
}

inline Log log_of(const Terms& terms) { return Log(entries_of(terms)); }

inline Terms terms_of(const Log& log) {
  Terms terms;
  for (const Entry& entry : log.entries()) terms.push_back(entry.term.value);
  return terms;
}

// A server's situation; what is left out is the simplest.
struct Situation {
  std::uint32_t servers = 3;
  std::uint32_t id = 1;
  std::uint64_t term = 1;
  std::uint32_t voted_for = 0;
  Terms log{};
  std::uint64_t commit = 0;
  bool no_op = false;
  Backtracking backtracking = Backtracking::Fast;
  std::uint32_t entries_per_message = 0;
  bool pre_vote = false;
  bool check_quorum = false;
  bool vote_lease = false;
  bool lease_reads = false;
  std::uint32_t bytes_per_message = 0;
  std::uint32_t appends_in_flight = 0;
  std::uint32_t uncommitted = 0;
};

// A follower that has not heard from a leader of its term.
inline Server follower(const Situation& now) {
  Server server = fresh_server({.servers = now.servers,
                                .no_op = now.no_op,
                                .backtracking = now.backtracking,
                                .entries_per_message = now.entries_per_message,
                                .pre_vote = now.pre_vote,
                                .check_quorum = now.check_quorum,
                                .vote_lease = now.vote_lease,
                                .lease_reads = now.lease_reads,
                                .bytes_per_message = now.bytes_per_message,
                                .appends_in_flight = now.appends_in_flight,
                                .uncommitted = now.uncommitted},
                               ServerId{now.id});
  server.hard_state = {Term{now.term}, ServerId{now.voted_for}};
  server.log = log_of(now.log);
  server.commit_index = server.last_applied = Index{now.commit};
  return server;
}

// A candidate of the stated term that has only its own vote.
inline Server candidate(Situation now) {
  now.voted_for = now.id;
  Server server = follower(now);
  Candidate role;
  role.votes_granted.insert(server.id);
  server.role = role;
  return server;
}

// A leader of the stated term that has heard nothing from its followers yet.
inline Server leader(Situation now) {
  now.voted_for = now.id;
  Server server = follower(now);
  Leader role{PerServer<Progress>(now.servers)};
  if (now.check_quorum) role.heard.emplace();
  for (std::uint32_t id = 1; id <= now.servers; ++id) {
    if (id == now.id) continue;
    role.progress[ServerId{id}].next_index = server.log.last_index().next();
    if (now.appends_in_flight > 0) role.progress[ServerId{id}].flow.emplace();
  }
  server.role = role;
  return server;
}

inline bool is_follower(const Server& server) {
  return std::holds_alternative<Follower>(server.role);
}
inline bool is_candidate(const Server& server) {
  return std::holds_alternative<Candidate>(server.role);
}
inline bool is_leader(const Server& server) { return std::holds_alternative<Leader>(server.role); }

inline Progress progress_of(const Server& server, std::uint32_t peer) {
  return std::get<Leader>(server.role).progress[ServerId{peer}];
}

inline RequestVote request_vote(std::uint64_t term, std::uint64_t last_index,
                                std::uint64_t last_term) {
  return {Term{term}, Index{last_index}, Term{last_term}};
}

inline RequestVoteReply vote(std::uint64_t term, bool granted) { return {Term{term}, granted}; }

struct At {  // a position in a log: At{3, 2} is index 3 with term 2
  std::uint64_t index = 0;
  std::uint64_t term = 0;
};

inline AppendEntries append(std::uint64_t term, At previous, const Terms& entries = {},
                            std::uint64_t leader_commit = 0) {
  return {Term{term}, Index{previous.index}, Term{previous.term}, entries_of(entries),
          Index{leader_commit}};
}

inline AppendEntriesReply accepted(std::uint64_t term, std::uint64_t match) {
  return {.term = Term{term}, .success = true, .match_index = Index{match}};
}

inline AppendEntriesReply rejected(std::uint64_t term, std::uint64_t conflict_term,
                                   std::uint64_t conflict_index) {
  return {.term = Term{term},
          .conflict_term = Term{conflict_term},
          .conflict_index = Index{conflict_index}};
}

// The input with which `body` reaches `server`.
inline Receive received(const Server& server, std::uint32_t from, MessageBody body) {
  return {Message{ServerId{from}, server.id, std::move(body)}};
}

inline Effects deliver(Server& server, std::uint32_t from, MessageBody body) {
  return step(server, received(server, from, std::move(body)));
}

// The only message of a step, which must be a Body. Throws otherwise, which fails the test.
template <class Body>
Body only(const Effects& effects) {
  if (effects.messages.size() != 1) throw std::runtime_error("not exactly one message was sent");
  return std::get<Body>(effects.messages.front().body);
}

// Every message of a step that is a Body, with its receiver.
template <class Body>
std::vector<std::pair<std::uint32_t, Body>> sent(const Effects& effects) {
  std::vector<std::pair<std::uint32_t, Body>> found;
  for (const Message& message : effects.messages) {
    if (const auto* body = std::get_if<Body>(&message.body)) {
      found.emplace_back(message.to.value, *body);
    }
  }
  return found;
}

}  // namespace raft::test
