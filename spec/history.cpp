#include "spec/history.hpp"

#include <algorithm>

namespace spec {
namespace {

// Term 0 comes before every election and has no slot (leaders[0] stays kNoServer).
bool leads_first(const History& history, const ServerView& after) {
  const Term term = after.current_term;
  if (after.role != Role::Leader || term == 0) return false;
  return term >= history.leaders.size() || history.leaders[term] == kNoServer;
}

void record_leader(History& history, const ServerView& after) {
  if (!leads_first(history, after)) return;
  const Term term = after.current_term;
  if (term >= history.leaders.size()) history.leaders.resize(term + 1, kNoServer);
  history.leaders[term] = after.id;
}

// The first entry that is not recorded yet, if the server committed it. A commit index beyond the
// server's own log names no entry, so nothing is recorded there.
const EntryView* next_commit(const History& history, const ServerView& after) {
  const Index index = history.committed.size() + 1;
  return index <= after.commit_index ? entry_at(after, index) : nullptr;
}

void record_commits(History& history, const ServerView& after) {
  while (const EntryView* entry = next_commit(history, after)) {
    history.committed.push_back({*entry, after.current_term});
  }
}

void record_answer(History& history, const ServerView& after, std::uint64_t id) {
  const auto asked = std::ranges::find(history.reads, id, &AskedRead::id);
  if (asked == history.reads.end()) return;
  if (after.last_applied < asked->committed && !history.stale_read) {
    history.stale_read = {*asked, after.id, after.last_applied};
  }
  history.reads.erase(asked);
}

}  // namespace

const MembershipView& membership_at(const History& history, Index index) {
  for (Index at = std::min<Index>(index, history.committed.size()); at > 0; --at) {
    const EntryView& entry = history.committed[at - 1].entry;
    if (entry.is_membership && entry.membership.is_known()) return entry.membership;
  }
  return history.first_membership;
}

bool adds_to(const History& history, const ServerView& after, const ReadEvents& reads) {
  return leads_first(history, after) || next_commit(history, after) != nullptr ||
         reads.asked != 0 || !reads.answered.empty() ||
         (after.membership.is_known() && !history.first_membership.is_known());
}

History extended(const History& history, const ServerView& after, const ReadEvents& reads) {
  History result = history;
  if (!result.first_membership.is_known()) result.first_membership = after.membership;
  // What the step itself commits comes too late for a read that it was asked for.
  if (reads.asked != 0) result.reads.push_back({reads.asked, history.committed.size()});
  for (const std::uint64_t id : reads.answered) record_answer(result, after, id);
  record_leader(result, after);
  record_commits(result, after);
  return result;
}

}  // namespace spec
