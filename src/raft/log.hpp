// The replicated log: entries numbered from 1 (Figure 2, log[]).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "src/raft/types.hpp"

namespace raft {

enum class EntryKind : std::uint8_t {
  Command,  // a client's command
  NoOp,     // appended by a new leader so that it can commit (section 8)
};

struct Entry {
  Term term{};
  EntryKind kind = EntryKind::Command;
  std::string command{};  // opaque bytes; empty for a no-op
  bool operator==(const Entry&) const = default;
};
RAFT_FIELDS(Entry, term, kind, command)

// Invariant (kept by the callers): terms never decrease along the log.
class Log {
 public:
  Log() = default;
  explicit Log(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  // 0 while the log is empty.
  [[nodiscard]] Index last_index() const { return {entries_.size()}; }
  [[nodiscard]] Term last_term() const { return term_at(last_index()); }

  // The term of the entry at `index`; term 0 where there is none (index 0 included), so that
  // "prevLogIndex 0" matches "prevLogTerm 0" on every log.
  [[nodiscard]] Term term_at(Index index) const {
    return has(index) ? entries_[index.value - 1].term : Term{};
  }
  [[nodiscard]] bool has(Index index) const {
    return index.value >= 1 && index.value <= entries_.size();
  }
  // Precondition: has(index).
  [[nodiscard]] const Entry& at(Index index) const { return entries_[index.value - 1]; }

  // The entries from `first` on, at most `count_max` of them; empty if `first` is past the end.
  [[nodiscard]] std::span<const Entry> from(Index first, std::size_t count_max) const;
  [[nodiscard]] std::span<const Entry> entries() const { return entries_; }

  // The first index whose entry has the term of the entry at `index`. Precondition: has(index).
  [[nodiscard]] Index first_of_term_at(Index index) const;
  // The last index with an entry of exactly this term; 0 if there is none.
  [[nodiscard]] Index last_of_term(Term term) const;

  void append(Entry entry) { entries_.push_back(std::move(entry)); }
  void append(std::span<const Entry> entries) {
    entries_.insert(entries_.end(), entries.begin(), entries.end());
  }
  // Removes the entry at `first` and all that follow it. Precondition: first >= 1.
  void truncate_from(Index first);

  bool operator==(const Log&) const = default;

 private:
  std::vector<Entry> entries_{};
};

}  // namespace raft
