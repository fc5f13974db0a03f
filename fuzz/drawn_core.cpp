#include "fuzz/drawn_core.hpp"

#include <array>
#include <limits>
#include <tuple>
#include <utility>
#include <variant>

#include "checker/cluster/choice_bytes.hpp"
#include "checker/node/core_config.hpp"
#include "src/raft/handlers.hpp"

namespace fuzz {
namespace {

using raft::Config;
using raft::Entry;
using raft::EntryKind;
using raft::Index;
using raft::Membership;
using raft::Server;
using raft::ServerId;
using raft::ServerSet;
using raft::Term;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

// Near `base` as a rule; else small, at the end of all numbers, or any number.
std::uint64_t near(Bytes& bytes, std::uint64_t base) {
  const std::uint8_t how = bytes.next();
  if (how < 200) {
    const std::uint64_t offset = how % 8;  // base - 2 .. base + 5
    return base + offset < 2 ? 0 : base + offset - 2;
  }
  if (how < 236) return how % 6;
  if (how < 250) return kMax - how % 3;
  return bytes.number(8);
}

ServerSet some_of(std::uint32_t bits, std::uint32_t servers) {
  return ServerSet::from_bits(bits) & ServerSet::first(servers);
}

// Commands of logs and of messages. Made once: a server has several.
const std::array<raft::Command, 4> kOfLogs = {"a", "aa", "aaa", "aaaa"};
const std::array<raft::Command, 3> kOfMessages = {"b", "bb", "bbb"};

std::string_view snapshot_of_size(std::size_t size) {
  return std::string_view("ssssss").substr(0, size);
}

// Roles come and go with the servers that are drawn. What one has allocated waits for the next of
// its kind.
class KeptRoles {
 public:
  // The role is of this kind from now on, and holds anything.
  template <class Role>
  Role& become(raft::Role& role) {
    if (auto* same = std::get_if<Role>(&role)) return *same;
    std::visit([&]<class Old>(Old& old) { std::get<Old>(kept_) = std::move(old); }, role);
    return role.emplace<Role>(std::move(std::get<Role>(kept_)));
  }

