// N servers, a network, faults and the history, as a model for the engine.
//
// A cluster half is a row of ids: one for each server's local state, one for the history, one for
// the world (budgets spent and the partition). Local states, messages, histories and worlds are
// interned; a server's step is memoised by (local state, input), so the node is called once for
// each distinct local step, however many cluster states take it.
//
// Threads: any number may ask at once. What is known is read without a lock; what is not is
// computed under one lock, the node's, but for what is a matter of values that are known (rows,
// checks, representatives), which any thread computes by itself. So the threads of a search meet at
// the lock a few thousand times, not at every step.
//
// Crash and restart are one step: a server that is down does nothing, which is the same as not
// being scheduled and missing what is sent to it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "checker/cluster/bounds.hpp"
#include "checker/cluster/vocabulary.hpp"
#include "checker/cluster/world.hpp"
#include "checker/engine/interner.hpp"
#include "checker/engine/model.hpp"
#include "checker/engine/patient_mutex.hpp"
#include "checker/engine/permutations.hpp"
#include "checker/engine/shared_map.hpp"
#include "checker/engine/shared_sequences.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "spec/witness.hpp"

namespace cluster {

using LocalId = std::uint32_t;
using HistoryId = std::uint32_t;

// The ways in which a message is received.
enum class Receipt : unsigned { Once, LeavingCopy };

// The command that the `number`-th client proposal of a run carries (1-based).
inline std::string command_of(std::uint32_t number) { return "v" + std::to_string(number); }

// A step's label for the engine: what it is and which server (or partition) it is about.
struct Label {
  ActionKind kind{};
  std::uint32_t subject = 0;  // server id; Cut: partition number
  std::uint32_t detail = 0;   // Compact: the index. ChangeMembership: MembershipChange::packed().
                              // Crash: the parts of pending writes that survive. Transfer: the
                              // target. Read: its id
  [[nodiscard]] std::uint32_t packed() const {
    return (static_cast<std::uint32_t>(kind) << 24U) | detail << 4U | subject;
  }
  static Label unpacked(std::uint32_t packed) {
    const auto kind = static_cast<ActionKind>(packed >> 24U);
    if (kind == ActionKind::Cut) return {kind, packed & 0xFFFFFFU};  // partitions may be many
    return {kind, packed & 0xFU, packed >> 4U & 0xFFFFFU};
  }
  // Of all but Cut and Heal; target and read are 0 where there is none.
  [[nodiscard]] spec::ServerId server() const { return subject; }
  [[nodiscard]] spec::ServerId target() const {
    return kind == ActionKind::Transfer ? detail : spec::kNoServer;
  }
  [[nodiscard]] std::uint32_t read_id() const { return kind == ActionKind::Read ? detail : 0; }
};

// A kind of violation: of which property, by which action (of action_names()).
struct KnownViolation {
  spec::Property property{};
  std::uint16_t action = 0;
  bool operator==(const KnownViolation&) const = default;
};

class ClusterModel final : public engine::Model {
 public:
  static constexpr std::size_t kServersMax = 9;
  // The node must make servers for bounds.servers. Throws std::invalid_argument if they are more.
  ClusterModel(node::Node& node, const Bounds& bounds, spec::PropertySet properties);

  [[nodiscard]] bool is_for_threads() const override { return true; }
  engine::HalfId initial() override { return initial_; }
  std::uint32_t initial_violation() override { return initial_violation_; }
  void internal_steps(engine::HalfId half, std::vector<engine::Step>& steps) override;
  engine::Step deliver(engine::HalfId half, engine::MessageId message,
                       unsigned alternative) override;
  [[nodiscard]] std::uint32_t progress(engine::HalfId half) const override;
  [[nodiscard]] unsigned alternatives() const override { return bounds_.duplicates > 0 ? 2 : 1; }
  [[nodiscard]] std::span<const engine::MessageId> sends(engine::SendsId id) const override {
    return sends_[id];
  }
  [[nodiscard]] std::size_t message_count() const override {
    return message_count_.load(std::memory_order_acquire);
  }
  [[nodiscard]] engine::Link link(engine::MessageId message) const override {
    return {messages_[message].from, messages_[message].to};
  }
  engine::HalfId after_losses(engine::HalfId half, unsigned count) override;
  engine::Canonical canonical(engine::HalfId half) override { return representative(rows_[half]); }
  std::span<const engine::Renaming> automorphisms(engine::HalfId half) override;
  engine::MessageId renamed(engine::MessageId message, engine::Renaming renaming) override;
  [[nodiscard]] std::size_t renaming_count() const override { return permutations_.size(); }
  [[nodiscard]] std::string key_of(const engine::PathStep& step) const override;

