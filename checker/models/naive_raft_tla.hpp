// The oracle of the raft-tla model's tests: the same transition system written down in the plainest
// way and searched with std::set. States are whole values; nothing is interned, memoised or shared
// with the model but its options.
#pragma once

#include <algorithm>
#include <compare>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "checker/models/raft_tla_options.hpp"

namespace models::naive {

using Entry = std::pair<unsigned, unsigned>;  // term, value
using Log = std::vector<Entry>;
inline constexpr unsigned kNobody = 99;
enum class Role { Follower, Candidate, Leader };

struct Message {
  MessageKind kind{};
  unsigned term = 0, from = 0, to = 0;
  unsigned index = 0;       // last log index, prev log index or match index
  unsigned index_term = 0;  // last log term or prev log term
  bool yes = false;         // granted, success
  Log entries{};
  unsigned commit = 0;
  Log log{};
  auto operator<=>(const Message&) const = default;
};

struct Server {
  unsigned term = 1;
  Role role = Role::Follower;
  unsigned voted_for = kNobody;
  Log log{};
  unsigned commit = 0;
  std::set<unsigned> responded{}, granted{};
  std::map<unsigned, Log> voter_log{};
  std::vector<unsigned> next{}, match{};
  unsigned leader_count = 0;
  auto operator<=>(const Server&) const = default;
};

struct Election {
  unsigned term = 0, leader = 0;
  Log log{};
  std::set<unsigned> votes{};
  std::map<unsigned, Log> voter_log{};
  auto operator<=>(const Election&) const = default;
};

struct State {
  std::vector<Server> servers{};
  unsigned requests = 0;
  std::map<Message, bool> messages{};  // whether it is pending
  std::set<Election> elections{};
  std::set<Log> all_logs{};
  auto operator<=>(const State&) const = default;
};

class System {
 public:
  explicit System(const RaftTlaOptions& options) : o_(options) {}

  [[nodiscard]] State initial() const {
    State state;
    state.servers.resize(o_.servers);
    for (Server& server : state.servers) clear_leadership(server);
    return state;
  }

  [[nodiscard]] bool is_inside(const State& state) const {
    return std::ranges::all_of(state.servers, [&](const Server& server) {
      return (!o_.constraint_term || server.term <= *o_.constraint_term) &&
             (!o_.constraint_log || server.log.size() <= *o_.constraint_log);
    });
  }

  // Every successor, those that are equal included.
  [[nodiscard]] std::vector<State> successors(const State& state) const {
    std::vector<State> found;
    const auto add = [&](State after) {
      if (o_.all_logs) {
        for (const Server& server : state.servers) after.all_logs.insert(server.log);
      }
      found.push_back(std::move(after));
    };
    for (unsigned i = 0; i < o_.servers; ++i) {
      internal(state, i, add);
    }
    for (const auto& [message, pending] : state.messages) {
      if (!pending) continue;
      receive(state, message, add);
      if (o_.duplicate.contains(message.kind)) add(state);
      if (!o_.drop.contains(message.kind)) continue;
      State after = state;
      after.messages[message] = false;
      add(after);
    }
    return found;
  }

  // Names server i images[i].
  [[nodiscard]] State renamed(const State& state, const std::vector<unsigned>& images) const {
    const auto name = [&](unsigned server) { return server == kNobody ? kNobody : images[server]; };
    const auto names = [&](const std::set<unsigned>& servers) {
      std::set<unsigned> after;
      for (const unsigned server : servers) after.insert(name(server));
      return after;
    };
    const auto keys = [&](const std::map<unsigned, Log>& logs) {
      std::map<unsigned, Log> after;
      for (const auto& [server, log] : logs) after[name(server)] = log;
      return after;
    };
    State after = state;
    after.messages.clear();
    after.elections.clear();
    for (unsigned i = 0; i < o_.servers; ++i) {
      const Server& before = state.servers[i];
      Server& server = after.servers[images[i]] = before;
      server.voted_for = name(before.voted_for);
      server.responded = names(before.responded);
      server.granted = names(before.granted);
      server.voter_log = keys(before.voter_log);
      for (unsigned j = 0; j < o_.servers; ++j) {
        server.next[images[j]] = before.next[j];
        server.match[images[j]] = before.match[j];
      }
    }
    for (const auto& [sent, pending] : state.messages) {
      Message message = sent;
      message.from = name(message.from);
      message.to = name(message.to);
      after.messages[message] = pending;
    }
    for (Election election : state.elections) {
      election.leader = name(election.leader);
      election.votes = names(election.votes);
      election.voter_log = keys(election.voter_log);
      after.elections.insert(election);
    }
    return after;
  }

