// The replicated log: entries numbered from 1 (Figure 2, log[]), of which a snapshot may have
// replaced the first ones (section 7).
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "src/raft/command.hpp"
#include "src/raft/membership.hpp"

namespace raft {

enum class EntryKind : std::uint8_t {
  Command,     // a client's command
  NoOp,        // appended by a new leader so that it can commit (section 8)
  Membership,  // who belongs to the cluster from here on (section 6)
};

// The membership that an entry holds. Nearly none does, and logs are copied and moved all the time:
// where there is none it takes one pointer.
class EntryMembership {
 public:
  EntryMembership() = default;
  EntryMembership(const Membership& membership)  // NOLINT(google-explicit-constructor)
      : there_(membership == Membership{} ? nullptr : new Membership(membership)) {}
  EntryMembership(const EntryMembership& other)
      : there_(other.there_ == nullptr ? nullptr : new Membership(*other.there_)) {}
  EntryMembership(EntryMembership&& other) noexcept : there_(other.there_) {
    if (there_ != nullptr) other.there_ = nullptr;
  }
  EntryMembership& operator=(EntryMembership other) noexcept {
    std::swap(there_, other.there_);
    return *this;
  }
  ~EntryMembership() {
    if (there_ != nullptr) delete there_;
  }

  [[nodiscard]] const Membership& get() const {
    static constexpr Membership kNone;
    return there_ == nullptr ? kNone : *there_;
  }
  operator const Membership&() const { return get(); }  // NOLINT(google-explicit-constructor)
  bool operator==(const EntryMembership& other) const { return get() == other.get(); }

 private:
  const Membership* there_ = nullptr;  // owned
};

struct Entry {
  Term term{};
  EntryKind kind = EntryKind::Command;
  Command command{};             // empty but for a command
  EntryMembership membership{};  // of a Membership entry
  bool operator==(const Entry&) const = default;
};
RAFT_FIELDS(Entry, term, kind, command, membership)

// The entries through base_index() are compacted away: all that is known of them is the term of the
// last one, base_term(). Both are 0 while nothing is compacted. To ask for the term of an entry
// below the base is a broken contract: nobody may guess it.
//
// Invariant (kept by the callers): terms never decrease along the log, from base_term() on.
class Log {
 public:
  Log() = default;
  explicit Log(std::vector<Entry> entries) : Log({}, {}, std::move(entries)) {}
  Log(Index base_index, Term base_term, std::vector<Entry> entries)
      : base_index_(base_index),
        base_term_(base_term),
        entries_(std::move(entries)),
        last_membership_(membership_at(last_index())) {}

  [[nodiscard]] Index base_index() const { return base_index_; }
  [[nodiscard]] Term base_term() const { return base_term_; }

  // The base's index while there are no entries.
  [[nodiscard]] Index last_index() const { return {base_index_.value + entries_.size()}; }
  [[nodiscard]] Term last_term() const { return term_at(last_index()); }

  // The term of the entry at `index`, which may be the base; term 0 where there is none (index 0
  // included), so that "prevLogIndex 0" matches "prevLogTerm 0" on every log that has it.
  // Throws ContractViolation below the base.
  [[nodiscard]] Term term_at(Index index) const {
    if (has(index)) return entries_[place_of(index)].term;
    if (index < base_index_) refuse_compacted();
    return index == base_index_ ? base_term_ : Term{};
  }
  // Whether the entry itself is there: neither compacted nor past the end.
  [[nodiscard]] bool has(Index index) const { return place_of(index) < entries_.size(); }
  // Precondition: has(index).
  [[nodiscard]] const Entry& at(Index index) const { return entries_[place_of(index)]; }

  // The entries from `first` on, at most `count_max` of them; empty if `first` is past the end or
  // compacted.
  [[nodiscard]] std::span<const Entry> from(Index first, std::size_t count_max) const;
  [[nodiscard]] std::span<const Entry> entries() const { return entries_; }

  // The first index whose entry is there and has the term of the entry at `index`. Precondition:
  // has(index).
  [[nodiscard]] Index first_of_term_at(Index index) const;
  // The last index with an entry of exactly this term, which may be the base; 0 if there is none
  // or it cannot be known any more.
  [[nodiscard]] Index last_of_term(Term term) const;

  // Where the membership in force at `index` stands; 0 if no entry up to there is one. Walks back
  // from `index`, but for the last one, which is known.
  [[nodiscard]] Index membership_at(Index index) const;
  [[nodiscard]] Index last_membership() const { return last_membership_; }

  void append(const Entry& entry) {
    const bool is_membership = entry.kind == EntryKind::Membership;
    entries_.push_back(entry);
    if (is_membership) last_membership_ = last_index();
  }
  void append(std::span<const Entry> entries) {
    for (const Entry& entry : entries) append(entry);
  }
  // Removes the entry at `first` and all that follow it. Precondition: first > base_index().
  void truncate_from(Index first) {
    if (has(first)) cut_from(first);
  }
  // Forgets the entries through `index`, which becomes the base. Precondition: has(index).
  void compact_through(Index index);
  // Begins behind a snapshot through `index`, whose entry there has this term. What follows stays
  // if the entry is in the log; else nothing does (Figure 13, InstallSnapshot 6 and 7). Returns
  // whether it was.
  bool begin_behind(Index index, Term term);

  bool operator==(const Log&) const = default;

 private:
  // Beyond all that there can be, for an index at the base or below it.
  [[nodiscard]] std::size_t place_of(Index index) const {
    return index.value - base_index_.value - 1;
  }
  void cut_from(Index first);
  [[noreturn]] static void refuse_compacted();

  Index base_index_{};
  Term base_term_{};
  std::vector<Entry> entries_{};
  Index last_membership_{};  // follows from the entries
};

}  // namespace raft