  // A part is a server's local state with the world: budgets decide what may still befall it.
  // Where partitions decide what is received, there are none.
  [[nodiscard]] std::size_t part_count() const override {
    return bounds_.partitions == 0 ? servers() : 0;
  }
  void parts(engine::HalfId half, std::span<engine::NamedPart> parts) override;
  [[nodiscard]] std::size_t receiver(engine::MessageId message) const override {
    return messages_[message].to - 1;
  }
  [[nodiscard]] std::size_t slot(engine::PartId part) const override { return parts_[part].slot; }
  std::span<const engine::Renaming> part_automorphisms(engine::PartId part) override {
    return parts_[part].automorphisms;
  }
  engine::Reaction reaction(engine::PartId part, engine::MessageId message) override;

  [[nodiscard]] const std::vector<std::string>& action_names() const override {
    return cluster::action_names();
  }
  [[nodiscard]] const std::vector<std::string>& bound_names() const override {
    return cluster::bound_names();
  }
  void save(engine::ArchiveWriter& writer) const override;
  void load(engine::ArchiveReader& reader) override;

  // nullptr where the bounds switch symmetry off.
  [[nodiscard]] const engine::Permutations* permutations() const {
    return bounds_.symmetry ? &permutations_ : nullptr;
  }
  [[nodiscard]] const std::string& message_bytes(engine::MessageId id) const {
    return messages_[id].bytes;
  }
  [[nodiscard]] const std::vector<Partition>& partitions() const { return partitions_; }

  // The bytes of a half's server; `server` counts from 0.
  [[nodiscard]] const std::string& state_bytes(engine::HalfId half, std::size_t server) const {
    return locals_[rows_[half][server]].bytes;
  }
  // A search for certain states: a step into a (canonical) half for which goal() is true violates
  // kGoal. Before the search.
  static constexpr std::uint32_t kGoal = 1 + spec::kPropertyCount;
  void set_goal(std::function<bool(engine::HalfId)> goal) { goal_ = std::move(goal); }

  // Violations that are not looked for any more: a step by this action that violates this, and
  // would be the first to be reported, is none, and leads nowhere. Before the search.
  void set_known(std::vector<KnownViolation> known) { known_ = std::move(known); }

  // Interns the renamings of every local state and message, so that their numbers are those of a
  // search without symmetry. For the end of a search.
  void complete_renamings();
  [[nodiscard]] std::uint64_t local_states() const { return locals_.size(); }
  // Messages that a step sent: answers to receipts that were only considered do not count.
  [[nodiscard]] std::uint64_t sent_messages() const;
  [[nodiscard]] std::uint64_t step_calls() const { return step_calls_; }

 private:
  struct Local {
    std::string bytes;
    spec::ServerView view;
    std::uint32_t progress = 0;
  };
  struct MessageInfo {
    std::string bytes;
    spec::ServerId from = spec::kNoServer;
    spec::ServerId to = spec::kNoServer;
    std::uint16_t action = 0;
    bool is_sent = false;
  };
  struct Part {
    LocalId local = engine::kNone;
    WorldId world = 0;
    std::size_t slot = 0;
    std::vector<engine::Renaming> automorphisms{};
  };
  struct LocalStep {
    LocalId next = engine::kNone;  // kNone: a contract was broken
    engine::SendsId sends = engine::kNoSends;
    std::uint32_t violation = 0;  // of the step by itself; 1 + Property
    bool is_beyond_terms = false;
    std::uint64_t answered = 0;  // bit i: the read with the id i
    [[nodiscard]] bool has_effect(LocalId before) const {
      return next != before || sends != engine::kNoSends || violation != 0 || answered != 0;
    }
  };
  using Row = std::span<const std::uint32_t>;

  [[nodiscard]] std::size_t servers() const { return bounds_.servers; }
  [[nodiscard]] std::size_t history_slot() const { return servers(); }
  [[nodiscard]] std::size_t world_slot() const { return servers() + 1; }

