// The oracle of the cluster model's tests: the same system run directly. A state is the servers'
// bytes, the history, what is spent and the messages' bytes; every step calls the node. No ids, no
// interning, no memory of steps, no symmetry.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "checker/cluster/bounds.hpp"
#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/membership_changes.hpp"
#include "checker/engine/naive_checker.hpp"

namespace cluster {

struct DirectMessage {
  spec::ServerId from = spec::kNoServer;
  spec::ServerId to = spec::kNoServer;
  std::string bytes;
  auto operator<=>(const DirectMessage&) const = default;
};

// Places in DirectHalf::spent.
inline constexpr std::size_t kCrashes = 0;
inline constexpr std::size_t kTimeouts = 1;
inline constexpr std::size_t kProposals = 2;
inline constexpr std::size_t kDuplicates = 3;
inline constexpr std::size_t kLosses = 4;
inline constexpr std::size_t kCuts = 5;
inline constexpr std::size_t kTransfers = 6;
inline constexpr std::size_t kReads = 7;
inline constexpr std::size_t kDrifts = 8;
inline constexpr std::size_t kCompactions = 9;
inline constexpr std::size_t kChanges = 10;

struct DirectHalf {
  std::vector<std::string> servers;
  std::vector<spec::ServerId> leaders;  // the history's two parts
  std::vector<std::tuple<spec::Term, bool, std::string, spec::Term, std::vector<spec::ServerId>,
                         std::vector<spec::ServerId>, std::vector<spec::ServerId>>>
      committed;
  std::vector<std::pair<std::uint64_t, spec::Index>> reads;  // asked: with what was committed
  std::vector<std::uint64_t> stale;                          // of a stale read: all that is known
  std::vector<spec::ServerId> first_voters;
  std::array<std::uint32_t, 11> spent{};
  std::vector<std::uint8_t> groups;  // empty: no cut
  auto operator<=>(const DirectHalf&) const = default;
};

// One action, in the words of the model's labels.
struct DirectAction {
  ActionKind kind{};
  spec::ServerId server = spec::kNoServer;
  const DirectMessage* message = nullptr;
  bool keep_copy = false;
  std::vector<std::uint8_t> groups{};
  spec::ServerId target = spec::kNoServer;
  spec::Index index = 0;
  MembershipChange change{};
};

class DirectCluster {
 public:
  DirectCluster(node::Node& node, const Bounds& bounds, spec::PropertySet properties)
      : node_(node), bounds_(bounds), properties_(properties) {}

  [[nodiscard]] DirectHalf initial() {
    DirectHalf half;
    for (spec::ServerId id = 1; id <= bounds_.servers; ++id) {
      half.servers.push_back(node_.initial_state(id));
      half.first_voters = node_.view(half.servers.back()).membership.voters;
    }
    return half;
  }

  struct Taken {
    DirectHalf half;
    std::vector<DirectMessage> sent;  // what the network takes
    std::uint32_t violation = 0;      // 1 + Property
  };
  // Nothing if the action can't be taken, does nothing, or a bound forbids it.
  std::optional<Taken> take(const DirectHalf& before, const DirectAction& action) {
    Taken taken{before, {}, 0};
    std::uint32_t proposal = 1;
    if (!spend(action, taken.half, proposal)) return std::nullopt;
    if (action.kind == ActionKind::Cut || action.kind == ActionKind::Heal) {
      taken.half.groups = action.groups;
      return taken;
    }
    const std::string& state = before.servers[action.server - 1];
    const spec::ServerView view = node_.view(state);
    if (action.kind == ActionKind::Crash && action.index > pending_parts(view)) return std::nullopt;
    if (action.kind == ActionKind::Propose && view.log.size() >= bounds_.log) return std::nullopt;
    if (action.kind == ActionKind::ChangeMembership &&
        !is_asked_for(view.membership, action.change)) {
      return std::nullopt;
    }
    const std::string command = action.index > 0 ? std::to_string(action.index)
                                : action.kind == ActionKind::ChangeMembership
                                    ? action.change.payload()
                                    : command_of(proposal);
    const std::uint64_t read = taken.half.spent[kReads];
    if (ends_lease_early(before, action, view) &&
        !pay(taken.half.spent[kDrifts], bounds_.clock_drifts)) {
      return std::nullopt;
    }
    const node::StepResult result = node_.step(state, input_of(action, command, read));
    if (result.contract) {  // no state is left
      const bool is_checked = (properties_ & spec::set_of(spec::Property::Contract)) != 0;
      if (!is_checked) return std::nullopt;
      return Taken{before, {}, number_of(spec::Property::Contract)};
    }
    const bool is_idle = result.state == state && result.messages.empty() && result.reads.empty();
    // A delivery takes its message off the network; one that does not even that is no step.
    if (is_idle && (action.message == nullptr || action.keep_copy)) return std::nullopt;
    const spec::ServerView after = node_.view(result.state);
    if (after.current_term > bounds_.terms) return std::nullopt;
    taken.half.servers[action.server - 1] = result.state;
    const bool is_read = action.kind == ActionKind::Read;
    remember(taken.half, after, {.asked = is_read ? read : 0, .answered = result.reads});
    for (const node::Message& message : result.messages) {
      if (is_cut_off(taken.half, message.from, message.to)) continue;
      taken.sent.push_back({message.from, message.to, message.bytes});
    }
    std::vector<spec::MessageView> sent;
    for (const node::Message& message : result.messages) {
      sent.push_back(node_.message_view(message.bytes));
    }
    const spec::MessageView received =
        action.message == nullptr ? spec::MessageView{} : node_.message_view(action.message->bytes);
    const spec::Exchange exchange{action.message == nullptr ? nullptr : &received, sent,
                                  result.applied ? &*result.applied : nullptr};
    taken.violation =
        violation_of(taken.half, view, after, action.kind == ActionKind::Crash, exchange);
    return taken;
  }

