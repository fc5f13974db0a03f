#include "checker/cluster/recovery.hpp"

#include <algorithm>

namespace cluster {
namespace {

// Names of inputs that are not messages; message ids stay below.
constexpr std::uint32_t kElectionTimeoutKey = 0xFF000000;
constexpr std::uint32_t kHeartbeatTimeoutKey = 0xFF000001;
constexpr std::uint32_t kProposeKey = 0xFF000002;
constexpr std::uint32_t kLeaseTimeoutKey = 0xFF000003;
constexpr std::uint32_t kDiskWriteKey = 0xFF000004;

constexpr std::uint64_t kPollInterval = 64;      // states between two questions whether to go on
constexpr std::size_t kAllOrdersServersMax = 6;  // 720 orders

}  // namespace

// What FairSchedule runs on here: a row of ids.
class Recovery::Cluster {
 public:
  using Message = MessageId;

  Cluster(Recovery& owner, std::span<const LocalId> row)
      : owner_(owner), row_(row.begin(), row.end()) {}

  [[nodiscard]] const ServerFacts& facts(spec::ServerId server) const {
    return owner_.locals_[row_[server - 1]].facts;
  }
  [[nodiscard]] spec::ServerId to(MessageId message) const { return owner_.messages_[message].to; }
  [[nodiscard]] std::span<const MessageId> sent() const { return owner_.sends_[sends_]; }

  std::optional<ScheduledEffect> heartbeat(spec::ServerId server) {
    return take(server, kHeartbeatTimeoutKey, {node::InputKind::HeartbeatTimeout, {}});
  }
  std::optional<ScheduledEffect> timeout(spec::ServerId server) {
    return take(server, kElectionTimeoutKey, {node::InputKind::ElectionTimeout, {}});
  }
  std::optional<ScheduledEffect> lease_timeout(spec::ServerId server) {
    return take(server, kLeaseTimeoutKey, {node::InputKind::LeaseTimeout, {}});
  }
  std::optional<ScheduledEffect> propose(spec::ServerId server) {
    return take(server, kProposeKey, {node::InputKind::Propose, kRecoveryCommand});
  }
  std::optional<ScheduledEffect> write(spec::ServerId server) {
    return take(server, kDiskWriteKey, {node::InputKind::DiskWrite, {}});
  }
  std::optional<ScheduledEffect> receive(MessageId id) {
    const node::Message& message = owner_.messages_[id];
    return take(message.to, id, {node::InputKind::Receive, message.bytes}, message.from);
  }

 private:
  std::optional<ScheduledEffect> take(spec::ServerId server, std::uint32_t key,
                                      const node::Input& input,
                                      spec::ServerId from = spec::kNoServer) {
    const Step& step = owner_.step(row_[server - 1], key, input, from);
    if (step.next == engine::kNone) return std::nullopt;
    row_[server - 1] = step.next;
    sends_ = step.sends;
    return step.timers;
  }

