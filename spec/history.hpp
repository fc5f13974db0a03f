// What no server's state remembers but some property needs: kept beside the cluster and no more,
// since every distinct history multiplies the states that a search must visit.
#pragma once

#include <optional>
#include <vector>

#include "spec/view.hpp"

namespace spec {

// An entry that some server once held as committed, and the term that server was in when its commit
// index first reached the entry ("committed in a given term", Leader Completeness, Figure 3).
struct CommittedEntry {
  EntryView entry;
  Term commit_term = 0;
  bool operator==(const CommittedEntry&) const = default;
};

// A read that was asked for: what it must see is what had been committed by then.
struct AskedRead {
  std::uint64_t id = 0;
  Index committed = 0;
  bool operator==(const AskedRead&) const = default;
};

// A read that was answered from a state machine that had not come so far.
struct StaleRead {
  AskedRead read;
  ServerId server = kNoServer;
  Index applied = 0;
  bool operator==(const StaleRead&) const = default;
};

// What a step did about reads.
struct ReadEvents {
  std::uint64_t asked = 0;  // the id of the read that was asked for; 0: none
  std::vector<std::uint64_t> answered{};
};

struct History {
  // leaders[t] is the first server ever seen to lead term t, kNoServer where none was. No trailing
  // kNoServer, so equal histories are equal values. leaders[0] is always kNoServer.
  std::vector<ServerId> leaders;
  // committed[i - 1] is the first entry ever committed at index i; contiguous from index 1.
  std::vector<CommittedEntry> committed;
  std::vector<AskedRead> reads{};  // that are not answered yet, in the order of asking
  std::optional<StaleRead> stale_read{};
  // Where memberships change: the first one ever seen, in force before any of the log.
  MembershipView first_membership{};
  bool operator==(const History&) const = default;
};

// The history after a step that left one server looking like `after`: records a leader of a term
// that had none, and entries committed for the first time. Never changes what is recorded: a
// contradiction is for the properties to find.
History extended(const History& history, const ServerView& after, const ReadEvents& reads = {});

// False only if extended() would be `history` again: who asks first copies nothing for nothing.
bool adds_to(const History& history, const ServerView& after, const ReadEvents& reads = {});

// The committed membership at an index: the last at or below it, else the first of all.
const MembershipView& membership_at(const History& history, Index index);

}  // namespace spec
