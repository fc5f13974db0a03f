// What happens to a cluster once faults stop: a fair schedule, by the paper's timing requirement
// (section 5.6, broadcastTime << electionTimeout).
//
// At the beginning everything in flight is lost and every cut is healed; from then on no message is
// lost, doubled or overtaken and no server crashes. Some minority of the servers may be down for
// good: Raft promises progress with any majority. Time goes in rounds. In a round
//   1. each leader's heartbeat timer runs out;
//   2. the minimum election timeouts that are due run out (of servers that keep track of when they
//      heard from their leader); then the election timers that are due, one at a time;
//   3. a client proposes a new command to the leader of the highest term, if that leader has no new
//      command in its log yet;
// and after each of these all messages are received, first in, first out. The cluster has recovered
// when one server leads, all servers are in its term, and its new command is committed at each (of
// those that are up).
//
// Election timers. Each server's timer takes a fixed time of its own: the k-th server in the
// schedule's order (k from 0) 2 + k rounds. A timer that ran out stays silent until the server asks
// for it again (node::Timers; where an implementation does not say what it asks for, Figure 2's
// rule is read off its views). All run at the beginning but those of leaders: a leader's timer may
// have run out unheeded (one that checks its quorum, or hands its lead over,
// needs it, and it runs). The minimum election
// timeout is 2 rounds. So a cluster that hears its leader stays with it, be it able to commit or
// not: nothing from outside helps it over a livelock.
//
// Messages in flight at the beginning would add nothing: over any of the networks, receiving some
// of them first and losing the rest leads to a reachable state whose messages are all lost, and the
// schedule is run from there too. (The space's bounds are the limit of this argument.)
//
// Every choice goes by the schedule's order, none by the servers' ids, so a renamed cluster under a
// renamed order does the same, renamed.
//
// How many steps a correct cluster takes. Call the broadcast of a server with its answers an
// exchange: 1 + 2(n - 1) steps. Leaders of old terms learn of it by their first heartbeat: n
// exchanges. A server whose log is the most up to date gives its vote only to another such server,
// which everybody votes for; so nothing puts its timer off but somebody's success. Its first
// timeout may be in an old term; the answers tell it the present one, and its second succeeds: at
// most 2(n + 1) rounds, in which the k-th timer runs out 2(n + 1) / (2 + k) times, each time for an
// exchange of votes and, if a majority grants them, one of heartbeats. Then each follower is led
// back over the leader's log and forward again, at most 4 steps an entry; and 3 exchanges bring the
// new command, its commitment and the news of it. recovery_steps_for() adds this up.
//
// A pre-vote goes before each election, for one exchange more. Where leases are kept, a timeout may
// come to nothing since the others have heard from a leader of late; by the next, 2 rounds later or
// more, they have not, unless it leads on. So there are at most twice as many timeouts, and between
// two of them each server's lease may end once. A leader's checks of its quorum are steps as well:
// one in 2 rounds at most, of 3 exchanges each at the end. A transfer that is under way when faults
// stop ends in one more election, or within an election timeout, in each round of which the leader
// refuses the new command once and sends heartbeats. Where messages in flight are bounded, what
// was lost of a pipeline is found by a heartbeat, and sent anew; where the uncommitted tail is
// bounded, a leader refuses the new command while that is replicated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checker/cluster/bounds.hpp"
#include "checker/node/node.hpp"
#include "spec/view.hpp"

