// The values of the raft-tla model, each interned and named by a small id: logs, the state of one
// server, messages, the sets that the history variables hold. What names servers can be renamed,
// and a renaming once made is a look-up.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "checker/engine/interner.hpp"
#include "checker/engine/permutations.hpp"
#include "checker/models/raft_tla_options.hpp"

namespace models {

using Id = std::uint32_t;
using ServerSet = std::uint32_t;  // bit i: server i
template <class T>
using PerServer = std::array<T, RaftTlaOptions::kServersMax>;  // the first `servers` are used

inline constexpr Id kEmpty = 0;  // the empty log, the empty set
inline constexpr std::uint32_t kAbsent = 0;

struct Entry {
  std::uint32_t term = 0;
  std::uint32_t value = 0;
  bool operator==(const Entry&) const = default;
  explicit operator std::uint64_t() const { return engine::pair_key(term, value); }  // to hash
};

enum class Role : std::uint32_t { Follower, Candidate, Leader };

struct Local {
  std::uint32_t term = 1;
  Role role = Role::Follower;
  std::uint32_t voted_for = kAbsent;  // 1 + server
  Id log = kEmpty;
  std::uint32_t commit = 0;
  ServerSet responded = 0;
  ServerSet granted = 0;
  std::uint32_t leader_count = 0;
  PerServer<std::uint32_t> next{};
  PerServer<std::uint32_t> match{};
  PerServer<Id> voter_log{};  // kAbsent, or 1 + the log of this voter
};

struct Message {
  MessageKind kind{};
  std::uint32_t term = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t index = 0;       // vote request: log length; append: previous index; reply: match
  std::uint32_t index_term = 0;  // vote request: last log term; append: term at the previous index
  bool is_positive = false;      // replies: granted, success
  bool has_entry = false;        // append request
  Entry entry{};
  std::uint32_t commit = 0;  // append request
  Id log = kEmpty;           // history: the sender's
};

struct Election {
  std::uint32_t term = 0;
  std::uint32_t leader = 0;
  Id log = kEmpty;
  ServerSet votes = 0;
  PerServer<Id> voter_log{};
};

// Not safe for more than one thread.
class RaftTlaValues {
 public:
  // `permutations` has the renamings of the servers and must outlive this.
  RaftTlaValues(std::size_t servers, const engine::Permutations& permutations);

  // Entries of a log. Valid until the next log is made.
  [[nodiscard]] std::span<const Entry> log(Id id) const;
  Id appended(Id log, Entry entry);
  Id without_last(Id log);  // precondition: it is not empty
  [[nodiscard]] std::uint32_t length(Id log) const {
    return static_cast<std::uint32_t>(logs_[log].size());
  }
  // The index counts from 1; 0 where there is no entry.
  [[nodiscard]] std::uint32_t term_at(Id log, std::uint32_t index) const;
  [[nodiscard]] std::uint32_t last_term(Id log) const { return term_at(log, length(log)); }

  Id intern(const Local& local);
  Id intern(const Message& message);
  [[nodiscard]] Local local(Id id) const;
  [[nodiscard]] Message message(Id id) const;
  [[nodiscard]] std::size_t message_count() const { return messages_.size(); }
  [[nodiscard]] std::size_t local_count() const { return locals_.size(); }

  // Sets of elections, and of logs.
  Id with_election(Id elections, const Election& election);
  Id with_log(Id logs, Id log);
  [[nodiscard]] std::vector<Election> elections(Id set) const;
  [[nodiscard]] std::span<const Id> log_set(Id set) const { return log_sets_[set]; }

  Id renamed_local(Id local, engine::Renaming renaming);
  Id renamed_message(Id message, engine::Renaming renaming);
  Id renamed_elections(Id set, engine::Renaming renaming);

 private:
  using Words = engine::SequenceInterner<std::uint32_t>;
  using Images = std::span<const std::uint8_t>;
  using RenamingTable = std::vector<std::vector<Id>>;  // by renaming, then id; kNone: not known

  Id intern(const Election& election);
  [[nodiscard]] Election election(Id id) const;
  static Id with_member(Words& sets, Id set, Id member);

  template <class Compute>
  Id memoised(RenamingTable& table, Id id, engine::Renaming renaming, Compute compute);
  [[nodiscard]] ServerSet renamed(ServerSet set, Images images) const;
  [[nodiscard]] PerServer<std::uint32_t> renamed(const PerServer<std::uint32_t>& row,
                                                 Images images) const;

  std::size_t servers_;
  const engine::Permutations& permutations_;
  engine::SequenceInterner<Entry> logs_;
  Words locals_;
  Words messages_;
  Words elections_;
  Words election_sets_;  // sorted ids of elections
  Words log_sets_;       // sorted ids of logs
  RenamingTable renamed_locals_;
  RenamingTable renamed_messages_;
  RenamingTable renamed_election_sets_;
};

}  // namespace models
