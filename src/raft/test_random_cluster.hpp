// A small cluster driven by numbers, for tests: every number is an action, so that a vector of
// random numbers is a schedule, and a shorter vector is a simpler one. The network loses, doubles
// and reorders; servers crash and come back from their disks. Not part of the library.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "src/raft/contract.hpp"
#include "src/raft/handlers.hpp"
#include "src/raft/step.hpp"

namespace raft::test {

struct Schedule {
  Config config{};
  std::vector<std::uint32_t> choices{};
};

// One step of a run, before and after.
struct Taken {
  Server before{};
  Input input{};
  Server after{};
  Effects effects{};
  Durable disk{};  // the server's, after the step
};

class RandomCluster {
 public:
  explicit RandomCluster(const Config& config) {
    for (std::uint32_t id = 1; id <= config.servers; ++id) {
      servers_.push_back(fresh_server(config, ServerId{id}));
    }
    disks_.resize(config.servers);
  }

  // Takes the action that `choice` stands for: its kind by the rest of 100 (of a hundred, 70
  // deliver), its object by what remains. None if there is no message to deliver, or one was lost.
  std::optional<Taken> take(std::uint32_t choice) {
    const std::uint32_t kind = choice % 100;
    const std::uint32_t object = choice / 100;
    if (kind < 76) return take_message(kind, object);
    const std::size_t server = object % servers_.size();
    if (kind < 81) return take_step(server, ElectionTimeout{});
    if (kind < 82) return take_step(server, LeaseTimeout{});
    if (kind < 83) {
      const auto to = static_cast<std::uint32_t>(object / servers_.size() % servers_.size() + 1);
      return take_step(server, Transfer{ServerId{to}});
    }
    if (kind < 87) return take_step(server, HeartbeatTimeout{});
    if (kind < 90) return take_step(server, Read{++reads_});
    if (kind < 96) return take_step(server, Propose{"c" + std::to_string(++proposals_)});
    if (kind < 97) return take_step(server, change_by(object));
    if (kind < 99) return take_step(server, Restart{disks_[server]});
    return take_step(server, Compact{servers_[server].last_applied, state_at(server)});
  }

  [[nodiscard]] const std::vector<Server>& servers() const { return servers_; }
  [[nodiscard]] const std::vector<Message>& network() const { return network_; }

 private:
  static constexpr std::size_t kInFlightMax = 40;

  std::optional<Taken> take_message(std::uint32_t kind, std::uint32_t object) {
    if (network_.empty()) return std::nullopt;
    const std::size_t place = object % network_.size();
    const Message message = network_[place];
    const bool is_kept = kind >= 60 && kind < 70;  // it may arrive once more
    if (!is_kept) network_.erase(network_.begin() + static_cast<std::ptrdiff_t>(place));
    if (kind >= 70) return std::nullopt;
    return take_step(message.to.value - 1, Receive{message});
  }

  // Any voters at all, mostly many.
  [[nodiscard]] ChangeMembership change_by(std::uint32_t object) const {
    const ServerSet all = ServerSet::first(static_cast<std::uint32_t>(servers_.size()));
    const ServerSet left = ServerSet::from_bits(object / 8) & ServerSet::from_bits(object / 64);
    return {all - left, object % 2 == 0 ? left & all : ServerSet{}};
  }

  // Bytes that differ with the index, and enough of them for a few chunks.
  [[nodiscard]] std::string state_at(std::size_t server) const {
    return "state" + std::to_string(servers_[server].last_applied.value);
  }

  Taken take_step(std::size_t place, Input input) {
    Server& server = servers_[place];
    Taken taken{.before = server, .input = std::move(input)};
    taken.effects = step(server, taken.input);
    make_durable(disks_[place], taken.effects.persist, server);
    for (const Message& message : taken.effects.messages) {
      if (network_.size() == kInFlightMax) network_.erase(network_.begin());
      network_.push_back(message);
    }
    taken.after = server;
    taken.disk = disks_[place];
    return taken;
  }

