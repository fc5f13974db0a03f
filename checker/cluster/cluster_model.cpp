// The steps of a cluster. Interning is in cluster_values.cpp, renaming in cluster_symmetry.cpp.
#include "checker/cluster/cluster_model.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>

#include "checker/cluster/membership_changes.hpp"
#include "checker/cluster/step_judge.hpp"

namespace cluster {
namespace {

// Names of inputs that are not messages; message ids stay below.
constexpr std::uint32_t kElectionTimeoutKey = 0xFF000000;
constexpr std::uint32_t kHeartbeatTimeoutKey = 0xFF000001;
constexpr std::uint32_t kLeaseTimeoutKey = 0xFF000002;
constexpr std::uint32_t kDiskWriteKey = 0xFF000003;
constexpr std::uint32_t kTransferKey = 0xFF000100;  // plus the target
constexpr std::uint32_t kReadKey = 0xFF000200;      // plus the id
constexpr std::uint32_t kProposeKey = 0xFF001000;   // plus the number of the proposal
constexpr std::uint32_t kCompactKey = 0xFF010000;   // plus the index
constexpr std::uint32_t kRestartKey = 0xFF020000;   // plus the parts of pending writes that survive
constexpr std::uint32_t kChangeKey = 0xFE000000;    // plus MembershipChange::packed()

const Bounds& checked(const Bounds& bounds) {
  if (bounds.servers <= ClusterModel::kServersMax) return bounds;
  throw std::invalid_argument("a cluster of more than 9 servers");
}

}  // namespace

ClusterModel::ClusterModel(node::Node& node, const Bounds& bounds, spec::PropertySet properties)
    : node_(node),
      bounds_(checked(bounds)),
      properties_(properties),
      // The first members are not what the others are.
      permutations_(bounds.symmetry ? bounds.servers : 1, bounds.symmetry ? bounds.voters : 0),
      partitions_(bounds.partitions > 0 ? all_partitions(bounds.servers)
                                        : std::vector<Partition>{Partition(bounds.servers, 0)}) {
  sends_.intern({});  // kNoSends
  intern_list({});    // kNoAutomorphisms
  std::vector<std::uint32_t> row;
  spec::History history;
  for (spec::ServerId id = 1; id <= bounds.servers; ++id) {
    const LocalId local = intern_local(node_.initial_state(id));
    history = spec::extended(history, locals_[local].view);
    row.push_back(local);
  }
  row.push_back(intern_history(history));
  row.push_back(intern_world({}));
  initial_ = intern_row(row);
  initial_violation_ = check(initial_);
}

std::optional<spec::Violation> ClusterModel::judge(LocalId before, const spec::ServerView& after,
                                                   const node::Input& input,
                                                   std::uint32_t input_key,
                                                   const node::StepResult& result,
                                                   std::span<const engine::MessageId> sent) {
  const bool is_receipt_judged =
      input.kind == node::InputKind::Receive && is_judged(messages_[input_key].action);
  return judge_step(node_, properties_, locals_[before].view, after, input, is_receipt_judged,
                    result, sent, messages_);
}

ClusterModel::LocalStep ClusterModel::compute_local_step(LocalId local, const node::Input& input,
                                                         std::uint32_t input_key) {
  ++step_calls_;
  const node::StepResult result = node_.step(locals_[local].bytes, input);
  if (result.contract) {
    return {.violation = (properties_ & spec::set_of(spec::Property::Contract)) != 0
                             ? number_of(spec::Property::Contract)
                             : 0};
  }
  const spec::ServerView after = node_.view(result.state);
  // Nothing of a step beyond the terms is kept, its messages least of all: they would only widen
  // the sets that the covering search compares.
  if (after.current_term > bounds_.terms) return {.is_beyond_terms = true};
  LocalStep step{.next = intern_local(result.state)};
  for (const std::uint64_t id : result.reads) step.answered |= std::uint64_t{1} << (id & 63U);
  std::vector<std::uint32_t> list;
  for (const node::Message& message : result.messages)
    list.push_back(intern_message(message, true));
  step.sends = sends_.intern(list).id;
  if (const auto broken = judge(local, locals_[step.next].view, input, input_key, result, list)) {
    step.violation = number_of(broken->property);
  }
  return step;
}

const ClusterModel::LocalStep& ClusterModel::local_step(LocalId local, std::uint32_t input_key,
                                                        const node::Input& input) {
  return remembered(local_steps_, engine::pair_key(local, input_key),
                    [&] { return compute_local_step(local, input, input_key); });
}

engine::Step ClusterModel::cluster_step(engine::HalfId half, std::size_t server,
                                        const LocalStep& local, WorldId world, bool restarted,
                                        Label label) {
  engine::Step step{.action = static_cast<std::uint16_t>(label.kind), .label = label.packed()};
  if (local.is_beyond_terms) return forbidden(BoundKind::Terms);
  if (local.next == engine::kNone) {  // a broken contract leaves no state behind
    if (local.violation == 0 || is_known(local.violation, step.action)) {
      return forbidden(BoundKind::Contract);
    }
    step.next = half;
    step.violation = local.violation;
    return step;
  }
  std::array<std::uint32_t, kServersMax + 2> numbers{};
  const Row row_before = rows_[half];
  const std::span row(numbers.data(), row_before.size());
  std::ranges::copy(row_before, row.begin());
  const LocalId before = row[server];
  const HistoryId history = row[history_slot()];
  row[server] = local.next;
  spec::ReadEvents reads{.asked = label.read_id(), .answered = {}};
  for (std::uint64_t left = local.answered; left != 0; left &= left - 1) {
    reads.answered.push_back(static_cast<std::uint64_t>(std::countr_zero(left)));
  }
  row[history_slot()] = extended(history, local.next, reads);
  row[world_slot()] = world;
  const bool stays = std::ranges::equal(row, row_before);
  const engine::Canonical after = stays ? engine::Canonical{half, 0} : representative(row);
  step.next = after.half;
  step.renaming = after.renaming;
  step.sends = reachable_sends(local.sends, bounds_.partitions > 0 ? world_of(world).partition : 0);
  step.witnesses = spec::witnesses(locals_[before].view, locals_[local.next].view, restarted,
                                   histories_[history]);
  if (local.answered != 0) {
    step.witnesses |= spec::read_witnesses(locals_[local.next].view, reads, histories_[history]);
  }
  step.violation = local.violation;
  const std::uint32_t broken = check(step.next);
  if (broken != 0 && (step.violation == 0 || broken < step.violation)) step.violation = broken;
  if (is_known(step.violation, step.action)) {
    step.violation = 0;
    step.is_outside = true;
  }
  return step;
}

bool ClusterModel::is_known(std::uint32_t violation, std::uint16_t action) const {
  return std::ranges::any_of(known_, [&](const KnownViolation& known) {
    return number_of(known.property) == violation && known.action == action;
  });
}

void ClusterModel::add_timeouts(engine::HalfId half, std::size_t server,
                                std::vector<engine::Step>& steps) {
  const LocalId local = rows_[half][server];
  World world = world_of(rows_[half][world_slot()]);
  const auto subject = static_cast<std::uint32_t>(server + 1);
  const LocalStep heartbeat =
      local_step(local, kHeartbeatTimeoutKey, {node::InputKind::HeartbeatTimeout, {}});
  if (heartbeat.has_effect(local)) {
    steps.push_back(cluster_step(half, server, heartbeat, world, false,
                                 {ActionKind::HeartbeatTimeout, subject}));
  }
  // A clock that ends a lease before a leader's own, which began earlier, runs too fast.
  const bool drifts = locals_[local].view.role != spec::Role::Leader && locals_[local].view.lease &&
                      is_lease_running(rows_[half]);
  if (drifts && world.drifts >= bounds_.clock_drifts) {
    steps.push_back(forbidden(BoundKind::ClockDrifts));
    return;
  }
  if (drifts) ++world.drifts;
  const LocalStep lease = local_step(local, kLeaseTimeoutKey, {node::InputKind::LeaseTimeout, {}});
  if (lease.has_effect(local)) {
    steps.push_back(
        cluster_step(half, server, lease, world, false, {ActionKind::LeaseTimeout, subject}));
  }
  if (bounds_.timeouts && world.timeouts >= *bounds_.timeouts) {
    const spec::ServerView& view = locals_[local].view;
    if (view.role != spec::Role::Leader || view.heard || view.transferee != 0) {
      steps.push_back(forbidden(BoundKind::Timeouts));
    }
    return;
  }
  const LocalStep election =
      local_step(local, kElectionTimeoutKey, {node::InputKind::ElectionTimeout, {}});
  if (!election.has_effect(local)) return;
  if (bounds_.timeouts) ++world.timeouts;
  steps.push_back(
      cluster_step(half, server, election, world, false, {ActionKind::ElectionTimeout, subject}));
}

void ClusterModel::add_proposal(engine::HalfId half, std::size_t server,
                                std::vector<engine::Step>& steps) {
  const LocalId local = rows_[half][server];
  World world = world_of(rows_[half][world_slot()]);
  const bool leads = locals_[local].view.role == spec::Role::Leader;
  if (locals_[local].view.log.size() >= bounds_.log) {
    if (leads) steps.push_back(forbidden(BoundKind::Log));
    return;
  }
  if (bounds_.proposals && world.proposals >= *bounds_.proposals) {
    if (leads) steps.push_back(forbidden(BoundKind::Proposals));
    return;
  }
  if (bounds_.proposals) ++world.proposals;
  const std::uint32_t number = bounds_.proposals ? world.proposals : 1;
  const std::string command = command_of(number);
  const LocalStep proposal =
      local_step(local, kProposeKey + number, {node::InputKind::Propose, command});
  if (!proposal.has_effect(local)) return;  // refused
  steps.push_back(cluster_step(half, server, proposal, world, false,
                               {ActionKind::Propose, static_cast<std::uint32_t>(server + 1)}));
}

bool ClusterModel::is_lease_running(Row row) const {
  return std::ranges::any_of(row.first(servers()), [&](LocalId local) {
    return locals_[local].view.role == spec::Role::Leader && locals_[local].view.lease;
  });
}

void ClusterModel::add_reads(engine::HalfId half, std::size_t server,
                             std::vector<engine::Step>& steps) {
  const LocalId local = rows_[half][server];
  World world = world_of(rows_[half][world_slot()]);
  if (world.reads >= bounds_.reads) {
    steps.push_back(forbidden(BoundKind::Reads));
    return;
  }
  const std::uint32_t id = ++world.reads;
  const LocalStep step = local_step(
      local, kReadKey + id,
      {.kind = node::InputKind::Read, .payload = {}, .target = spec::kNoServer, .read = id});
  if (!step.has_effect(local)) return;  // refused
  steps.push_back(cluster_step(half, server, step, world, false,
                               {ActionKind::Read, static_cast<std::uint32_t>(server + 1), id}));
}

void ClusterModel::add_transfers(engine::HalfId half, std::size_t server,
                                 std::vector<engine::Step>& steps) {
  const LocalId local = rows_[half][server];
  if (locals_[local].view.role != spec::Role::Leader) return;
  World world = world_of(rows_[half][world_slot()]);
  if (world.transfers >= bounds_.transfers) {
    steps.push_back(forbidden(BoundKind::Transfers));
    return;
  }
  ++world.transfers;
  for (std::uint32_t target = 1; target <= servers(); ++target) {
    const LocalStep step =
        local_step(local, kTransferKey + target,
                   {.kind = node::InputKind::Transfer, .payload = {}, .target = target});
    if (!step.has_effect(local)) continue;  // refused
    steps.push_back(
        cluster_step(half, server, step, world, false,
                     {ActionKind::Transfer, static_cast<std::uint32_t>(server + 1), target}));
  }
}

void ClusterModel::add_crash(engine::HalfId half, std::size_t server,
                             std::vector<engine::Step>& steps) {
  const LocalId local = rows_[half][server];
  World world = world_of(rows_[half][world_slot()]);
  if (world.crashes >= bounds_.crashes) {
    steps.push_back(forbidden(BoundKind::Crashes));
    return;
  }
  ++world.crashes;
  const std::uint32_t parts = pending_parts(locals_[local].view);
  for (std::uint32_t survive = 0; survive <= parts; ++survive) {
    const std::string payload = parts == 0 ? std::string() : std::to_string(survive);
    const LocalStep restart =
        local_step(local, kRestartKey + survive, {node::InputKind::Restart, payload});
    if (!restart.has_effect(local)) continue;
    steps.push_back(
        cluster_step(half, server, restart, world, true,
                     {ActionKind::Crash, static_cast<std::uint32_t>(server + 1), survive}));
  }
}

void ClusterModel::add_disk_write(engine::HalfId half, std::size_t server,
                                  std::vector<engine::Step>& steps) {
  const LocalId local = rows_[half][server];
  const auto& disk = locals_[local].view.disk;
  if (!disk || disk->pending.empty()) return;
  const World world = world_of(rows_[half][world_slot()]);
  const LocalStep write = local_step(local, kDiskWriteKey, {node::InputKind::DiskWrite, {}});
  if (!write.has_effect(local)) return;
  steps.push_back(cluster_step(half, server, write, world, false,
                               {ActionKind::DiskWrite, static_cast<std::uint32_t>(server + 1)}));
}

void ClusterModel::add_changes(engine::HalfId half, std::size_t server,
                               std::vector<engine::Step>& steps) {
  const LocalId local = rows_[half][server];
  World world = world_of(rows_[half][world_slot()]);
  if (locals_[local].view.role != spec::Role::Leader) return;
  if (world.changes >= bounds_.changes) {
    steps.push_back(forbidden(BoundKind::Changes));
    return;
  }
  ++world.changes;
  const auto subject = static_cast<std::uint32_t>(server + 1);
  for (const MembershipChange& change :
       changes_from(locals_[local].view.membership, bounds_.servers, bounds_.joint_changes,
                    bounds_.learners)) {
    const std::string payload = change.payload();
    const LocalStep step = local_step(local, kChangeKey + change.packed(),
                                      {node::InputKind::ChangeMembership, payload});
    if (!step.has_effect(local)) continue;  // refused
    steps.push_back(cluster_step(half, server, step, world, false,
                                 {ActionKind::ChangeMembership, subject, change.packed()}));
  }
}

void ClusterModel::add_compactions(engine::HalfId half, std::size_t server,
                                   std::vector<engine::Step>& steps) {
  const LocalId local = rows_[half][server];
  World world = world_of(rows_[half][world_slot()]);
  const auto first = static_cast<std::uint32_t>(locals_[local].view.snapshot.index + 1);
  const auto last = static_cast<std::uint32_t>(locals_[local].view.last_applied);
  if (world.compactions >= bounds_.compactions) {
    if (first <= last) steps.push_back(forbidden(BoundKind::Compactions));
    return;
  }
  ++world.compactions;
  for (std::uint32_t index = first; index <= last; ++index) {
    const std::string payload = std::to_string(index);
    const LocalStep compaction =
        local_step(local, kCompactKey + index, {node::InputKind::Compact, payload});
    if (!compaction.has_effect(local)) continue;
    steps.push_back(
        cluster_step(half, server, compaction, world, false,
                     {ActionKind::Compact, static_cast<std::uint32_t>(server + 1), index}));
  }
}

void ClusterModel::add_partitions(engine::HalfId half, std::vector<engine::Step>& steps) {
  World world = world_of(rows_[half][world_slot()]);
  const auto add = [&](Label label) {
    std::vector<std::uint32_t> row(rows_[half].begin(), rows_[half].end());
    row[world_slot()] = intern_world(world);
    const engine::Canonical after = representative(row);
    steps.push_back({.next = after.half,
                     .renaming = after.renaming,
                     .action = static_cast<std::uint16_t>(label.kind),
                     .label = label.packed()});
  };
  if (world.partition != 0) {
    world.partition = 0;
    add({ActionKind::Heal, 0});
    return;
  }
  if (world.cuts >= bounds_.partitions) {
    steps.push_back(forbidden(BoundKind::Partitions));
    return;
  }
  ++world.cuts;
  for (std::uint32_t number = 1; number < partitions_.size(); ++number) {
    world.partition = number;
    add({ActionKind::Cut, number});
  }
}

void ClusterModel::internal_steps(engine::HalfId half, std::vector<engine::Step>& steps) {
  for (std::size_t server = 0; server < servers(); ++server) {
    add_timeouts(half, server, steps);
    add_proposal(half, server, steps);
    add_crash(half, server, steps);
    if (bounds_.transfers > 0) add_transfers(half, server, steps);
    if (bounds_.reads > 0) add_reads(half, server, steps);
    if (bounds_.compactions > 0) add_compactions(half, server, steps);
    if (bounds_.changes > 0) add_changes(half, server, steps);
    if (bounds_.async_disk) add_disk_write(half, server, steps);
  }
  if (bounds_.partitions > 0) add_partitions(half, steps);
}

engine::Step ClusterModel::deliver(engine::HalfId half, engine::MessageId message,
                                   unsigned alternative) {
  const bool keep_copy = alternative == static_cast<unsigned>(Receipt::LeavingCopy);
  const spec::ServerId from = messages_[message].from;
  const spec::ServerId to = messages_[message].to;
  const Row row = rows_[half];
  WorldId world_id = row[world_slot()];
  if (keep_copy || bounds_.partitions > 0) {
    World world = world_of(world_id);
    const Partition& partition = partitions_[world.partition];
    if (partition[from - 1] != partition[to - 1]) return {};  // waits for the cut to heal
    if (keep_copy) {
      if (world.duplicates >= bounds_.duplicates) return forbidden(BoundKind::Duplicates);
      ++world.duplicates;
      world_id = intern_world(world);
    }
  }
  const LocalId local = row[to - 1];
  const LocalStep& step =
      local_step(local, message, {node::InputKind::Receive, messages_[message].bytes});
  if (keep_copy && !step.has_effect(local) && !step.is_beyond_terms) return {};  // spends a budget
  engine::Step taken = cluster_step(half, to - 1, step, world_id, false,
                                    {static_cast<ActionKind>(messages_[message].action), to});
  taken.consumes = !keep_copy;
  return taken;
}

engine::SendsId ClusterModel::reachable_sends(engine::SendsId sends, std::uint32_t number) {
  if (number == 0) return sends;
  const Partition& partition = partitions_[number];
  std::vector<engine::MessageId> reaching;
  for (const engine::MessageId message : sends_[sends]) {
    const MessageInfo& info = messages_[message];
    if (partition[info.from - 1] == partition[info.to - 1]) reaching.push_back(message);
  }
  const std::lock_guard lock(mutex_);
  return sends_.intern(reaching).id;
}

std::uint32_t ClusterModel::progress(engine::HalfId half) const {
  std::uint32_t sum = 0;
  for (const LocalId local : rows_[half].first(servers())) sum += locals_[local].progress;
  return sum;
}

engine::HalfId ClusterModel::after_losses(engine::HalfId half, unsigned count) {
  World world = world_of(rows_[half][world_slot()]);
  world.losses += count;
  if (world.losses > bounds_.losses) return engine::kNone;
  std::vector<std::uint32_t> row(rows_[half].begin(), rows_[half].end());
  row[world_slot()] = intern_world(world);
  return intern_row(row);
}

std::uint32_t ClusterModel::check(engine::HalfId half) {
  std::atomic<std::uint8_t>& verdict = checked_.at(half, "cluster states");
  if (const auto known = verdict.load(std::memory_order_relaxed); known != 0) return known - 1U;
  std::array<const spec::ServerView*, kServersMax> views{};
  const Row row = rows_[half];
  for (std::size_t server = 0; server < servers(); ++server) {
    views[server] = &locals_[row[server]].view;
  }
  const auto broken = spec::check_state(std::span(views).first(servers()),
                                        histories_[row[history_slot()]], properties_);
  std::uint32_t violation = broken ? number_of(broken->property) : 0;
  if (violation == 0 && goal_) {
    const std::lock_guard lock(mutex_);
    if (goal_(half)) violation = kGoal;
  }
  verdict.store(static_cast<std::uint8_t>(violation + 1), std::memory_order_relaxed);
  return violation;
}

}  // namespace cluster
