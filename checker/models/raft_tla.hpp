// The transition system of a public, simplified variant of Diego Ongaro's raft.tla, as a model for
// the engine, so that its counts can be compared with those of TLC.
//
// Messages are on the network at most once ever (engine::Order::Once); each can be received, and
// dropped or sent again where the options say so. A cluster half holds the servers, the number of
// client requests and the history: two sets that only grow, the elections won and all logs that any
// server had in a state before this one. No step depends on the history.
//
// Unlike in src/raft: a server steps once for each thing that happens (it advances its term, then
// handles the message that is still there); a candidate does not vote for itself; nothing is
// written to disk; a leader commits in a step of its own.
#pragma once

#include <optional>

#include "checker/models/raft_tla_properties.hpp"
#include "checker/models/runnable_model.hpp"

namespace models {

class RaftTla final : public RunnableModel {
 public:
  // Throws std::invalid_argument if there are more than kServersMax servers.
  explicit RaftTla(const RaftTlaOptions& options);

  engine::HalfId initial() override { return initial_; }
  std::uint32_t initial_violation() override { return facts(initial_).violation; }
  void internal_steps(engine::HalfId half, std::vector<engine::Step>& steps) override;
  engine::Step deliver(engine::HalfId half, engine::MessageId message,
                       unsigned alternative) override;
  [[nodiscard]] unsigned alternatives() const override { return alternatives_; }
  [[nodiscard]] std::span<const engine::MessageId> sends(engine::SendsId id) const override {
    return sends_[id];
  }
  [[nodiscard]] std::size_t message_count() const override { return values_.message_count(); }
  [[nodiscard]] engine::Link link(engine::MessageId message) const override;

  engine::Canonical canonical(engine::HalfId half) override;
  std::span<const engine::Renaming> automorphisms(engine::HalfId half) override;
  engine::MessageId renamed(engine::MessageId message, engine::Renaming renaming) override {
    return values_.renamed_message(message, renaming);
  }
  [[nodiscard]] std::size_t renaming_count() const override { return permutations_.size(); }
  [[nodiscard]] const engine::Permutations* permutations() const override {
    return options_.symmetry ? &permutations_ : nullptr;
  }

  [[nodiscard]] const std::vector<std::string>& action_names() const override;
  [[nodiscard]] const std::vector<std::string>& bound_names() const override;
  [[nodiscard]] const std::vector<std::string>& property_names() const override;
  [[nodiscard]] std::string step_text(const engine::PathStep& step) const override;
  [[nodiscard]] std::string half_text(engine::HalfId half) const override;

  [[nodiscard]] std::size_t half_count() const { return rows_.size(); }
  [[nodiscard]] std::size_t local_count() const { return values_.local_count(); }

 private:
  enum class Action : std::uint16_t {
    Restart,
    Timeout,
    RequestVote,
    BecomeLeader,
    ClientRequest,
    AdvanceCommitIndex,
    AppendEntries,
    UpdateTerm,
    HandleVoteRequest,
    HandleVoteReply,
    HandleAppendRequest,
    HandleAppendReply,
    DropStaleReply,
    DropMessage,
    DuplicateMessage,
  };
  enum class Bound : std::uint16_t { MaxTerm, MaxBecomeLeader, MaxClientRequests };
  // A step's label: what it is, whose, and the other server or the value asked for.
  struct Label {
    Action action{};
    std::uint32_t server = 0;
    std::uint32_t other = 0;
    [[nodiscard]] std::uint32_t packed() const {
      return static_cast<std::uint32_t>(action) << 24U | server << 16U | other;
    }
    static Label unpacked(std::uint32_t label) {
      return {static_cast<Action>(label >> 24U), label >> 16U & 0xFFU, label & 0xFFFFU};
    }
  };

  // A half is a row of ids: each server's local state, then these.
  enum Slot : std::size_t { kRequests, kElections, kAllLogs, kSlots };
  using Row = std::array<std::uint32_t, RaftTlaOptions::kServersMax + kSlots>;

