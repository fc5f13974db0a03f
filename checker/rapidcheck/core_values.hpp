// RapidCheck generators of the core's values: servers in reachable states, messages and inputs,
// well formed and hostile.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "checker/rapidcheck/random_cluster.hpp"
#include "checker/rapidcheck/settings.hpp"
#include "src/raft/input.hpp"
#include "src/raft/message.hpp"
#include "src/raft/server.hpp"

namespace raft::rapid {

using cluster::rapid::in_range;

// --- Runs of the core ---------------------------------------------------------------------------

// The options as given, or any.
inline rc::Gen<Schedule> schedules(const rc::Gen<Config>& configs = cluster::rapid::configs()) {
  const auto choices = rc::gen::scale(
      3.0, rc::gen::container<std::vector<std::uint32_t>>(in_range<std::uint32_t>(0, 1'000'000)));
  return rc::gen::build<Schedule>(rc::gen::set(&Schedule::config, configs),
                                  rc::gen::set(&Schedule::choices, choices));
}

// A server as some run leaves it, and the messages then in flight.
struct Reached {
  Schedule schedule{};  // that it is reached by
  Server server{};
  std::vector<Message> network{};
};

inline std::ostream& operator<<(std::ostream& out, const Reached& reached) {
  return out << "server " << reached.server.id.value << " after " << reached.schedule;
}

inline rc::Gen<Reached> reached_servers() {
  const auto place = in_range<std::uint32_t>(0, kServersMax);
  return rc::gen::map(
      rc::gen::pair(schedules(), place), [](std::pair<Schedule, std::uint32_t> drawn) {
        RandomCluster cluster(drawn.first.config);
        for (const std::uint32_t choice : drawn.first.choices) cluster.take(choice);
        const Server& server = cluster.servers()[drawn.second % drawn.first.config.servers];
        return Reached{std::move(drawn.first), server, cluster.network()};
      });
}

// --- Messages -----------------------------------------------------------------------------------

// Small numbers, near to what servers hold, and the largest.
inline rc::Gen<std::uint64_t> numbers() {
  constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();
  return rc::gen::weightedOneOf<std::uint64_t>(
      {{15, in_range<std::uint64_t>(0, 6)}, {1, rc::gen::element(kHuge, kHuge - 1)}});
}
inline rc::Gen<Term> terms() { return rc::gen::construct<Term>(numbers()); }
inline rc::Gen<Index> indexes() { return rc::gen::construct<Index>(numbers()); }
// Nobody and strangers among them.
inline rc::Gen<ServerId> ids() {
  return rc::gen::construct<ServerId>(in_range<std::uint32_t>(0, 7));
}

inline rc::Gen<Membership> memberships() {
  const auto set = rc::gen::map(in_range<std::uint64_t>(0, 64), ServerSet::from_bits);
  return rc::gen::construct<Membership>(set, set, set);
}

inline rc::Gen<std::vector<Entry>> entry_lists() {
  const auto plain = rc::gen::construct<Entry>(
      terms(), rc::gen::element(EntryKind::Command, EntryKind::NoOp),
      rc::gen::element<std::string>("", "c1", "c2"), rc::gen::just(Membership{}));
  const auto of_members = rc::gen::construct<Entry>(terms(), rc::gen::just(EntryKind::Membership),
                                                    rc::gen::just(std::string()), memberships());
  const auto entry = rc::gen::weightedOneOf<Entry>({{7, plain}, {1, of_members}});
  return rc::gen::mapcat(in_range<std::size_t>(0, 4), [=](std::size_t count) {
    return rc::gen::container<std::vector<Entry>>(count, entry);
  });
}

// Of every kind; some come out well formed.
inline rc::Gen<MessageBody> bodies() {
  const auto wrap = [](const auto& generator) { return rc::gen::cast<MessageBody>(generator); };
  const auto flag = rc::gen::arbitrary<bool>();
  return rc::gen::oneOf(
      wrap(rc::gen::construct<RequestVote>(terms(), indexes(), terms(), flag)),
      wrap(rc::gen::construct<TimeoutNow>(terms())),
      wrap(rc::gen::construct<ReadIndex>(terms(), numbers())),
      wrap(rc::gen::construct<ReadIndexReply>(terms(), numbers(), indexes())),
      wrap(rc::gen::construct<RequestVoteReply>(terms(), flag)),
      wrap(rc::gen::construct<PreVote>(terms(), indexes(), terms())),
      wrap(rc::gen::construct<PreVoteReply>(terms(), flag)),
      wrap(rc::gen::construct<AppendEntries>(terms(), indexes(), terms(), entry_lists(), indexes(),
                                             numbers())),
      wrap(rc::gen::construct<AppendEntriesReply>(terms(), flag, indexes(), terms(), indexes(),
                                                  numbers())),
      wrap(rc::gen::construct<InstallSnapshot>(terms(), indexes(), terms(), numbers(),
                                               rc::gen::element<std::string>("", "s", "state"),
                                               flag, memberships())),
      wrap(rc::gen::construct<InstallSnapshotReply>(terms(), indexes(), numbers(), flag)));
}

// Whoever from, whoever to.
inline rc::Gen<Message> messages() { return rc::gen::construct<Message>(ids(), ids(), bodies()); }

// Made up, or once sent by somebody to somebody; mostly with addresses that can be.
inline rc::Gen<Message> messages_for(const Reached& now) {
  const auto sent = now.network.empty() ? bodies()
                                        : rc::gen::map(rc::gen::elementOf(now.network),
                                                       [](Message old) { return old.body; });
  const auto made = rc::gen::construct<Message>(ids(), ids(), rc::gen::oneOf(bodies(), sent));
  const auto addressed = rc::gen::map(
      made, [servers = now.server.config.servers, to = now.server.id](Message message) {
        message.to = to;
        message.from = ServerId{(to.value + message.from.value) % servers + 1};
        return message;
      });
  return rc::gen::weightedOneOf<Message>({{9, addressed}, {1, made}});
}

// --- Inputs -------------------------------------------------------------------------------------

inline rc::Gen<std::vector<Command>> command_lists() {
  return rc::gen::map(in_range<std::size_t>(0, 4), [](std::size_t count) {
    return std::vector<Command>(count, "hostile, and longer than what lies in a value");
  });
}

// Whatever a driver could hand in, rightly or not: mostly messages.
inline rc::Gen<Input> inputs_for(const Reached& now) {
  const auto wrap = [](const auto& generator) { return rc::gen::cast<Input>(generator); };
  const auto hard_state = rc::gen::construct<HardState>(terms(), ids());
  const auto damaged = rc::gen::map(rc::gen::pair(hard_state, entry_lists()),
                                    [](const std::pair<HardState, std::vector<Entry>>& disk) {
                                      return Restart{{disk.first, Log(disk.second), {}}};
                                    });
  const auto sets = rc::gen::map(in_range<std::uint64_t>(0, 64), ServerSet::from_bits);
  const auto text = rc::gen::just(std::string("hostile"));
  return rc::gen::weightedOneOf<Input>(
      {{1, wrap(rc::gen::just(ElectionTimeout{}))},
       {1, wrap(rc::gen::just(HeartbeatTimeout{}))},
       {1, wrap(rc::gen::just(LeaseTimeout{}))},
       {1, wrap(rc::gen::construct<Propose>(text))},
       {1, wrap(rc::gen::construct<ProposeBatch>(command_lists()))},
       {1, wrap(damaged)},
       {1, wrap(rc::gen::construct<Transfer>(ids()))},
       {1, wrap(rc::gen::construct<Read>(numbers()))},
       {1, wrap(rc::gen::construct<Compact>(indexes(), text))},
       {1, wrap(rc::gen::construct<ChangeMembership>(sets, sets))},
       {1, wrap(rc::gen::construct<Persisted>(hard_state, indexes(), terms()))},
       {8, wrap(rc::gen::construct<Receive>(messages_for(now)))}});
}

}  // namespace raft::rapid