  LocalId intern_local(const std::string& bytes);
  engine::MessageId intern_message(const node::Message& message, bool is_sent);
  HistoryId extended(HistoryId history, LocalId local, const spec::ReadEvents& reads = {});
  HistoryId intern_history(const spec::History& history);
  WorldId intern_world(const World& world);
  engine::HalfId intern_row(Row row) { return rows_.intern(row); }
  [[nodiscard]] World world_of(WorldId world) const {
    return World::unpacked(worlds_[world].first<World::kNumbers>());
  }

  // The memoised step of a server; `input` names the input uniquely.
  const LocalStep& local_step(LocalId local, std::uint32_t input_key, const node::Input& input);
  // Under the lock, like all that steps, views or renames by the node.
  LocalStep compute_local_step(LocalId local, const node::Input& input, std::uint32_t input_key);
  // What the step shows by itself. `input_key` of a receipt: the message.
  std::optional<spec::Violation> judge(LocalId before, const spec::ServerView& after,
                                       const node::Input& input, std::uint32_t input_key,
                                       const node::StepResult& result,
                                       std::span<const engine::MessageId> sent);

  // The cluster step in which one server takes a local step and the world becomes `world`.
  engine::Step cluster_step(engine::HalfId half, std::size_t server, const LocalStep& local,
                            const World& world, bool restarted, Label label) {
    return cluster_step(half, server, local, intern_world(world), restarted, label);
  }
  engine::Step cluster_step(engine::HalfId half, std::size_t server, const LocalStep& local,
                            WorldId world, bool restarted, Label label);
  // These add a server's steps, but for those that change and send nothing.
  void add_timeouts(engine::HalfId half, std::size_t server, std::vector<engine::Step>& steps);
  void add_proposal(engine::HalfId half, std::size_t server, std::vector<engine::Step>& steps);
  void add_transfers(engine::HalfId half, std::size_t server, std::vector<engine::Step>& steps);
  void add_reads(engine::HalfId half, std::size_t server, std::vector<engine::Step>& steps);
  // Whether a leader's lease for reads is running.
  [[nodiscard]] bool is_lease_running(Row row) const;
  void add_crash(engine::HalfId half, std::size_t server, std::vector<engine::Step>& steps);
  void add_disk_write(engine::HalfId half, std::size_t server, std::vector<engine::Step>& steps);
  void add_changes(engine::HalfId half, std::size_t server, std::vector<engine::Step>& steps);
  void add_compactions(engine::HalfId half, std::size_t server, std::vector<engine::Step>& steps);
  void add_partitions(engine::HalfId half, std::vector<engine::Step>& steps);
  // What the network takes of a list, given who can reach whom.
  engine::SendsId reachable_sends(engine::SendsId sends, std::uint32_t partition);

  void load_messages(engine::ArchiveReader& reader);
  void load_histories(engine::ArchiveReader& reader);
  void load_rows(engine::ArchiveReader& reader);
  engine::NamedPart compute_part(LocalId local, WorldId world, std::size_t slot);
  engine::Reaction compute_reaction(LocalId local, engine::MessageId message);
  [[nodiscard]] bool is_known(std::uint32_t violation, std::uint16_t action) const;
  // The number of an outcome: of a state and a list of messages, or of a message by itself.
  std::uint32_t outcome_of(engine::MessageId received, const node::StepResult& result);
  std::uint32_t outcome_of(engine::MessageId received, const LocalStep& step);
  // What else tells outcomes of two messages apart.
  [[nodiscard]] std::string outcome_mark(engine::MessageId message) const;
  std::uint32_t outcome_unlike_others();

  std::uint32_t check(engine::HalfId half);
  // The row's representative, and a renaming that leads there. Where it is another one, the row
  // itself is not interned.
  engine::Canonical representative(Row row);
  // A name of the local states that this one becomes under all renamings.
  std::uint32_t orbit_of(LocalId local);
  LocalId compute_orbit(LocalId local);
  // What follows from which servers' local states have the same orbit, and which a lesser one.
  struct Pattern {
    std::vector<engine::Renaming> sorting{};  // that put the servers in the order of their orbits
    std::vector<engine::Renaming> keeping{};  // other than 0, that leave their orbits as they are
  };
  const Pattern& pattern_of(Row row);
  [[nodiscard]] Pattern compute_pattern(std::span<const std::size_t> ranks) const;
  // Slot `slot` of a row after renaming the servers.
  std::uint32_t renamed_slot(Row row, std::size_t slot, engine::Renaming renaming);
  LocalId renamed_local(LocalId local, engine::Renaming renaming);
  HistoryId renamed_history(HistoryId history, engine::Renaming renaming);
  [[nodiscard]] spec::History renamed_value(const spec::History& history,
                                            engine::Renaming renaming) const;
  std::uint32_t intern_list(const std::vector<engine::Renaming>& list);
  WorldId renamed_world(WorldId world, engine::Renaming renaming);