  std::vector<Server> servers_{};
  std::vector<Durable> disks_{};
  std::vector<Message> network_{};
  std::uint64_t proposals_ = 0;
  std::uint64_t reads_ = 0;
};

// Runs the schedule from fresh servers; calls see(cluster, taken) after every step.
template <class See>
void run(const Schedule& schedule, See see) {
  RandomCluster cluster(schedule.config);
  for (const std::uint32_t choice : schedule.choices) {
    if (const std::optional<Taken> taken = cluster.take(choice)) see(cluster, *taken);
  }
}

inline std::vector<Taken> steps_of(const Schedule& schedule) {
  std::vector<Taken> steps;
  run(schedule, [&](const RandomCluster&, const Taken& taken) { steps.push_back(taken); });
  return steps;
}

// What a failing property prints: the run itself, as far as it goes.
inline std::ostream& operator<<(std::ostream& out, const Schedule& schedule) {
  static constexpr std::array kInputs = {
      "ElectionTimeout", "HeartbeatTimeout", "Propose",  "Receive",
      "Restart",         "LeaseTimeout",     "Transfer", "Read",
      "Compact",         "ChangeMembership", "Persisted"};
  static constexpr std::array kMessages = {
      "RequestVote",    "RequestVoteReply", "AppendEntries",       "AppendEntriesReply",
      "PreVote",        "PreVoteReply",     "TimeoutNow",          "ReadIndex",
      "ReadIndexReply", "InstallSnapshot",  "InstallSnapshotReply"};
  const Config& config = schedule.config;
  out << config.servers << " servers, no-op " << config.no_op << ", plain back-tracking "
      << (config.backtracking == Backtracking::Plain) << ", entries a message "
      << config.entries_per_message << ", pre-vote " << config.pre_vote << ", check quorum "
      << config.check_quorum << ", vote lease " << config.vote_lease << ", lease reads "
      << config.lease_reads << ", bytes " << config.bytes_per_message << ", in flight "
      << config.appends_in_flight << ", uncommitted " << config.uncommitted << ", snapshot chunk "
      << config.snapshot_chunk << ", changes " << static_cast<int>(config.changes) << '\n';
  try {
    run(schedule, [&](const RandomCluster&, const Taken& taken) {
      out << "  server " << taken.after.id.value << ": " << kInputs[taken.input.index()];
      if (const auto* receive = std::get_if<Receive>(&taken.input)) {
        out << ' ' << kMessages[receive->message.body.index()] << " of term "
            << term_of(receive->message).value << " from " << receive->message.from.value;
      }
      out << " -> " << to_string(taken.effects.outcome) << ", term "
          << taken.after.current_term().value << ", last index "
          << taken.after.log.last_index().value << '\n';
    });
  } catch (const ContractViolation& violation) {
    out << "  then: " << violation.what() << '\n';
  }
  return out;
}

// The invariants that server.hpp states, and what each role implies. Empty if all hold.
inline std::string broken_invariant(const Server& server) {
  if (server.last_applied != server.commit_index) return "something committed is not applied";
  if (server.commit_index > server.log.last_index()) return "committed beyond the log's end";
  if (server.log.base_index() > server.commit_index) return "compacted what is not committed";
  if (server.log.base_index() != server.snapshot.index) return "the base is not the snapshot's";
  if (server.log.base_term() != server.snapshot.term)
    return "the base's term is not the snapshot's";
  Term term = std::max(Term{1}, server.log.base_term());
  for (const Entry& entry : server.log.entries()) {
    if (entry.term < term) return "terms go back in the log";
    term = entry.term;
  }
  if (server.log.last_term() > server.current_term()) return "an entry of a later term";
  if (server.hard_state.voted_for.value > server.config.servers) return "a vote for a stranger";
  if (const auto* follower = std::get_if<Follower>(&server.role)) {
    if (follower->lease && !server.config.has_lease()) return "a lease where none is kept";
    return follower->leader == server.id ? "a follower follows itself" : "";
  }
  if (const auto* pre_candidate = std::get_if<PreCandidate>(&server.role)) {
    if (!server.config.pre_vote) return "a pre-candidate without pre-vote";
    return pre_candidate->votes_granted.contains(server.id) ? "" : "it would not vote for itself";
  }
  if (server.hard_state.voted_for != server.id) return "a candidate or leader without its own vote";
  if (const auto* candidate = std::get_if<Candidate>(&server.role)) {
    if (!candidate->votes_granted.contains(server.id)) return "a candidate does not count itself";
    const Membership all{.voters = ServerSet::first(server.config.servers)};
    const bool changes = server.config.changes != Changes::None;
    const bool has_won =
        has_quorum(changes ? membership_of(server) : all, candidate->votes_granted);
    return has_won ? "a candidate has a majority and does not lead" : "";
  }
  const auto& progress = std::get<Leader>(server.role).progress;
  if (std::get<Leader>(server.role).transferee == server.id) return "a transfer to itself";
  if (std::get<Leader>(server.role).heard.has_value() != server.config.check_quorum) {
    return "a leader notes whom it heard from if and only if it checks its quorum";
  }
  if (progress.size() != server.config.servers) return "a leader does not know all servers";
  for (std::uint32_t id = 1; id <= server.config.servers; ++id) {
    const auto& [next, match, offset, flow] = progress[ServerId{id}];
    if (offset > server.snapshot.data.size()) return "a piece from beyond the snapshot's end";
    const bool bounded = server.config.appends_in_flight > 0 && id != server.id.value;
    if (flow.has_value() != bounded) return "flow without a bound, or a bound without";
    if (flow && flow->in_flight.size() > server.config.appends_in_flight)
      return "too much in flight";
    if (flow && flow->is_probing && flow->in_flight.size() > 1) return "two probes";
    if (id == server.id.value) {
      if (next.value + match.value > 0) return "a leader's own slot is in use";
    } else if (match >= next || next > server.log.last_index().next()) {
      return "not match < next <= last + 1";
    }
  }
  return "";
}

}  // namespace raft::test
