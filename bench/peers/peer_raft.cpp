#include "bench/peers/peer_raft.hpp"

#include <algorithm>
#include <ranges>

namespace peers {
namespace {

// Of two servers that both lead one term, or both committed an index with entries that differ.
Broken broken_between(const Server& a, const Server& b) {
  if (a.role == Role::Leader && b.role == Role::Leader && a.term == b.term) {
    return Broken::ElectionSafety;
  }
  for (std::size_t index = 1; index <= std::min(a.commit, b.commit); ++index) {
    if (a.term_at(index) != b.term_at(index)) return Broken::StateMachineSafety;
  }
  return Broken::Nothing;
}

// What the server that has just stepped breaks.
Broken broken_by(const Cluster& cluster, std::size_t id) {
  for (std::size_t other = 0; other < kServers; ++other) {
    if (other == id) continue;
    const Broken broken = broken_between(cluster[id], cluster[other]);
    if (broken != Broken::Nothing) return broken;
  }
  return Broken::Nothing;
}

void become_follower(Server& server) {
  server.role = Role::Follower;
  server.prev = {};
  server.match = {};
}

Message reply_to(const Message& request, Kind kind, const Server& server) {
  return {.kind = kind, .from = request.to, .to = request.from, .term = server.term};
}

Message on_request_vote(Server& server, const Message& request) {
  const std::uint8_t last_term = server.term_at(server.size);
  const auto candidate = static_cast<std::uint8_t>(request.from + 1);
  Message reply = reply_to(request, Kind::VoteReply, server);
  reply.ok = request.term == server.term && (server.vote == 0 || server.vote == candidate) &&
             std::pair(request.index_term, request.index) >= std::pair(last_term, server.size);
  if (reply.ok) server.vote = candidate;
  return reply;
}

// One vote beside the candidate's own is a majority of three.
void on_vote_reply(Server& server, const Message& reply) {
  if (!reply.ok || server.role != Role::Candidate || server.term != reply.term) return;
  server.role = Role::Leader;
  for (std::size_t other = 0; other < kServers; ++other) {
    if (other != reply.to) server.prev[other] = server.size;
  }
}

// Puts the request's entry where it belongs; what conflicts with it goes. Returns the last index
// that is now as at the leader.
std::uint8_t append(Server& server, const Message& request) {
  if (request.entry == 0) return request.index;
  const auto index = static_cast<std::uint8_t>(request.index + 1);
  if (index > server.size || server.term_at(index) != request.entry) {
    std::fill(server.log.begin() + request.index, server.log.end(), std::uint8_t{0});
    server.log.at(request.index) = request.entry;
    server.size = index;
  }
  return index;
}

Message on_append(Server& server, const Message& request) {
  Message reply = reply_to(request, Kind::AppendReply, server);
  if (request.term != server.term) return reply;
  become_follower(server);
  if (request.index > server.size || server.term_at(request.index) != request.index_term) {
    return reply;
  }
  reply.ok = true;
  reply.index = append(server, request);
  server.commit = std::max(server.commit, request.commit);
  return reply;
}

void on_append_reply(Server& server, const Message& reply) {
  if (server.role != Role::Leader || server.term != reply.term) return;
  std::uint8_t& prev = server.prev[reply.from];
  std::uint8_t& match = server.match[reply.from];
  if (!reply.ok) {
    if (prev > match) --prev;
    return;
  }
  match = std::max(match, reply.index);
  prev = std::max(prev, reply.index);
  // Stored here and there is a majority of three; only entries of its own term are counted so.
  if (reply.index > server.commit && server.term_at(reply.index) == server.term) {
    server.commit = reply.index;
  }
}

void time_out(const Cluster& cluster, std::uint8_t id, std::vector<Move>& moves) {
  Move move{.after = cluster, .action = Action::TimeOut};
  Server& server = move.after[id];
  ++server.term;
  server.role = Role::Candidate;
  server.vote = static_cast<std::uint8_t>(id + 1);
  for (std::uint8_t to = 0; to < kServers; ++to) {
    if (to == id) continue;
    move.sent.push_back({.kind = Kind::RequestVote,
                         .from = id,
                         .to = to,
                         .term = server.term,
                         .index = server.size,
                         .index_term = server.term_at(server.size)});
  }
  moves.push_back(std::move(move));
}

void propose(const Cluster& cluster, std::uint8_t id, std::vector<Move>& moves) {
  Move move{.after = cluster, .action = Action::Propose};
  Server& leader = move.after[id];
  leader.log.at(leader.size++) = leader.term;
  moves.push_back(std::move(move));
}

// An entry, or a heartbeat where the follower has them all.
void replicate(const Cluster& cluster, std::uint8_t id, std::uint8_t to, std::vector<Move>& moves) {
  const Server& leader = cluster[id];
  const std::uint8_t prev = leader.prev[to];
  const bool has_entry = prev < leader.size;
  const auto last = static_cast<std::uint8_t>(has_entry ? prev + 1 : prev);
  moves.push_back({.after = cluster,
                   .sent = {{.kind = Kind::Append,
                             .from = id,
                             .to = to,
                             .term = leader.term,
                             .index = prev,
                             .index_term = leader.term_at(prev),
                             .entry = has_entry ? leader.term_at(last) : std::uint8_t{0},
                             .commit = std::min(leader.commit, last)}},
                   .action = Action::Replicate});
}

Action receipt_of(Kind kind) {
  return static_cast<Action>(static_cast<unsigned>(Action::RequestVote) +
                             static_cast<unsigned>(kind));
}

}  // namespace

std::vector<Move> internal_moves(const Cluster& cluster, const Bounds& bounds) {
  std::vector<Move> moves;
  for (std::uint8_t id = 0; id < kServers; ++id) {
    const Server& server = cluster[id];
    if (server.role != Role::Leader) {
      if (server.term < bounds.terms) time_out(cluster, id, moves);
      continue;
    }
    if (server.size < bounds.log) propose(cluster, id, moves);
    for (std::uint8_t to = 0; to < kServers; ++to) {
      if (to != id) replicate(cluster, id, to, moves);
    }
  }
  return moves;
}

Move receive(const Cluster& cluster, const Message& message) {
  Move move{.after = cluster, .action = receipt_of(message.kind)};
  Server& server = move.after[message.to];
  const bool led_this_term = server.role == Role::Leader && server.term == message.term;
  if (message.term > server.term) {
    server.term = message.term;
    server.vote = 0;
    become_follower(server);
  }
  switch (message.kind) {
    case Kind::RequestVote:
      move.sent.push_back(on_request_vote(server, message));
      break;
    case Kind::VoteReply:
      on_vote_reply(server, message);
      break;
    case Kind::Append:
      move.sent.push_back(on_append(server, message));
      break;
    case Kind::AppendReply:
      on_append_reply(server, message);
      break;
  }
  move.broken = broken_by(move.after, message.to);
  if (message.kind == Kind::Append && led_this_term) move.broken = Broken::ElectionSafety;
  const Server& before = cluster[message.to];
  for (std::size_t index = 1; index <= before.commit; ++index) {
    if (index > server.size || server.term_at(index) != before.term_at(index)) {
      move.broken = Broken::CommittedEntryLost;
    }
  }
  return move;
}

PeerRaft::PeerRaft(const Bounds& bounds) : bounds_(bounds) {
  lists_.intern({});  // engine::kNoSends
}

engine::HalfId PeerRaft::name(const Cluster& cluster) {
  const auto [at, added] =
      cluster_ids_.emplace(cluster, static_cast<engine::HalfId>(clusters_.size()));
  if (added) clusters_.push_back(cluster);
  return at->second;
}

engine::MessageId PeerRaft::name(const Message& message) {
  const auto [at, added] =
      message_ids_.emplace(message, static_cast<engine::MessageId>(messages_.size()));
  if (added) messages_.push_back(message);
  return at->second;
}

engine::Step PeerRaft::step(const Move& move) {
  std::vector<engine::MessageId> sent;
  sent.reserve(move.sent.size());
  for (const Message& message : move.sent) sent.push_back(name(message));
  return {.next = name(move.after),
          .sends = lists_.intern(sent).id,
          .action = static_cast<std::uint16_t>(move.action),
          .violation = static_cast<std::uint32_t>(move.broken)};
}

void PeerRaft::internal_steps(engine::HalfId half, std::vector<engine::Step>& steps) {
  const Cluster cluster = clusters_[half];
  for (const Move& move : internal_moves(cluster, bounds_)) {
    steps.push_back(step(move));
    steps.back().label = static_cast<std::uint32_t>(steps.size());
  }
}

engine::Step PeerRaft::deliver(engine::HalfId half, engine::MessageId message,
                               unsigned alternative) {
  if (alternative == 1) {
    return {.next = half, .action = static_cast<std::uint16_t>(Action::Drop)};
  }
  return step(receive(clusters_[half], messages_[message]));
}

}  // namespace peers