  [[nodiscard]] State representative(const State& state) const {
    if (!o_.symmetry) return state;
    std::vector<unsigned> images(o_.servers);
    std::iota(images.begin(), images.end(), 0U);
    State least = state;
    while (std::next_permutation(images.begin(), images.end())) {
      least = std::min(least, renamed(state, images));
    }
    return least;
  }

 private:
  static unsigned last_term(const Log& log) { return log.empty() ? 0 : log.back().first; }
  static void send(State& state, const Message& message) {
    state.messages.try_emplace(message, true);
  }
  static void reply(State& state, const Message& response, const Message& request) {
    send(state, response);
    state.messages[request] = false;
  }
  [[nodiscard]] Log history(const Log& log) const { return o_.message_log ? log : Log{}; }
  void clear_leadership(Server& server) const {
    server.next.assign(o_.servers, 1);
    server.match.assign(o_.servers, 0);
  }
  static void clear_votes(Server& server) {
    server.responded.clear();
    server.granted.clear();
    server.voter_log.clear();
  }

  template <class Add>
  void internal(const State& state, unsigned i, Add add) const {
    const Server& before = state.servers[i];
    if (o_.restart) {
      State after = state;
      Server& server = after.servers[i];
      server.role = Role::Follower;
      server.commit = 0;
      clear_votes(server);
      clear_leadership(server);
      add(after);
    }
    if (before.role != Role::Leader && before.term < o_.max_term) {
      State after = state;
      Server& server = after.servers[i];
      server.role = Role::Candidate;
      ++server.term;
      server.voted_for = kNobody;
      clear_votes(server);
      add(after);
    }
    if (before.role == Role::Candidate) candidate(state, i, add);
    if (before.role == Role::Leader) leader(state, i, add);
  }

  template <class Add>
  void candidate(const State& state, unsigned i, Add add) const {
    const Server& before = state.servers[i];
    for (unsigned j = 0; j < o_.servers; ++j) {
      if (j == i || before.responded.contains(j)) continue;
      State after = state;
      send(after, {.kind = MessageKind::VoteRequest,
                   .term = before.term,
                   .from = i,
                   .to = j,
                   .index = static_cast<unsigned>(before.log.size()),
                   .index_term = last_term(before.log)});
      add(after);
    }
    if (before.granted.size() < o_.quorum_size() || before.leader_count >= o_.max_become_leader) {
      return;
    }
    State after = state;
    Server& server = after.servers[i];
    server.role = Role::Leader;
    server.next.assign(o_.servers, static_cast<unsigned>(server.log.size()) + 1);
    server.match.assign(o_.servers, 0);
    ++server.leader_count;
    if (o_.elections) {
      after.elections.insert({server.term, i, server.log, server.granted, server.voter_log});
    }
    add(after);
  }

  template <class Add>
  void leader(const State& state, unsigned i, Add add) const {
    const Server& before = state.servers[i];
    if (state.requests < o_.max_client_requests) {
      for (unsigned value = 1; value <= o_.values; ++value) {
        State after = state;
        const Entry entry{before.term, value};
        if (std::ranges::find(before.log, entry) == before.log.end()) {
          after.servers[i].log.push_back(entry);
          ++after.requests;
        }
        add(after);
      }
    }
    State committed = state;
    for (unsigned n = static_cast<unsigned>(before.log.size()); n > 0; --n) {
      std::set<unsigned> agree{i};
      for (unsigned k = 0; k < o_.servers; ++k) {
        if (before.match[k] >= n) agree.insert(k);
      }
      if (agree.size() < o_.quorum_size()) continue;
      if (before.log[n - 1].first == before.term) committed.servers[i].commit = n;
      break;
    }
    add(committed);
    for (unsigned j = 0; j < o_.servers; ++j) {
      if (j == i) continue;
      State after = state;
      const unsigned next = before.next[j];
      const auto length = static_cast<unsigned>(before.log.size());
      Message message{.kind = MessageKind::AppendRequest,
                      .term = before.term,
                      .from = i,
                      .to = j,
                      .index = next - 1,
                      .commit = std::min({before.commit, length, next}),
                      .log = history(before.log)};
      if (next > 1) message.index_term = before.log.at(next - 2).first;
      if (next <= length) message.entries = {before.log[next - 1]};
      send(after, message);
      add(after);
    }
  }