 private:
  std::tuple<raft::Follower, raft::Candidate, raft::Leader, raft::PreCandidate> kept_;
};

// Sound: voters, and learners who are none of them.
Membership draw_membership(std::uint8_t byte, std::uint32_t servers) {
  Membership membership;
  membership.voters = some_of(1U + byte % 31, servers);
  if (membership.voters.empty()) membership.voters = ServerSet::first(1);
  if (byte >= 128) membership.outgoing = some_of(byte / 8, servers);
  membership.learners = ServerSet::first(servers) - membership.voters - membership.outgoing;
  return membership;
}

std::uint64_t draw_log(Bytes& bytes, Server& server) {
  const std::uint64_t base = bytes.below(4);
  Term term{base == 0 ? 0 : 1U + bytes.below(3)};
  const Term base_term = term;
  const std::uint32_t count = bytes.below(6);
  Bytes slot = bytes.slot(5);
  std::vector<Entry> entries;
  entries.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint8_t byte = slot.next();
    term = {std::max<std::uint64_t>(term.value, 1) + ((byte & 3U) == 3 ? 1 + (byte >> 7U) : 0)};
    const std::uint32_t kind = byte >> 2U & 3U;
    if (kind == 2) {
      entries.emplace_back(term, EntryKind::NoOp);
    } else if (kind == 3 && server.config.changes != raft::Changes::None) {
      const Membership membership = draw_membership(byte, server.config.servers);
      entries.emplace_back(term, EntryKind::Membership, raft::Command{}, membership);
    } else {
      entries.emplace_back(term, EntryKind::Command, kOfLogs.at(byte >> 4U & 3U));
    }
  }
  server.log = raft::Log(Index{base}, base_term, std::move(entries));
  server.commit_index = Index{base + bytes.below(count + 1)};
  server.last_applied = server.commit_index;
  server.snapshot.index = Index{base};
  server.snapshot.term = base_term;
  server.snapshot.data.assign(snapshot_of_size(base == 0 ? 0 : bytes.below(7)));
  const bool has_membership = base > 0 && server.config.changes != raft::Changes::None;
  server.snapshot.membership =
      has_membership ? draw_membership(bytes.next(), server.config.servers) : Membership{};
  return count;
}

void draw_follower(Bytes& bytes, const Server& server, raft::Follower& follower) {
  follower.leader = ServerId{bytes.below(server.config.servers + 1)};
  if (follower.leader == server.id) follower.leader = raft::kNoServer;
  follower.lease = bytes.flag() && server.config.has_lease();
  follower.reads.clear();
  const std::uint32_t reads = follower.leader.is_none() ? 0 : bytes.below(3);
  for (std::uint32_t i = 1; i <= reads; ++i) {
    const std::uint64_t behind = bytes.below(4);
    follower.reads.push_back(
        {i, behind == 0 ? Index{} : Index{server.commit_index.value + behind}});
  }
  raft::Snapshot& incoming = follower.incoming;
  incoming.index = {};
  incoming.term = {};
  incoming.data.clear();
  incoming.membership = {};
  if (!follower.leader.is_none() && bytes.below(4) == 1) {
    incoming.index = Index{server.commit_index.value + 1 + bytes.below(4)};
    incoming.term = Term{1 + bytes.below(3)};
    incoming.data.assign(snapshot_of_size(bytes.below(5)));
  }
}

// Its own vote and some others, but no quorum: it would have won.
ServerSet draw_votes(Bytes& bytes, const Server& server, bool counts_itself) {
  ServerSet votes = some_of(bytes.next(), server.config.servers);
  const Membership all{.voters = ServerSet::first(server.config.servers)};
  const bool changes = server.config.changes != raft::Changes::None;
  const Membership membership = changes ? membership_of(server) : all;
  if (has_quorum(membership, votes)) votes = {};
  if (counts_itself) votes.insert(server.id);
  return has_quorum(membership, votes) ? ServerSet{} : votes;
}

void draw_progress(Bytes& bytes, const Server& server, raft::Progress& progress) {
  const std::uint64_t last = server.log.last_index().value;
  const std::uint8_t byte = bytes.next();
  const std::uint8_t more = bytes.next();
  progress.match_index = Index{byte % (last + 1)};
  progress.next_index =
      Index{progress.match_index.value + 1 + (byte / 16) % (last - progress.match_index.value + 1)};
  progress.snapshot_offset = more % (server.snapshot.data.size() + 1);
  if (server.config.appends_in_flight == 0) {
    progress.flow.reset();
    return;
  }
  raft::Flow& flow = progress.flow ? *progress.flow : progress.flow.emplace();
  flow.is_probing = (more & 1U) == 0;
  flow.in_flight.clear();
  const std::uint32_t most = flow.is_probing ? 1 : server.config.appends_in_flight;
  for (std::uint32_t i = 0; i < (more >> 1U) % (most + 1); ++i) {
    flow.in_flight.push_back(Index{progress.match_index.value + i});
  }
}

raft::LeaderReads draw_reads(Bytes& bytes, const Server& server) {
  raft::LeaderReads reads;
  reads.round = bytes.below(4);
  const std::uint8_t byte = bytes.next();
  const bool may_lease = server.config.lease_reads && reads.round > 0;
  if (may_lease && (byte & 1U) != 0) reads.lease_round = 1;
  reads.has_lease = reads.lease_round != 0 && (byte & 2U) != 0;
  reads.is_lease_forbidden = reads.lease_round == 0 && may_lease && (byte & 4U) != 0;
  reads.last_ids = raft::PerServer<std::uint64_t>(server.config.servers);
  for (std::uint64_t round = 1; round <= reads.round && (byte >> 3U & round) != 0; ++round) {
    const ServerId reader{1 + bytes.below(server.config.servers)};
    reads.last_ids[reader] = round;
    ServerSet acks;
    acks.insert(server.id);
    reads.pending.push_back({round, server.commit_index, reader, round, acks});
  }
  return reads;
}

void draw_leader(Bytes& bytes, const Server& server, raft::Leader& leader) {
  if (leader.progress.size() != server.config.servers) {
    leader.progress = raft::PerServer<raft::Progress>(server.config.servers);
  }
  Bytes slots = bytes.slot(10);
  for (std::uint32_t id = 1; id <= server.config.servers; ++id) {
    if (id != server.id.value) {
      draw_progress(slots, server, leader.progress[{id}]);
    } else {
      leader.progress[{id}] = {};
    }
  }
  leader.heard.reset();
  if (server.config.check_quorum) {
    leader.heard = some_of(bytes.next(), server.config.servers);
    leader.heard->erase(server.id);
  }
  leader.transferee = raft::kNoServer;
  const std::uint32_t target = bytes.below(4 * server.config.servers);  // seldom
  // Changes of the membership and transfers keep each other out.
  if (target < server.config.servers && target + 1 != server.id.value && !is_changing(server)) {
    leader.transferee = ServerId{target + 1};
  }
  leader.reads.reset();
  if (bytes.below(3) == 1) leader.reads = draw_reads(bytes, server);
}

// A leader acts at once on a membership that is committed: it goes on from a joint one, and leaves
// one that it does not belong to (settle_membership).
bool may_lead(const Server& server) {
  if (server.config.changes == raft::Changes::None) return true;
  const Membership now = membership_of(server);
  const bool is_settled = !now.is_joint() && now.voters.contains(server.id);
  return is_settled || server.log.last_membership() > server.commit_index;
}

void draw_role(Bytes& bytes, Server& server) {
  static KeptRoles kept;
  const std::uint32_t kind = bytes.below(4);
  const bool can_vote = server.current_term().value > 0;
  if (kind == 1 && can_vote) {
    server.hard_state.voted_for = server.id;
    const ServerSet votes = draw_votes(bytes, server, !server.config.async_disk);
    // Alone it would lead.
    if (server.config.async_disk || !votes.empty()) {
      kept.become<raft::Candidate>(server.role).votes_granted = votes;
      return;
    }
  } else if (kind == 2 && can_vote && may_lead(server)) {
    server.hard_state.voted_for = server.id;
    draw_leader(bytes, server, kept.become<raft::Leader>(server.role));
    return;
  } else if (kind == 3 && server.config.pre_vote && server.current_term().value < kMax) {
    const ServerSet votes = draw_votes(bytes, server, true);
    if (!votes.empty()) {
      kept.become<raft::PreCandidate>(server.role).votes_granted = votes;
      return;
    }
  }
  draw_follower(bytes, server, kept.become<raft::Follower>(server.role));
}

ServerId draw_peer(Bytes& bytes, const Server& server) {
  const std::uint8_t byte = bytes.next();
  if (byte >= 245)
    return ServerId{byte == 255 ? ~0U : byte % 3U == 0 ? 0 : server.config.servers + 1};
  return ServerId{1 + byte % server.config.servers};
}

// A position in a log: that of the server as a rule, with its own term there as a rule.
struct Position {
  Index index;
  Term term;
};
Position draw_position(Bytes& bytes, const Server& server) {
  const std::uint64_t base = server.log.base_index().value;
  const std::uint64_t count = server.log.last_index().value - base;
  const std::uint8_t where = bytes.next();
  Index index{where < 220 ? base + where % (count + 2) : near(bytes, base)};
  if (where < 220 && where % 16 == 15 && index.value > 0) --index.value;  // below the base, too
  const bool is_known = index >= server.log.base_index();
  const Term there = is_known ? server.log.term_at(index) : Term{1};
  const std::uint8_t what = bytes.next();
  return {index, what < 180 ? there : Term{near(bytes, there.value)}};
}

std::vector<Entry> draw_entries(Bytes& bytes, const Server& server, const Position& previous,
                                Term leader_term) {
  const std::uint32_t count = bytes.below(5);
  Bytes slot = bytes.slot(4);
  std::vector<Entry> entries;
  entries.reserve(count);
  Term term = previous.term;
  Index index = previous.index;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint8_t byte = slot.next();
    index = index.next();
    if (byte < 150 && server.log.has(index)) {
      entries.push_back(server.log.at(index));
    } else {
      Term own = byte % 4 == 0 ? leader_term : Term{term.value + byte % 3};
      if (own.value == 0) own.value = byte < 250 ? 1 : 0;
      const bool changes = byte % 8 == 7 && server.config.changes != raft::Changes::None;
      if (changes) {
        const std::uint32_t strangers = byte >= 240 ? 1 : 0;
        const Membership membership = draw_membership(byte, server.config.servers + strangers);
        entries.emplace_back(own, EntryKind::Membership, raft::Command{}, membership);
      } else {
        entries.emplace_back(own, EntryKind::Command, kOfMessages.at(byte % 3));
      }
    }
    term = entries.back().term;
  }
  return entries;
}

