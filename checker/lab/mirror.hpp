// What is known of the servers' logs: each distinct entry has a number, and a log is a list of
// them, so that logs are compared without looking at commands. Kept up to date from what each step
// says that it changed.
//
// A step's word is not taken for it: the entries at both ends of what is said to be unchanged are
// looked at each time, one more entry in turn, and the whole log when a run ends. So an entry that
// is changed in the middle of a log without a word is noticed late, not never.
#pragma once

#include <string>
#include <vector>

#include "checker/node/live.hpp"
#include "spec/view.hpp"

namespace lab {

using EntryId = std::uint32_t;

class EntryTable {
 public:
  EntryTable() : slots_(64, kFree) {}

  EntryId intern(const node::LiveEntry& entry);
  [[nodiscard]] const spec::EntryView& operator[](EntryId id) const { return entries_[id].view; }
  [[nodiscard]] bool is_command(EntryId id) const {
    return entries_[id].kind == node::EntryKind::Command;
  }
  [[nodiscard]] bool is_membership(EntryId id) const {
    return entries_[id].kind == node::EntryKind::Membership;
  }
  // Of a membership; unknown if it is read from a snapshot.
  [[nodiscard]] const node::LiveMembership& membership(EntryId id) const {
    return entries_[id].membership;
  }
  [[nodiscard]] bool is(EntryId id, const node::LiveEntry& entry) const {
    const Known& known = entries_[id];
    return known.view.term == entry.term && known.kind == entry.kind &&
           known.view.command == entry.command && known.membership == entry.membership;
  }

 private:
  struct Known {
    spec::EntryView view;
    node::EntryKind kind{};
    node::LiveMembership membership;
    std::uint32_t hash = 0;
  };
  static constexpr EntryId kFree = ~EntryId{0};

  EntryId find_or_add(const node::LiveEntry& entry);
  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  void grow();

  std::vector<Known> entries_;  // by id
  EntryId last_ = 0;            // what intern() said last: servers get the same entries in a row
  std::vector<EntryId> slots_;  // a flat table with linear probing
};

// As spec shows it.
spec::MembershipView view_of(const node::LiveMembership& membership);

// One server's log, index 1 first, compacted or not.
struct LogMirror {
  std::vector<EntryId> entries;
  std::vector<std::uint32_t> commands;   // how many of the entries through here are commands
  std::vector<spec::Index> memberships;  // where one stands
  // Of the last update: what stood from first_changed on before it.
  spec::Index first_changed = 0;  // the first index at which the log differs from before; 0: none
  spec::Index size_before = 0;
  std::vector<EntryId> removed;

  [[nodiscard]] spec::Index size() const { return entries.size(); }
  [[nodiscard]] EntryId at(spec::Index index) const { return entries[index - 1]; }
  // The how-manieth command the entry at `index` is.
  [[nodiscard]] std::uint32_t commands_through(spec::Index index) const {
    return index == 0 ? 0 : commands[index - 1];
  }
  // Whether the last update took away or replaced what stood there.
  [[nodiscard]] bool lost_entries() const {
    return first_changed != 0 && first_changed <= size_before;
  }
};

// Entries of a snapshot's text (checker/node/state_machine.hpp), by their numbers.
std::vector<EntryId> entries_of_snapshot(std::string_view text, EntryTable& table);

class MirrorUpdate {
 public:
  MirrorUpdate(const node::Live& live, EntryTable& table) : live_(live), table_(table) {}

  // Brings the mirror up to what the server's log is now. `compacted`: what stands for the log
  // through facts.base_index, if that may differ from what the mirror has there.
  void apply(spec::ServerId server, const node::LiveStep& step, const node::LiveFacts& facts,
             const std::optional<std::vector<EntryId>>& compacted, LogMirror& mirror);
  // The same of a server of which nothing is said: everything is looked at.
  void audit(spec::ServerId server, const node::LiveFacts& facts, LogMirror& mirror);

 private:
  // The next entry in its turn, if it is not what it was.
  [[nodiscard]] std::optional<spec::Index> changed_in_turn(spec::ServerId server,
                                                           const node::LiveFacts& facts,
                                                           const LogMirror& mirror);
  static void begin(LogMirror& mirror);
  // Takes away what stands from `index` on; the first time in a step, it is noted.
  static void cut(LogMirror& mirror, spec::Index index);
  void put(LogMirror& mirror, spec::Index index, EntryId id) const;
  void read(spec::ServerId server, const node::LiveFacts& facts, spec::Index from,
            LogMirror& mirror);

  const node::Live& live_;
  EntryTable& table_;
  std::vector<spec::Index> looked_at_;  // by server: the entry that was last looked at in its turn
};

}  // namespace lab