  Recovery& owner_;
  std::vector<LocalId> row_;
  std::uint32_t sends_ = 0;
};

Recovery::Recovery(node::Node& node, std::uint32_t servers, std::uint64_t steps_max,
                   std::vector<spec::ServerId> first_members)
    : node_(node),
      steps_max_(steps_max),
      first_members_(std::move(first_members)),
      orders_(timer_orders(servers)) {}

std::vector<TimerOrder> Recovery::orders_for(std::span<const std::string> states) const {
  if (first_members_.empty()) return orders_;
  std::vector<spec::ServerView> views;
  for (const std::string& bytes : states) views.push_back(node_.view(bytes));
  return timer_orders(views, first_members_);
}

Recovery::LocalId Recovery::intern_local(const std::string& bytes) {
  const auto [id, added] = local_bytes_.intern(std::span(bytes.data(), bytes.size()));
  if (added) locals_.push_back({bytes, facts_of(node_.view(bytes))});
  return id;
}

Recovery::Step Recovery::compute(LocalId local, const node::Input& input, spec::ServerId from) {
  ++step_calls_;
  const std::string before = locals_[local].bytes;
  const node::StepResult result = node_.step(before, input);
  if (result.contract) return {};
  Step step{.next = intern_local(result.state)};
  step.timers = timers_of(result, node_.view(before), node_.view(result.state), from);
  std::vector<MessageId> list;
  for (const node::Message& message : result.messages) {
    const auto [id, added] =
        message_bytes_.intern(std::span(message.bytes.data(), message.bytes.size()));
    if (added) messages_.push_back(message);
    list.push_back(id);
  }
  step.sends = sends_.intern(list).id;
  return step;
}

const Recovery::Step& Recovery::step(LocalId local, std::uint32_t input_key,
                                     const node::Input& input, spec::ServerId from) {
  const std::uint64_t key = engine::pair_key(local, input_key);
  if (const std::uint32_t* known = step_index_.find(key)) return steps_[*known];
  const std::string payload(input.payload);  // a message's bytes move when messages are interned
  steps_.push_back(compute(local, {input.kind, payload}, from));
  step_index_.insert(key, static_cast<std::uint32_t>(steps_.size() - 1));
  return steps_.back();
}

ScheduleResult Recovery::run(std::span<const LocalId> row, std::span<const spec::ServerId> order) {
  Cluster cluster(*this, row);
  return FairSchedule<Cluster>(cluster, order, steps_max_).run();
}

std::vector<Recovery::LocalId> Recovery::row_of(std::span<const std::string> states) {
  std::vector<LocalId> row;
  row.reserve(states.size());
  for (const std::string& bytes : states) row.push_back(intern_local(bytes));
  return row;
}

Recovery::Verdict Recovery::verdict(std::span<const std::string> states) {
  const std::vector<LocalId> row = row_of(states);
  const auto [id, added] = rows_.intern(row);
  if (!added) return verdicts_[id];
  Verdict verdict{.recovers = true};
  for (const TimerOrder& order : orders_for(states)) {
    const ScheduleResult result = run(row, order);
    verdict.all += result.steps;
    verdict.recovers = result.end == ScheduleEnd::Recovered;
    verdict.steps = verdict.recovers ? std::max(verdict.steps, result.steps) : result.steps;
    if (!verdict.recovers) break;
  }
  verdicts_.push_back(verdict);
  return verdict;
}

std::optional<TimerOrder> Recovery::failing_order(std::span<const std::string> states) {
  const std::vector<LocalId> row = row_of(states);
  const auto fails = [&](const TimerOrder& order) {
    return run(row, order).end != ScheduleEnd::Recovered;
  };
  const std::vector<TimerOrder> orders = orders_for(states);
  if (const auto found = std::ranges::find_if(orders, fails); found != orders.end()) {
    return *found;
  }
  // A search with symmetry may have judged a renaming of this state.
  if (states.size() > kAllOrdersServersMax) return std::nullopt;
  std::vector<TimerOrder> sets = orders;  // of those that are up
  for (TimerOrder& order : sets) std::ranges::sort(order);
  std::ranges::sort(sets);
  sets.erase(std::ranges::unique(sets).begin(), sets.end());
  std::ranges::stable_sort(sets, std::ranges::greater{}, &TimerOrder::size);
  for (TimerOrder& order : sets) {
    do {
      if (fails(order)) return order;
    } while (std::ranges::next_permutation(order).found);
  }
  return std::nullopt;
}

RecoveryReport check_recovery(
    Recovery& recovery, std::uint64_t states,
    const std::function<const std::vector<std::string>&(std::uint64_t)>& states_of,
    const RecoveryPoll& poll) {
  RecoveryReport report;
  report.orders = recovery.orders().size();
  report.steps_max = recovery.steps_max();
  RecoveryProgress& progress = report.progress;
  progress.states = states;
  for (; progress.checked < states; ++progress.checked) {
    if (progress.checked % kPollInterval == 0) {
      if ((report.stopped_by = poll(progress))) break;
    }
    const std::uint64_t seen = recovery.distinct();
    const Recovery::Verdict verdict = recovery.verdict(states_of(progress.checked));
    if (recovery.distinct() > seen) progress.steps += verdict.all;
    if (verdict.recovers) {
      report.steps_needed = std::max(report.steps_needed, verdict.steps);
    } else {
      ++progress.failing;
    }
  }
  report.distinct = recovery.distinct();
  report.step_calls = recovery.step_calls();
  return report;
}

}  // namespace cluster