raft::InstallSnapshot draw_snapshot(Bytes& bytes, const Server& server, Term term) {
  raft::InstallSnapshot request{.term = term};
  const auto* follower = std::get_if<raft::Follower>(&server.role);
  const bool goes_on = follower != nullptr && follower->incoming.index.value > 0 && bytes.flag();
  if (goes_on) {
    request.last_included_index = follower->incoming.index;
    request.last_included_term = follower->incoming.term;
    request.offset = near(bytes, follower->incoming.data.size());
  } else {
    const Position last = draw_position(bytes, server);
    request.last_included_index = last.index;
    request.last_included_term = last.term;
    request.offset = bytes.below(4) == 0 ? near(bytes, 0) : 0;
  }
  request.data.assign(snapshot_of_size(bytes.below(5)));
  request.done = bytes.flag();
  if (server.config.changes != raft::Changes::None && bytes.below(8) != 0) {
    request.membership = draw_membership(bytes.next(), server.config.servers);
  }
  return request;
}

raft::MessageBody draw_body(std::uint32_t kind, Bytes& bytes, const Server& server) {
  const Term term{near(bytes, server.current_term().value)};
  const std::uint64_t last = server.log.last_index().value;
  switch (kind) {
    case 0: {
      const Position at = draw_position(bytes, server);
      return raft::RequestVote{term, at.index, at.term, bytes.below(4) == 1};
    }
    case 1:
      return raft::RequestVoteReply{term, bytes.below(4) != 1};
    case 2: {
      const Position at = draw_position(bytes, server);
      const std::uint64_t commit = near(bytes, server.commit_index.value);
      const std::uint64_t round = bytes.below(3);
      return raft::AppendEntries{
          term, at.index, at.term, draw_entries(bytes, server, at, term), Index{commit}, round};
    }
    case 3: {
      const bool success = bytes.below(3) != 1;
      return raft::AppendEntriesReply{term,
                                      success,
                                      Index{near(bytes, last)},
                                      Term{bytes.below(4)},
                                      Index{near(bytes, last)},
                                      bytes.below(5)};
    }
    case 4: {
      const Position at = draw_position(bytes, server);
      return raft::PreVote{term, at.index, at.term};
    }
    case 5:
      return raft::PreVoteReply{term, bytes.below(4) != 1};
    case 6:
      return raft::TimeoutNow{term};
    case 7:
      return raft::ReadIndex{term, bytes.below(5)};
    case 8:
      return raft::ReadIndexReply{term, bytes.below(4), Index{near(bytes, last)}};
    case 9:
      return draw_snapshot(bytes, server, term);
    default: {
      const std::uint64_t stored = near(bytes, server.snapshot.data.size());
      return raft::InstallSnapshotReply{term, Index{near(bytes, server.snapshot.index.value)},
                                        stored, bytes.flag()};
    }
  }
}