  // What is known of a half, computed once.
  struct Facts {
    bool is_known = false;
    bool is_outside = false;
    std::uint32_t violation = 0;
    Id all_logs_next = kEmpty;  // all_logs of every successor
  };

  // A step under way: the row and the server's local state as they will be.
  struct Draft {
    engine::HalfId from = engine::kNone;
    Row row{};
    std::uint32_t server = 0;
    Local local{};
  };
  [[nodiscard]] Draft draft(engine::HalfId half, std::uint32_t server);
  // `changed`: the server's local state is not what it was.
  engine::Step finish(Draft& draft, Label label, bool changed = true,
                      engine::SendsId sends = engine::kNoSends);
  engine::SendsId sending(const Message& message);

  // The steps of one server that consume no message (raft_tla_steps.cpp).
  void restart(engine::HalfId half, std::uint32_t i, std::vector<engine::Step>& steps);
  void timeout(engine::HalfId half, std::uint32_t i, std::vector<engine::Step>& steps);
  void request_votes(engine::HalfId half, std::uint32_t i, std::vector<engine::Step>& steps);
  void become_leader(engine::HalfId half, std::uint32_t i, std::vector<engine::Step>& steps);
  void client_requests(engine::HalfId half, std::uint32_t i, std::vector<engine::Step>& steps);
  void advance_commit_index(engine::HalfId half, std::uint32_t i, std::vector<engine::Step>& steps);
  void append_entries(engine::HalfId half, std::uint32_t i, std::vector<engine::Step>& steps);

  // Receipts (raft_tla_receipts.cpp).
  engine::Step receive(Draft& draft, const Message& message);
  engine::Step receive_vote_request(Draft& draft, const Message& message);
  engine::Step receive_vote_reply(Draft& draft, const Message& message);
  engine::Step receive_append_request(Draft& draft, const Message& message);
  engine::Step accept_append_request(Draft& draft, const Message& message);
  engine::Step receive_append_reply(Draft& draft, const Message& message);
  [[nodiscard]] bool is_log_ok(const Local& local, const Message& message) const;

  [[nodiscard]] std::uint32_t servers() const { return options_.servers; }
  [[nodiscard]] std::size_t slot(Slot slot) const { return options_.servers + slot; }
  [[nodiscard]] std::size_t row_size() const { return slot(kSlots); }
  [[nodiscard]] Row row(engine::HalfId half) const;
  engine::HalfId intern(const Row& row);
  [[nodiscard]] Id history(Id log) const { return options_.message_log ? log : kEmpty; }

  const Facts& facts(engine::HalfId half);
  [[nodiscard]] bool is_outside(std::span<const Local> locals) const;

  // Symmetry (raft_tla_symmetry.cpp).
  void set_up_symmetry();
  [[nodiscard]] Row renamed(const Row& row, engine::Renaming renaming);
  Id shape(Id local, std::uint32_t server);
  template <class Visit>
  void for_each_sorting(const Row& row, Visit visit);
  engine::Canonical compute_canonical(engine::HalfId half);

  RaftTlaOptions options_;
  unsigned alternatives_ = 1;
  std::optional<unsigned> drop_alternative_;
  std::optional<unsigned> duplicate_alternative_;
  engine::Permutations permutations_;
  RaftTlaValues values_;
  engine::SequenceInterner<std::uint32_t> rows_;
  engine::SequenceInterner<engine::MessageId> sends_;
  std::vector<Facts> facts_;  // by half
  engine::HalfId initial_ = engine::kNone;

  std::vector<engine::Renaming> renaming_of_;  // by images, as digits to the base `servers`
  std::vector<std::vector<engine::Renaming>> to_first_;  // by server: those that make it server 0
  std::vector<std::vector<Id>> shapes_;                  // by server, then local state
  std::vector<engine::Canonical> canonical_;             // by half
  engine::FlatMap automorphism_index_;                   // half -> automorphism_lists_
  std::vector<std::vector<engine::Renaming>> automorphism_lists_;
};

}  // namespace models