namespace cluster {

// The command that the client proposes once faults stopped. No run before has it.
inline constexpr const char* kRecoveryCommand = "recovery";

// The steps within which a cluster should recover from any state within the bounds.
std::uint64_t recovery_steps_for(const Bounds& bounds, const node::Options& options);

// The servers that are up, in the order in which their election timers run out. The others are
// down.
using TimerOrder = std::vector<spec::ServerId>;

// The orders that are tried for each state. All servers up: every rotation of 1..n and of its
// reverse. Each smallest majority up: its rotations. So every server is first in some; and for up
// to 3 servers these are all orders.
std::vector<TimerOrder> timer_orders(std::uint32_t servers);

// What the schedule needs to know of a server.
struct ServerFacts {
  bool leads = false;
  bool needs_timer = false;  // a leader whose election timer runs
  bool has_lease = false;    // a follower whose minimum election timeout still runs
  spec::Term term = 0;
  spec::Index commit_index = 0;
  bool writes = false;       // something it wrote is not durable yet
  spec::Index proposed = 0;  // of the last entry with the new command and of the present term
  std::vector<spec::ServerId> members{};  // in force there, where memberships change; empty: all
};
ServerFacts facts_of(const spec::ServerView& view);

// Those where memberships change: every rotation of the members of the membership that is committed
// and of those that may yet be, and of the reverse; and once everybody has the same membership each
// smallest majority of its voters, its rotations. A server that is no member any more has been
// switched off. While memberships differ nobody is down beside: a server that does not know of a
// member does not tell it of its terms, and two with fixed timers can miss each other for ever.
// `first_members`: before any change.
std::vector<TimerOrder> timer_orders(const std::vector<spec::ServerView>& views,
                                     const std::vector<spec::ServerId>& first_members);

// Which of its timers a step restarts.
struct ScheduledEffect {
  bool restarts_timer = false;  // the election timer
  bool restarts_lease = false;  // the minimum election timeout
};
// Of a step that took a server from one view to another. `from` is the sender of what it received,
// kNoServer for a timeout or a proposal.
ScheduledEffect timers_of(const node::StepResult& result, const spec::ServerView& before,
                          const spec::ServerView& after, spec::ServerId from);

enum class ScheduleEnd : std::uint8_t {
  Recovered,
  OutOfSteps,  // not recovered after as many steps as were allowed
  Stuck,       // nobody leads and no timer runs: nothing will ever happen
  Stopped,     // the cluster could not take the step (a broken contract, a replay that differs)
};

struct ScheduleResult {
  ScheduleEnd end = ScheduleEnd::Recovered;
  std::uint64_t steps = 0;  // that were taken
};

// What the schedule runs on:
//   using Message;                             // copyable
//   ServerFacts facts(ServerId);
//   std::optional<ScheduledEffect> heartbeat(ServerId), timeout(ServerId), lease_timeout(ServerId),
//                                  propose(ServerId), receive(const Message&);
//                                  // nothing: the step could not be taken
//   std::optional<ScheduledEffect> write(ServerId);  // its oldest write becomes durable
//   ServerId to(const Message&);
//   sent(): a range of the messages that the last step sent
template <class Cluster>
class FairSchedule {
 public:
  FairSchedule(Cluster& cluster, std::span<const spec::ServerId> order, std::uint64_t steps_max)
      : cluster_(cluster),
        order_(order),
        steps_max_(steps_max),
        due_(order.size(), kSilent),
        lease_due_(order.size(), kSilent) {}

  ScheduleResult run() {
    for (std::size_t place = 0; place < order_.size(); ++place) {
      const ServerFacts facts = cluster_.facts(order_[place]);
      if (!facts.leads || facts.needs_timer) start_timer(place);
      if (facts.has_lease) start_lease(place);
    }
    for (std::size_t place = 0; place < order_.size(); ++place) {
      if (!write_all(place)) return {end_, steps_};
    }
    if (!receive_all()) return {end_, steps_};
    while (!is_over_) {
      const std::uint64_t before = steps_;
      if (!heartbeats() || !lease_timeouts() || !timeouts() || !proposal()) break;
      // Rounds without steps are passed over: a bound on steps would never end them.
      if (steps_ == before && !skip_to_next_timer()) break;
      ++round_;
    }
    return {end_, steps_};
  }

 private:
  using Message = typename Cluster::Message;
  static constexpr std::uint64_t kSilent = ~std::uint64_t{0};

  static constexpr std::uint64_t kRoundsMin = 2;  // the minimum election timeout

  void start_timer(std::size_t place) { due_[place] = round_ + kRoundsMin + place; }
  void start_lease(std::size_t place) { lease_due_[place] = round_ + kRoundsMin; }

  // These return whether to go on; else end_ says how it ended.
  bool finish(ScheduleEnd end) {
    end_ = end;
    is_over_ = true;
    return false;
  }
  bool may_step() { return steps_ < steps_max_ || finish(ScheduleEnd::OutOfSteps); }

  bool took(std::size_t place, const std::optional<ScheduledEffect>& effect) {
    if (!note(place, effect)) return false;
    return write_all(place);
  }

  bool note(std::size_t place, const std::optional<ScheduledEffect>& effect) {
    ++steps_;
    if (!effect) return finish(ScheduleEnd::Stopped);
    if (effect->restarts_timer) start_timer(place);
    if (effect->restarts_lease) start_lease(place);
    for (const spec::ServerId receiver : order_) {
      for (const Message& message : cluster_.sent()) {  // what is sent to the others is lost
        if (cluster_.to(message) == receiver) queue_.push_back(message);
      }
    }
    return true;
  }

