// The servers of a cluster as parts, for random walks (checker/engine/part_model.hpp): each
// server's states, messages and histories are interned, and the node is called once for each
// distinct step of a server. The steps and what they are called are those of ClusterModel, but for
// budgets, which the walk keeps, and the network's faults, which it makes.
#pragma once

#include <optional>

#include "checker/cluster/cluster_model.hpp"
#include "checker/engine/part_model.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "traces/trace.hpp"

namespace cluster {

// A label of this model: an action on a server; for a proposal also the number in its command, for
// a compaction its index, for a change of the membership MembershipChange::packed().
struct ServerLabel {
  traces::ActionKind kind{};
  spec::ServerId server = spec::kNoServer;
  std::uint32_t number = 0;  // Transfer: the target
  [[nodiscard]] std::uint32_t packed() const {
    return (number << 10U) | (static_cast<std::uint32_t>(kind) << 4U) | server;
  }
  static ServerLabel unpacked(std::uint32_t packed) {
    return {static_cast<traces::ActionKind>(packed >> 4U & 0x3FU), packed & 0xFU, packed >> 10U};
  }
};

class ServerModel final : public engine::PartModel {
 public:
  struct Space {
    std::uint32_t servers = 0;
    std::uint64_t terms = 0;         // no server goes beyond this term
    std::uint64_t log = 0;           // a leader accepts a proposal while its log is shorter
    bool numbers_proposals = false;  // the k-th of a run carries "vk"; or all carry "v1"
    bool has_transfers = false;
    bool compacts = false;  // servers take snapshots
    bool changes = false;   // the membership changes
    bool joint_changes = false;
    bool learners = false;
    bool async_disk = false;
  };
  // The node must make servers for space.servers.
  ServerModel(node::Node& node, const Space& space, spec::PropertySet properties);

  [[nodiscard]] std::vector<engine::PartId> initial_parts() override { return initial_; }
  [[nodiscard]] engine::RecordId initial_record() override { return 0; }
  void internal_steps(engine::PartId part, std::uint32_t serial,
                      std::vector<engine::Step>& steps) override;
  engine::Step deliver(engine::PartId part, engine::MessageId message) override;
  [[nodiscard]] bool reads_record(engine::PartId before, const engine::Step& step) const override;
  Observed observe(engine::RecordId record, engine::PartId before, engine::PartId after,
                   std::uint16_t action) override;
  std::uint32_t check(std::span<const engine::PartId> parts, engine::RecordId record) override;
  [[nodiscard]] std::span<const engine::MessageId> sends(engine::SendsId id) const override {
    return sends_[id];
  }
  [[nodiscard]] engine::Link link(engine::MessageId message) const override {
    return messages_[message].link;
  }
  [[nodiscard]] const std::vector<std::string>& action_names() const override {
    return cluster::action_names();
  }
  [[nodiscard]] const std::vector<std::string>& bound_names() const override {
    return cluster::bound_names();
  }
  [[nodiscard]] std::uint32_t numbered_action() const override {
    return space_.numbers_proposals ? static_cast<std::uint32_t>(ActionKind::Propose)
                                    : engine::kNone;
  }
  [[nodiscard]] bool has_numbered_step(engine::PartId part) const override {
    return space_.numbers_proposals && locals_[part].view.role == spec::Role::Leader;
  }
  [[nodiscard]] std::size_t bytes() const override { return bytes_; }

  [[nodiscard]] const std::string& message_bytes(engine::MessageId id) const {
    return messages_[id].bytes;
  }
  [[nodiscard]] std::uint64_t local_states() const { return locals_.size(); }
  [[nodiscard]] std::uint64_t messages() const { return messages_.size(); }
  [[nodiscard]] std::uint64_t step_calls() const { return step_calls_; }

 private:
  struct Local {
    std::string bytes;
    spec::ServerView view;
  };
  struct MessageInfo {
    std::string bytes;
    engine::Link link;
    std::uint16_t action = 0;
  };

  // The bytes as words, so that interning looks at eight at a time: the length, then the bytes,
  // filled up with zeros. Valid until the next call.
  std::span<const std::uint64_t> words_of(std::string_view bytes);
  engine::PartId intern_local(const std::string& bytes);
  engine::MessageId intern_message(const node::Message& message);
  engine::RecordId intern_history(const spec::History& history);
  void add_crashes(engine::PartId part, std::vector<engine::Step>& steps);
  void add_changes(engine::PartId part, std::vector<engine::Step>& steps);
  void add_compactions(engine::PartId part, std::vector<engine::Step>& steps);
  // The step of a server; nothing if it would change and send nothing.
  std::optional<engine::Step> step(engine::PartId part, const node::Input& input,
                                   ServerLabel label);

  node::Node& node_;
  Space space_;
  spec::PropertySet properties_;

  engine::SequenceInterner<std::uint64_t> local_index_;  // of words_of()
  std::vector<Local> locals_;
  engine::SequenceInterner<std::uint64_t> message_index_;
  std::vector<MessageInfo> messages_;
  engine::SequenceInterner<std::uint32_t> sends_;
  engine::SequenceInterner<std::uint64_t> history_index_;
  std::vector<spec::History> histories_;
  std::vector<engine::PartId> initial_;
  std::vector<const spec::ServerView*> scratch_;
  std::vector<std::uint64_t> words_;
  std::size_t bytes_ = 0;
  std::uint64_t step_calls_ = 0;
  bool is_judged_receipt_ = false;  // of the message that is being received
};

}  // namespace cluster
