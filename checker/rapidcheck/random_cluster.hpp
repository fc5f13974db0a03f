// A small cluster of the core itself, without any node boundary, driven by numbers: every number is
// an action, so that a vector of random numbers is a schedule, and a shorter vector is a simpler
// one. The network loses, doubles and reorders; servers crash and come back from their disks, which
// may be behind (Config::async_disk) and torn. For what is to be said of raft::Server and of
// raft::Effects; whole runs, judged and traced, are those of checker/cluster/choices.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "checker/rapidcheck/show.hpp"
#include "src/raft/contract.hpp"
#include "src/raft/disk.hpp"
#include "src/raft/step.hpp"

namespace raft::rapid {

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
  Durable disk{};  // the server's, after the step: of what waits to be written, nothing
};

class RandomCluster {
 public:
  explicit RandomCluster(const Config& config) {
    for (std::uint32_t id = 1; id <= config.servers; ++id) {
      servers_.push_back(fresh_server(config, ServerId{id}));
    }
    disks_.resize(config.servers);
    unwritten_.resize(config.servers);
  }

  // Takes the action that `choice` stands for: its kind by the rest of 100 (of a hundred, 70
  // deliver), its object by what remains. None if there is no message to deliver, or one was lost.
  std::optional<Taken> take(std::uint32_t choice) {
    const std::uint32_t kind = choice % 100;
    const std::uint32_t object = choice / 100;
    const std::size_t server = object % servers_.size();
    if (!unwritten_[server].empty() && choice % 3 == 0)
      return take_step(server, write_next(server));
    if (kind < 76) return take_message(kind, object);
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
    if (kind < 99) {
      tear(server, object / static_cast<std::uint32_t>(servers_.size()));
      return take_step(server, Restart{disks_[server]});
    }
    return take_step(server, Compact{servers_[server].last_applied, state_at(server)});
  }

  [[nodiscard]] const std::vector<Server>& servers() const { return servers_; }
  [[nodiscard]] const std::vector<Message>& network() const { return network_; }

 private:
  static constexpr std::size_t kInFlightMax = 40;

  struct Unwritten {
    Write write{};
    std::vector<Message> messages{};  // that wait for it
  };

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
    if (server.config.async_disk) {
      write_later(place, taken.effects);
    } else {
      make_durable(disks_[place], taken.effects.persist, server);
    }
    send(taken.effects.messages);
    taken.after = server;
    taken.disk = disks_[place];
    return taken;
  }

  void send(const std::vector<Message>& messages) {
    for (const Message& message : messages) {
      if (network_.size() == kInFlightMax) network_.erase(network_.begin());
      network_.push_back(message);
    }
  }

  void write_later(std::size_t place, const Effects& effects) {
    std::deque<Unwritten>& unwritten = unwritten_[place];
    if (auto write = write_of(effects.persist, servers_[place])) {
      unwritten.push_back({*std::move(write)});
    }
    if (unwritten.empty()) return send(effects.after_persist);
    std::vector<Message>& waiting = unwritten.back().messages;
    waiting.insert(waiting.end(), effects.after_persist.begin(), effects.after_persist.end());
  }

  Input write_next(std::size_t place) {
    const Unwritten done = std::move(unwritten_[place].front());
    unwritten_[place].pop_front();
    write_parts(disks_[place], done.write, parts_of(done.write));
    send(done.messages);
    return persisted(done.write);
  }

  // A crash: of what is not yet written, so many writes are done after all, and of the next one
  // some parts.
  void tear(std::size_t place, std::uint32_t object) {
    std::deque<Unwritten>& unwritten = unwritten_[place];
    std::size_t whole = unwritten.empty() ? 0 : object % (unwritten.size() + 1);
    for (const auto& [write, messages] : unwritten) {
      const std::size_t parts = parts_of(write);
      write_parts(disks_[place], write, whole > 0 ? parts : object / 8 % (parts + 1));
      if (whole-- == 0) break;
    }
    unwritten.clear();
  }

  std::vector<Server> servers_{};
  std::vector<Durable> disks_{};
  std::vector<std::deque<Unwritten>> unwritten_{};  // oldest first
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
  const Config& config = schedule.config;
  out << config.servers << " servers, no-op " << config.no_op << ", plain back-tracking "
      << (config.backtracking == Backtracking::Plain) << ", entries a message "
      << config.entries_per_message << ", pre-vote " << config.pre_vote << ", check quorum "
      << config.check_quorum << ", vote lease " << config.vote_lease << ", lease reads "
      << config.lease_reads << ", bytes " << config.bytes_per_message << ", in flight "
      << config.appends_in_flight << ", uncommitted " << config.uncommitted << ", snapshot chunk "
      << config.snapshot_chunk << ", changes " << static_cast<int>(config.changes)
      << ", asynchronous disk " << config.async_disk << ", first voters " << config.voters.bits()
      << '\n';
  try {
    run(schedule, [&](const RandomCluster&, const Taken& taken) {
      out << "  server " << taken.after.id.value << ": " << kInputNames.at(taken.input.index());
      if (const auto* receive = std::get_if<Receive>(&taken.input)) {
        out << ' ' << kMessageNames.at(receive->message.body.index()) << " of term "
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

}  // namespace raft::rapid