  // Disks are fast: whatever a step has written is durable before anything else happens.
  bool write_all(std::size_t place) {
    while (cluster_.facts(order_[place]).writes) {
      if (!may_step() || !note(place, cluster_.write(order_[place]))) return false;
    }
    return true;
  }

  bool heartbeats() {
    for (std::size_t place = 0; place < order_.size(); ++place) {
      if (!cluster_.facts(order_[place]).leads) continue;
      if (!may_step() || !took(place, cluster_.heartbeat(order_[place]))) return false;
    }
    return receive_all();
  }

  bool lease_timeouts() {
    for (std::size_t place = 0; place < order_.size(); ++place) {
      if (lease_due_[place] > round_) continue;
      lease_due_[place] = kSilent;
      if (!cluster_.facts(order_[place]).has_lease) continue;
      if (!may_step() || !took(place, cluster_.lease_timeout(order_[place]))) return false;
    }
    return receive_all();
  }

  bool timeouts() {
    for (std::size_t place = 0; place < order_.size(); ++place) {
      if (due_[place] > round_) continue;
      due_[place] = kSilent;
      if (!may_step() || !took(place, cluster_.timeout(order_[place])) || !receive_all()) {
        return false;
      }
    }
    return true;
  }

  bool proposal() {
    const std::optional<std::size_t> leader = leader_place();
    if (!leader || cluster_.facts(order_[*leader]).proposed != 0) return true;
    return may_step() && took(*leader, cluster_.propose(order_[*leader])) && receive_all();
  }

  bool receive_all() {
    while (received_ < queue_.size()) {
      if (!may_step()) return false;
      const Message message = queue_[received_++];
      const auto receiver = std::ranges::find(order_, cluster_.to(message));
      const auto place = static_cast<std::size_t>(receiver - order_.begin());
      if (!took(place, cluster_.receive(message))) return false;
      if (has_recovered()) return finish(ScheduleEnd::Recovered);
    }
    queue_.clear();
    received_ = 0;
    return !has_recovered() || finish(ScheduleEnd::Recovered);
  }

  // The only leader of the highest term, if there is one.
  std::optional<std::size_t> leader_place() {
    std::optional<std::size_t> leader;
    spec::Term highest = 0;
    for (std::size_t place = 0; place < order_.size(); ++place) {
      const ServerFacts facts = cluster_.facts(order_[place]);
      if (facts.term > highest) leader.reset();
      highest = std::max(highest, facts.term);
      if (!facts.leads || facts.term < highest) continue;
      if (leader) return std::nullopt;  // two: somebody else's property is broken
      leader = place;
    }
    return leader;
  }

  bool has_recovered() {
    const std::optional<std::size_t> leader = leader_place();
    if (!leader) return false;
    const ServerFacts first = cluster_.facts(order_[*leader]);
    if (first.proposed == 0) return false;
    std::size_t leaders = 0;
    for (const spec::ServerId server : order_) {
      if (!first.members.empty() &&
          std::ranges::find(first.members, server) == first.members.end()) {
        continue;
      }
      const ServerFacts facts = cluster_.facts(server);
      if (facts.term != first.term || facts.proposed != first.proposed ||
          facts.commit_index < facts.proposed) {
        return false;
      }
      leaders += facts.leads ? 1U : 0U;
    }
    return leaders == 1;
  }

  bool skip_to_next_timer() {
    const std::uint64_t next =
        std::min(*std::ranges::min_element(due_), *std::ranges::min_element(lease_due_));
    if (next == kSilent) return finish(ScheduleEnd::Stuck);
    round_ = std::max(round_, next - 1);
    return true;
  }

  Cluster& cluster_;
  std::span<const spec::ServerId> order_;
  std::uint64_t steps_max_;
  std::vector<std::uint64_t> due_;  // by place in the order: the round in which the timer runs out
  std::vector<std::uint64_t> lease_due_;  // the same of the minimum election timeout
  std::vector<Message> queue_;
  std::size_t received_ = 0;
  std::uint64_t round_ = 0;
  std::uint64_t steps_ = 0;
  bool is_over_ = false;
  ScheduleEnd end_ = ScheduleEnd::Recovered;
};

}  // namespace cluster
