// The common space of bench/peers: a small Raft of three servers, written once more in Promela
// (peer_raft.pml) and in Murphi (peer_raft.m). README.md says what its steps are; the three must
// have the same states and the same transitions, which `./dev bench peers` counts.
//
// First the system as plain values (what a cluster does, without the engine), then PeerRaft, which
// names those values by ids as the engine wants them.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "checker/engine/interner.hpp"
#include "checker/engine/model.hpp"

namespace peers {

inline constexpr std::size_t kServers = 3;
inline constexpr std::uint8_t kBoundMax = 3;  // of terms and logs: the peers' encodings have 2 bits

struct Bounds {
  std::uint8_t terms = 2;
  std::uint8_t log = 1;
  std::uint8_t inflight = 3;
};

enum class Role : std::uint8_t { Follower, Candidate, Leader };

struct Server {
  std::uint8_t term = 0;
  Role role = Role::Follower;
  std::uint8_t vote = 0;  // 0: none, else the server + 1
  std::uint8_t commit = 0;
  std::uint8_t size = 0;
  std::array<std::uint8_t, kBoundMax> log{};  // the entries' terms, zeros behind the last
  // Of a leader, else zero; by server, its own place unused.
  std::array<std::uint8_t, kServers> prev{};   // the index before the next entry to send
  std::array<std::uint8_t, kServers> match{};  // the last index known to be equal there
  auto operator<=>(const Server&) const = default;

  // The term of the entry at an index from 1 on; 0 at index 0.
  [[nodiscard]] std::uint8_t term_at(std::size_t index) const {
    return index == 0 ? std::uint8_t{0} : log.at(index - 1);
  }
};
using Cluster = std::array<Server, kServers>;

enum class Kind : std::uint8_t { RequestVote, VoteReply, Append, AppendReply };

struct Message {
  Kind kind = Kind::RequestVote;
  std::uint8_t from = 0;
  std::uint8_t to = 0;
  std::uint8_t term = 0;
  // RequestVote: the last entry. Append: the one before `entry`. AppendReply: the last equal one.
  std::uint8_t index = 0;
  std::uint8_t index_term = 0;
  std::uint8_t entry = 0;   // Append: the term of the only entry, 0 if there is none
  std::uint8_t commit = 0;  // Append
  bool ok = false;          // replies
  auto operator<=>(const Message&) const = default;
};

enum class Action : std::uint8_t {
  TimeOut,
  Propose,
  Replicate,
  RequestVote,  // the receipts, in the order of Kind
  VoteReply,
  Append,
  AppendReply,
  Drop,
};

enum class Broken : std::uint8_t {
  Nothing,
  ElectionSafety,
  StateMachineSafety,
  CommittedEntryLost
};

struct Move {
  Cluster after{};
  std::vector<Message> sent{};
  Action action = Action::TimeOut;
  Broken broken = Broken::Nothing;  // what this step violates
};

// The steps that receive nothing. Whether the network has room for what they send is not asked.
std::vector<Move> internal_moves(const Cluster& cluster, const Bounds& bounds);
Move receive(const Cluster& cluster, const Message& message);

class PeerRaft final : public engine::Model {
 public:
  explicit PeerRaft(const Bounds& bounds);

  engine::HalfId initial() override { return name(Cluster{}); }
  std::uint32_t initial_violation() override { return 0; }
  void internal_steps(engine::HalfId half, std::vector<engine::Step>& steps) override;
  // Alternative 0 receives the message, alternative 1 is its loss.
  engine::Step deliver(engine::HalfId half, engine::MessageId message,
                       unsigned alternative) override;
  [[nodiscard]] unsigned alternatives() const override { return 2; }

  [[nodiscard]] std::span<const engine::MessageId> sends(engine::SendsId id) const override {
    return lists_[id];
  }
  [[nodiscard]] std::size_t message_count() const override { return messages_.size(); }
  [[nodiscard]] engine::Link link(engine::MessageId message) const override {
    return {messages_[message].from, messages_[message].to};
  }
  engine::HalfId after_losses(engine::HalfId half, unsigned) override { return half; }
  [[nodiscard]] const std::vector<std::string>& action_names() const override { return actions_; }
  [[nodiscard]] const std::vector<std::string>& bound_names() const override {
    return bound_names_;
  }

 private:
  engine::HalfId name(const Cluster& cluster);
  engine::MessageId name(const Message& message);
  engine::Step step(const Move& move);

  Bounds bounds_;
  std::map<Cluster, engine::HalfId> cluster_ids_;
  std::vector<Cluster> clusters_;
  std::map<Message, engine::MessageId> message_ids_;
  engine::ReservedArray<Message> messages_;  // never moves: link() is for any thread
  engine::SequenceInterner<engine::MessageId> lists_;
  std::vector<std::string> actions_{"TimeOut",   "Propose", "Replicate",   "RequestVote",
                                    "VoteReply", "Append",  "AppendReply", "Drop"};
  std::vector<std::string> bound_names_{"inflight"};
};

}  // namespace peers
