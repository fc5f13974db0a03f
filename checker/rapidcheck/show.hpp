// What RapidCheck prints of the values it draws, so that a counterexample can be read: names of
// messages and inputs, and all their fields in order.
#pragma once

#include <array>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "checker/cluster/choices.hpp"
#include "src/raft/canonical.hpp"
#include "src/raft/input.hpp"

namespace raft::rapid {

// In the order of the variants.
inline constexpr std::array kInputNames = {
    "ElectionTimeout", "HeartbeatTimeout", "Propose",   "Receive",
    "Restart",         "LeaseTimeout",     "Transfer",  "Read",
    "Compact",         "ChangeMembership", "Persisted", "ProposeBatch"};
inline constexpr std::array kMessageNames = {
    "RequestVote",    "RequestVoteReply", "AppendEntries",       "AppendEntriesReply",
    "PreVote",        "PreVoteReply",     "TimeoutNow",          "ReadIndex",
    "ReadIndexReply", "InstallSnapshot",  "InstallSnapshotReply"};
static_assert(kInputNames.size() == std::variant_size_v<Input>);
static_assert(kMessageNames.size() == std::variant_size_v<MessageBody>);

// By the fields() that make a value's canonical bytes, so that none is forgotten.
class Printer {
 public:
  explicit Printer(std::ostream& out) : out_(out) {}

  template <Number T>
  void put(T number) {
    out_ << static_cast<std::uint64_t>(number);
  }
  void put(std::string_view text) { out_ << '"' << text << '"'; }
  void put(ServerId id) { out_ << id.value; }
  void put(ServerSet set) {
    out_ << '{';
    const char* separator = "";
    for (std::uint32_t id = 1; id <= kServersMax; ++id) {
      if (set.contains({id})) out_ << std::exchange(separator, " ") << id;
    }
    out_ << '}';
  }
  void put(const Entry& entry) {
    put_all(entry.term, entry.kind, entry.command, entry.membership.get());
  }
  void put(const Log& log) {
    put(log.base_index());
    put_items(log.entries());
  }
  template <class T>
  void put(const std::vector<T>& items) {
    put_items(items);
  }
  void put(const MessageBody& body) {
    out_ << kMessageNames.at(body.index());
    std::visit([this](const auto& alternative) { this->put(alternative); }, body);
  }
  void put(const Message& message) {
    put(message.body);
    out_ << " from " << message.from.value << " to " << message.to.value;
  }
  template <HasFields T>
  void put(const T& value) {
    std::apply([this](const auto&... field) { this->put_all(field...); }, fields(value));
  }

  void put(const ElectionTimeout&) {}
  void put(const HeartbeatTimeout&) {}
  void put(const LeaseTimeout&) {}
  void put(const Propose& input) { put_all(input.command); }
  void put(const ProposeBatch& input) { put_all(input.commands); }
  void put(const Receive& input) { put_all(input.message); }
  void put(const Restart& input) { put_all(input.durable); }
  void put(const Transfer& input) { put_all(input.to); }
  void put(const Read& input) { put_all(input.id); }
  void put(const Compact& input) { put_all(input.through, input.data); }
  void put(const ChangeMembership& input) { put_all(input.voters, input.learners); }
  void put(const Persisted& input) { put_all(input.hard_state, input.last_index, input.last_term); }

 private:
  template <class... Ts>
  void put_all(const Ts&... values) {
    out_ << '(';
    const char* separator = "";
    ((out_ << std::exchange(separator, ", "), this->put(values)), ...);
    out_ << ')';
  }
  template <class Items>
  void put_items(const Items& items) {
    out_ << '[';
    for (const auto& item : items) put(item);
    out_ << ']';
  }
  std::ostream& out_;
};

}  // namespace raft::rapid

namespace raft {

inline std::ostream& operator<<(std::ostream& out, const MessageBody& body) {
  rapid::Printer(out).put(body);
  return out;
}
inline std::ostream& operator<<(std::ostream& out, const Message& message) {
  rapid::Printer(out).put(message);
  return out;
}
inline std::ostream& operator<<(std::ostream& out, const Input& input) {
  out << rapid::kInputNames.at(input.index());
  std::visit([&](const auto& alternative) { rapid::Printer(out).put(alternative); }, input);
  return out;
}

}  // namespace raft

namespace node {

inline std::ostream& operator<<(std::ostream& out, const Options& options) {
  return out << cluster::PlannedRun{options, {}};
}

}  // namespace node