  // Calls f for every action that receives nothing, the impossible ones included.
  template <class F>
  void for_each_internal(F f) {
    for (spec::ServerId id = 1; id <= bounds_.servers; ++id) {
      for (const ActionKind kind :
           {ActionKind::HeartbeatTimeout, ActionKind::ElectionTimeout, ActionKind::Propose,
            ActionKind::Crash, ActionKind::LeaseTimeout}) {
        f(DirectAction{.kind = kind, .server = id});
      }
      f(DirectAction{.kind = ActionKind::Read, .server = id});
      for (spec::ServerId target = 1; target <= bounds_.servers; ++target) {
        f(DirectAction{.kind = ActionKind::Transfer, .server = id, .target = target});
      }
      if (bounds_.async_disk) f(DirectAction{.kind = ActionKind::DiskWrite, .server = id});
      // As many as are pending: take() knows.
      for (spec::Index parts = 1; bounds_.async_disk && parts < 20; ++parts) {
        f(DirectAction{.kind = ActionKind::Crash, .server = id, .index = parts});
      }
      // Every membership there is: take() knows which are asked for.
      const std::uint32_t sets = bounds_.changes == 0 ? 0 : 1U << bounds_.servers;
      for (std::uint32_t voters = 0; voters < sets; ++voters) {
        for (std::uint32_t learners = 0; learners < (bounds_.learners ? sets : 1U); ++learners) {
          if ((voters | learners) == 0) continue;
          f(DirectAction{.kind = ActionKind::ChangeMembership,
                         .server = id,
                         .change = MembershipChange::unpacked(voters | learners << 9U)});
        }
      }
      for (spec::Index index = 1; index <= bounds_.log + bounds_.terms; ++index) {
        if (bounds_.compactions == 0) break;
        f(DirectAction{.kind = ActionKind::Compact, .server = id, .index = index});
      }
    }
    if (bounds_.partitions == 0) return;
    f(DirectAction{.kind = ActionKind::Heal});
    // Every way to give servers group numbers below their own, of which equal cuts are taken once.
    std::set<std::vector<std::uint8_t>> cuts;
    std::vector<std::uint8_t> groups(bounds_.servers, 0);
    std::size_t carry = 0;
    while (carry < groups.size()) {
      cuts.insert(normalised(groups));
      for (carry = 0; carry < groups.size() && ++groups[carry] == groups.size(); ++carry) {
        groups[carry] = 0;
      }
    }
    cuts.erase(std::vector<std::uint8_t>(bounds_.servers, 0));
    for (const auto& cut : cuts) f(DirectAction{.kind = ActionKind::Cut, .groups = cut});
  }

  // All states of the counted network that the bounds describe.
  auto count() {
    using State = std::pair<DirectHalf, std::vector<DirectMessage>>;
    return engine::naive_search(State{initial(), {}}, {}, [&](const State& state, auto visit) {
      for_each_internal([&](const DirectAction& action) {
        arrive(take(state.first, action), state.second, visit);
      });
      std::set<DirectMessage> seen;
      for (const DirectMessage& message : state.second) {
        if (!seen.insert(key(message)).second) continue;  // not the first on its link; a copy
        DirectAction receive{
            .kind = ActionKind::Deliver, .server = message.to, .message = &message};
        std::vector<DirectMessage> rest = state.second;
        rest.erase(std::ranges::find(rest, message));
        arrive(take(state.first, receive), rest, visit);
        receive.keep_copy = true;
        if (bounds_.duplicates > 0) arrive(take(state.first, receive), state.second, visit);
      }
    });
  }