raft::Input draw_request(std::uint32_t kind, Bytes& bytes, const Server& server) {
  switch (kind) {
    case 0:
      return raft::HeartbeatTimeout{};
    case 1:
      return raft::Propose{std::string_view("ppp").substr(0, bytes.below(4))};
    case 2:
      return raft::LeaseTimeout{};
    case 3:
      return raft::Transfer{draw_peer(bytes, server)};
    case 4:
      return raft::Read{1U + bytes.below(6)};
    case 5:
      return raft::Compact{Index{near(bytes, server.last_applied.value)},
                           std::string(snapshot_of_size(bytes.below(7)))};
    case 6:
      return raft::ChangeMembership{ServerSet::from_bits(bytes.next()),
                                    ServerSet::from_bits(bytes.next())};
    case 7: {
      const Position at = draw_position(bytes, server);
      const bool is_own = bytes.below(4) != 1;
      return raft::Persisted{is_own ? server.hard_state : raft::HardState{}, at.index, at.term};
    }
    default:
      return raft::ElectionTimeout{};
  }
}

}  // namespace

void draw_server(Bytes bytes, Server& server) {
  const node::Options options =
      cluster::options_of_bytes(bytes.slot(cluster::kOptionBytes - 1).rest());
  server.config = node::core_config(options);
  server.id = ServerId{1 + bytes.below(server.config.servers)};
  draw_log(bytes, server);
  const std::uint8_t later = bytes.next();
  const std::uint64_t last_term = server.log.last_term().value;
  server.hard_state.current_term = Term{later >= 252 ? kMax - later % 2 : last_term + later % 4};
  server.hard_state.voted_for = ServerId{bytes.below(server.config.servers + 1)};
  if (server.current_term().value == 0) server.hard_state.voted_for = raft::kNoServer;
  const std::uint8_t stable = bytes.next();
  server.stable_index = {};
  if (server.config.async_disk) {
    server.stable_index = Index{stable % (server.log.last_index().value + 1)};
  }
  draw_role(bytes, server);
}

void copy_server(const Server& from, Server& to) {
  static KeptRoles kept;
  std::visit([&]<class Role>(const Role&) { kept.become<Role>(to.role); }, from.role);
  to.log.truncate_from(
      to.log.base_index().next());  // its entries are made, not changed: half the price
  to = from;
}

raft::Input draw_input(Bytes bytes, const Server& server) {
  constexpr std::uint32_t kBodies = 11;
  constexpr std::uint32_t kRequests = 9;
  const std::uint8_t byte = bytes.next();
  // Messages three times of four.
  if (byte % 4 == 3) return draw_request(byte / 4 % kRequests, bytes, server);
  raft::Input input(std::in_place_type<raft::Receive>);
  raft::Message& message = std::get<raft::Receive>(input).message;
  message.from = draw_peer(bytes, server);
  message.to = server.id;
  message.body = draw_body((byte / 4 * 3 + byte % 4) % kBodies, bytes, server);
  if (byte == 254) message.to = draw_peer(bytes, server);
  return input;
}

}  // namespace fuzz