  template <class Add>
  void receive(const State& state, const Message& m, Add add) const {
    const Server& before = state.servers[m.to];
    State after = state;
    Server& server = after.servers[m.to];
    if (m.term > before.term) {
      if (m.term > o_.max_term) return;
      server.term = m.term;
      server.role = Role::Follower;
      server.voted_for = kNobody;
      return add(after);
    }
    switch (m.kind) {
      case MessageKind::VoteRequest:
        return add(vote(after, m));
      case MessageKind::AppendRequest:
        return append(after, m, add);
      default:
        break;
    }
    after.messages[m] = false;
    if (m.term == before.term && m.kind == MessageKind::VoteReply) {
      server.responded.insert(m.from);
      if (m.yes) server.granted.insert(m.from);
      if (m.yes && o_.voter_log) server.voter_log.try_emplace(m.from, m.log);
    } else if (m.term == before.term) {
      unsigned& next = server.next[m.from];
      unsigned& match = server.match[m.from];
      if (m.yes) match = std::max(match, m.index);
      next = m.yes ? match + 1 : std::max(next, 2U) - 1;
    }
    add(after);
  }

  [[nodiscard]] State vote(State after, const Message& m) const {
    Server& server = after.servers[m.to];
    const unsigned mine = last_term(server.log);
    const bool is_up_to_date =
        m.index_term > mine || (m.index_term == mine && m.index >= server.log.size());
    const bool granted = m.term == server.term && is_up_to_date &&
                         (server.voted_for == kNobody || server.voted_for == m.from);
    if (granted) server.voted_for = m.from;
    reply(after,
          {.kind = MessageKind::VoteReply,
           .term = server.term,
           .from = m.to,
           .to = m.from,
           .yes = granted,
           .log = history(server.log)},
          m);
    return after;
  }

  template <class Add>
  void append(State& after, const Message& m, Add add) const {
    Server& server = after.servers[m.to];
    const bool log_ok = m.index == 0 || (m.index <= server.log.size() &&
                                         server.log[m.index - 1].first == m.index_term);
    Message response{
        .kind = MessageKind::AppendReply, .term = server.term, .from = m.to, .to = m.from};
    if (m.term < server.term || (server.role == Role::Follower && !log_ok)) {
      reply(after, response, m);
      return add(after);
    }
    if (server.role == Role::Leader) return;
    if (server.role == Role::Candidate) {
      server.role = Role::Follower;
      return add(after);
    }
    const bool has_place = server.log.size() > m.index;
    if (m.entries.empty() || (has_place && server.log[m.index].first == m.entries[0].first)) {
      if (server.commit < m.commit) {
        server.commit = std::min(m.commit, static_cast<unsigned>(server.log.size()));
      }
      response.yes = true;
      response.index = m.index + static_cast<unsigned>(m.entries.size());
      reply(after, response, m);
    } else if (has_place) {
      server.log.pop_back();
    } else {
      server.log.push_back(m.entries[0]);
    }
    add(after);
  }

  RaftTlaOptions o_;
};

struct Counts {
  std::uint64_t generated = 1;
  std::uint64_t distinct = 0;
  std::uint64_t depth = 0;
  bool operator==(const Counts&) const = default;
};

// Breadth first to the end, or over the first `steps_max` steps of every run.
inline Counts count(const RaftTlaOptions& options, std::uint64_t steps_max = ~std::uint64_t{0}) {
  const System system(options);
  Counts counts;
  std::set<State> seen{system.representative(system.initial())};
  std::vector<State> level(seen.begin(), seen.end());
  while (!level.empty()) {
    ++counts.depth;
    if (counts.depth > steps_max) break;
    std::vector<State> next_level;
    for (const State& state : level) {
      for (const State& successor : system.successors(state)) {
        ++counts.generated;
        if (!system.is_inside(successor)) continue;
        const auto [at, added] = seen.insert(system.representative(successor));
        if (added) next_level.push_back(*at);
      }
    }
    level.swap(next_level);
  }
  counts.distinct = seen.size();
  return counts;
}

}  // namespace models::naive