  // Any network: all that was ever sent.
  auto cover() {
    using State = std::pair<DirectHalf, std::set<DirectMessage>>;
    return engine::naive_search(State{initial(), {}}, {}, [&](const State& state, auto visit) {
      const auto follow = [&](const DirectAction& action) {
        if (const auto taken = take(state.first, action)) {
          State after{taken->half, state.second};
          after.second.insert(taken->sent.begin(), taken->sent.end());
          visit(after, taken->violation);
        }
      };
      for_each_internal(follow);
      for (const DirectMessage& message : state.second) {
        follow({.kind = ActionKind::Deliver, .server = message.to, .message = &message});
      }
    });
  }

  // Puts a message on the counted network.
  void put(std::vector<DirectMessage>& network, const DirectMessage& message) const {
    const auto at = std::ranges::upper_bound(
        network, key(message), {}, [this](const DirectMessage& other) { return key(other); });
    network.insert(at, message);
  }
  // What of a message the network's order goes by.
  [[nodiscard]] DirectMessage key(const DirectMessage& message) const {
    if (bounds_.network != Network::Ordered) return message;
    return {message.from, message.to, {}};
  }

 private:
  static std::uint64_t pending_parts(const spec::ServerView& view) {
    std::uint64_t parts = 0;
    for (const std::uint64_t write : view.disk.value_or(spec::DiskView{}).pending) parts += write;
    return parts;
  }
  static std::uint32_t number_of(spec::Property property) {
    return 1 + static_cast<std::uint32_t>(property);
  }
  static bool is_cut_off(const DirectHalf& half, spec::ServerId a, spec::ServerId b) {
    return !half.groups.empty() && half.groups[a - 1] != half.groups[b - 1];
  }

  static bool pay(std::uint32_t& spent, std::optional<std::uint32_t> budget) {
    if (!budget) return true;
    if (spent == *budget) return false;
    ++spent;
    return true;
  }
  bool spend(const DirectAction& action, DirectHalf& half, std::uint32_t& proposal) const {
    switch (action.kind) {
      case ActionKind::HeartbeatTimeout:
      case ActionKind::LeaseTimeout:
        return true;
      case ActionKind::ElectionTimeout:
        return pay(half.spent[kTimeouts], bounds_.timeouts);
      case ActionKind::Propose:
        proposal = bounds_.proposals ? half.spent[kProposals] + 1 : 1;
        return pay(half.spent[kProposals], bounds_.proposals);
      case ActionKind::Crash:
        return pay(half.spent[kCrashes], bounds_.crashes);
      case ActionKind::Read:
        return pay(half.spent[kReads], bounds_.reads);
      case ActionKind::Transfer:
        return pay(half.spent[kTransfers], bounds_.transfers);
      case ActionKind::Compact:
        return pay(half.spent[kCompactions], bounds_.compactions);
      case ActionKind::DiskWrite:
        return true;
      case ActionKind::ChangeMembership:
        return pay(half.spent[kChanges], bounds_.changes);
      case ActionKind::Cut:
        return half.groups.empty() && pay(half.spent[kCuts], bounds_.partitions);
      case ActionKind::Heal:
        return !half.groups.empty();
      default:
        return !is_cut_off(half, action.message->from, action.message->to) &&
               (!action.keep_copy || pay(half.spent[kDuplicates], bounds_.duplicates));
    }
  }

  static node::Input input_of(const DirectAction& action, const std::string& command,
                              std::uint64_t read) {
    switch (action.kind) {
      case ActionKind::HeartbeatTimeout:
        return {node::InputKind::HeartbeatTimeout, {}};
      case ActionKind::ElectionTimeout:
        return {node::InputKind::ElectionTimeout, {}};
      case ActionKind::Propose:
        return {node::InputKind::Propose, command};
      case ActionKind::Crash:
        return {node::InputKind::Restart, action.index > 0 ? command : std::string_view()};
      case ActionKind::LeaseTimeout:
        return {node::InputKind::LeaseTimeout, {}};
      case ActionKind::Transfer:
        return {.kind = node::InputKind::Transfer, .payload = {}, .target = action.target};
      case ActionKind::Read:
        return {.kind = node::InputKind::Read, .payload = {}, .target = 0, .read = read};
      case ActionKind::DiskWrite:
        return {node::InputKind::DiskWrite, {}};
      case ActionKind::Compact:
        return {node::InputKind::Compact, command};
      case ActionKind::ChangeMembership:
        return {node::InputKind::ChangeMembership, command};
      default:
        return {node::InputKind::Receive, action.message->bytes};
    }
  }

