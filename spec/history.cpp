#include "spec/history.hpp"

#include <algorithm>

namespace spec {
namespace {

// Term 0 comes before every election and has no slot (leaders[0] stays kNoServer).
void record_leader(History& history, const ServerView& after) {
  const Term term = after.current_term;
  if (after.role != Role::Leader || term == 0) return;
  if (term < history.leaders.size()) {
    if (history.leaders[term] == kNoServer) history.leaders[term] = after.id;
    return;
  }
  history.leaders.resize(term, kNoServer);
  history.leaders.push_back(after.id);
}

// A commit index beyond the server's own log names no entry, so nothing is recorded there.
void record_commits(History& history, const ServerView& after) {
  for (Index index = history.committed.size() + 1; index <= after.commit_index; ++index) {
    const EntryView* entry = entry_at(after, index);
    if (entry == nullptr) return;
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