  // Answers of which 0 says that they are not known yet.
  using Known = engine::ReservedArray<std::atomic<std::uint32_t>>;
  static constexpr std::size_t kHalvesMax = std::size_t{1} << 32U;
  static constexpr std::size_t kRenamedMax = std::size_t{1} << 34U;  // values times renamings
  // The place for what a value is under a renaming.
  std::atomic<std::uint32_t>& slot_of(Known& table, std::uint32_t id, engine::Renaming renaming);
  // What is remembered, or else what `compute` says, which is asked under the lock, once.
  template <class Compute>
  std::uint32_t remembered(std::atomic<std::uint32_t>& known, Compute compute) {
    if (const auto value = known.load(std::memory_order_acquire); value != 0) return value - 1;
    const std::lock_guard lock(mutex_);
    if (const auto value = known.load(std::memory_order_relaxed); value != 0) return value - 1;
    const std::uint32_t value = compute();
    known.store(value + 1, std::memory_order_release);
    return value;
  }
  template <class Value, class Compute>
  const Value& remembered(engine::SharedMap<Value>& known, std::uint64_t key, Compute compute) {
    if (const Value* found = known.find(key)) return *found;
    const std::lock_guard lock(mutex_);
    if (const Value* found = known.find(key)) return *found;  // computed meanwhile
    return known.add(key, compute());
  }

  node::Node& node_;
  Bounds bounds_;
  spec::PropertySet properties_;
  engine::Permutations permutations_;
  std::vector<Partition> partitions_;

  // Held to add to what follows, but for rows and what is known of them, and to ask the node.
  engine::PatientRecursiveMutex mutex_;
  engine::SequenceInterner<char> local_bytes_;
  engine::ReservedArray<Local> locals_;
  engine::SequenceInterner<char> message_index_;
  engine::ReservedArray<MessageInfo> messages_;
  std::atomic<std::size_t> message_count_{0};  // messages_.size(), for any thread
  engine::SequenceInterner<std::uint32_t> sends_;
  engine::SequenceInterner<char> history_bytes_;
  engine::ReservedArray<spec::History> histories_;
  engine::SharedSequences<std::uint32_t> worlds_;  // packed
  engine::SharedSequences<std::uint32_t> rows_;

  engine::SharedMap<LocalStep> local_steps_;  // by pair_key(local state, input)
  engine::SharedMap<HistoryId> extended_;     // by pair_key(history, local state)

  static constexpr std::uint32_t kNoAutomorphisms = 0;
  // By half: 1 + violation; 1 + automorphism_lists_.
  engine::ReservedArray<std::atomic<std::uint8_t>> checked_{kHalvesMax, engine::Pages::Huge};
  Known automorphisms_{kHalvesMax, engine::Pages::Huge};
  Known local_orbits_;                   // by local state: 1 + orbit
  engine::SharedMap<Pattern> patterns_;  // by how the orbits compare
  engine::ReservedArray<std::vector<engine::Renaming>> automorphism_lists_;
  // By id and renaming: 1 + id.
  Known renamed_locals_{kRenamedMax, engine::Pages::Huge};
  Known renamed_histories_{kRenamedMax};
  Known renamed_messages_{kRenamedMax};

  std::function<bool(engine::HalfId)> goal_;
  std::vector<KnownViolation> known_;
  engine::ReservedArray<Part> parts_;
  engine::SharedMap<engine::PartId> part_index_;  // by pair_key(local, world) of representatives
  engine::SharedMap<engine::NamedPart> named_parts_;  // by pair_key(local, world)
  engine::SharedMap<engine::Reaction> reactions_;     // by pair_key(local, message)
  engine::SequenceInterner<char> outcomes_;

  engine::HalfId initial_ = engine::kNone;
  std::uint32_t initial_violation_ = 0;
  std::uint64_t step_calls_ = 0;
};

}  // namespace cluster