  static spec::History history_of(const DirectHalf& half) {
    spec::History history;
    history.leaders = half.leaders;
    for (const auto& [term, no_op, command, commit_term, voters, outgoing, learners] :
         half.committed) {
      spec::EntryView entry{term, no_op, command};
      entry.is_membership = !voters.empty();
      entry.membership = {voters, outgoing, learners};
      history.committed.push_back({entry, commit_term});
    }
    for (const auto& [id, committed] : half.reads) history.reads.push_back({id, committed});
    if (!half.stale.empty()) {
      history.stale_read = {{half.stale[0], half.stale[1]},
                            static_cast<spec::ServerId>(half.stale[2]),
                            half.stale[3]};
    }
    history.first_membership.voters = half.first_voters;
    return history;
  }
  // Other voters, who are learners no more; or one learner more or less.
  static bool is_asked_for(const spec::MembershipView& now, const MembershipChange& change) {
    std::vector<spec::ServerId> kept;
    std::vector<spec::ServerId> changed;
    std::ranges::set_difference(now.learners, change.voters, std::back_inserter(kept));
    std::ranges::set_symmetric_difference(now.learners, change.learners,
                                          std::back_inserter(changed));
    return change.voters == now.voters ? changed.size() == 1 : change.learners == kept;
  }
  // Somebody's minimum election timeout ends while a leader counts on its not doing so.
  bool ends_lease_early(const DirectHalf& half, const DirectAction& action,
                        const spec::ServerView& view) {
    if (action.kind != ActionKind::ElectionTimeout && action.kind != ActionKind::LeaseTimeout) {
      return false;
    }
    if (view.role == spec::Role::Leader || !view.lease) return false;
    return std::ranges::any_of(half.servers, [&](const std::string& state) {
      const spec::ServerView other = node_.view(state);
      return other.role == spec::Role::Leader && other.lease;
    });
  }

  static void remember(DirectHalf& half, const spec::ServerView& after,
                       const spec::ReadEvents& reads) {
    const spec::History history = spec::extended(history_of(half), after, reads);
    half.reads.clear();
    for (const spec::AskedRead& asked : history.reads) {
      half.reads.emplace_back(asked.id, asked.committed);
    }
    if (history.stale_read) {
      const spec::StaleRead& stale = *history.stale_read;
      half.stale = {stale.read.id, stale.read.committed, stale.server, stale.applied};
    }
    half.leaders = history.leaders;
    half.committed.clear();
    for (const auto& [entry, commit_term] : history.committed) {
      const spec::MembershipView& membership = entry.membership;
      half.committed.emplace_back(entry.term, entry.no_op, entry.command, commit_term,
                                  membership.voters, membership.outgoing, membership.learners);
    }
  }

  std::uint32_t violation_of(const DirectHalf& half, const spec::ServerView& before,
                             const spec::ServerView& after, bool restarted,
                             const spec::Exchange& exchange) {
    std::vector<spec::ServerView> views;
    std::vector<const spec::ServerView*> pointers;
    views.reserve(half.servers.size());
    pointers.reserve(half.servers.size());
    for (const std::string& state : half.servers) views.push_back(node_.view(state));
    for (const spec::ServerView& view : views) pointers.push_back(&view);
    std::uint32_t first = 0;
    for (const auto& broken : {spec::check_step(before, after, restarted, properties_),
                               spec::check_exchange(before, after, exchange, properties_),
                               spec::check_state(pointers, history_of(half), properties_)}) {
      if (!broken) continue;
      const std::uint32_t number = number_of(broken->property);
      if (first == 0 || number < first) first = number;
    }
    return first;
  }

  template <class Visit>
  void arrive(const std::optional<Taken>& taken, const std::vector<DirectMessage>& rest,
              Visit visit) {
    if (!taken) return;
    const std::size_t sent = taken->sent.size();
    for (std::uint32_t lost = 0; lost < 1U << sent; ++lost) {
      const auto count = static_cast<std::uint32_t>(std::popcount(lost));
      if (count > 0 && bounds_.loss == LossMode::None) continue;
      std::pair<DirectHalf, std::vector<DirectMessage>> after{taken->half, rest};
      if (bounds_.loss == LossMode::Budgeted) after.first.spent[kLosses] += count;
      if (after.first.spent[kLosses] > bounds_.losses) continue;
      for (std::size_t i = 0; i < sent; ++i) {
        if ((lost >> i & 1U) == 0) put(after.second, taken->sent[i]);
      }
      if (after.second.size() <= bounds_.inflight) visit(after, taken->violation);
    }
  }

  node::Node& node_;
  Bounds bounds_;
  spec::PropertySet properties_;
};

}  // namespace cluster
