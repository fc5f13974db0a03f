// The properties that one server's step shows by itself.
#include <fmt/format.h>

#include "spec/agreement.hpp"
#include "spec/rule.hpp"
#include "spec/wording.hpp"

namespace spec {
namespace {

bool leads_same_term(const ServerView& before, const ServerView& after) {
  return before.role == Role::Leader && after.role == Role::Leader &&
         before.current_term == after.current_term;
}

Broken leader_append_only(const ServerView& before, const ServerView& after, bool restarted) {
  if (restarted || !leads_same_term(before, after)) return std::nullopt;
  const Index agreed = agreed_through(before, after);
  if (agreed == before.log.size()) return std::nullopt;
  return fmt::format("server {}, leader of term {}, held {} at index {} and now holds {}",
                     before.id, before.current_term, describe(entry_at(before, agreed + 1)),
                     agreed + 1, describe(entry_at(after, agreed + 1)));
}

Broken own_term_commit(const ServerView& before, const ServerView& after, bool) {
  if (!leads_same_term(before, after)) return std::nullopt;
  if (after.commit_index <= before.commit_index) return std::nullopt;
  const EntryView* entry = entry_at(after, after.commit_index);
  if (entry != nullptr && entry->term == after.current_term) return std::nullopt;
  return fmt::format(
      "server {}, leader of term {}, moved its commit index from {} to {}, where it holds {}",
      after.id, after.current_term, before.commit_index, after.commit_index, describe(entry));
}

std::string vote(ServerId voted_for) {
  return voted_for == kNoServer ? "no vote" : fmt::format("its vote for server {}", voted_for);
}

Broken one_vote_per_term(const ServerView& before, const ServerView& after, bool restarted) {
  const bool from_disk = restarted && before.disk;
  const ServerId was = from_disk ? before.disk->voted_for : before.voted_for;
  const ServerId is = after.voted_for;
  const Term term = from_disk ? before.disk->current_term : before.current_term;
  if (term != after.current_term || was == is) return std::nullopt;
  if (from_disk && was == kNoServer) return std::nullopt;  // what was not durable yet came through
  if (restarted) {
    return fmt::format("server {} crashed in term {} with {} and restarted with {}", before.id,
                       term, vote(was), vote(is));
  }
  if (was == kNoServer || is == kNoServer) return std::nullopt;
  return fmt::format("server {} voted for server {} and then for server {} in term {}", before.id,
                     was, is, before.current_term);
}

Broken term_monotonic(const ServerView& before, const ServerView& after, bool restarted) {
  if (after.current_term >= before.current_term) return std::nullopt;
  const bool was_durable = !restarted || !before.disk;
  if (!was_durable && after.current_term >= before.disk->current_term) return std::nullopt;
  return fmt::format("server {} went back from term {} to term {}{}", before.id,
                     before.current_term, after.current_term, restarted ? " over a restart" : "");
}

Broken commit_index_monotonic(const ServerView& before, const ServerView& after, bool restarted) {
  if (restarted || after.commit_index >= before.commit_index) return std::nullopt;
  return fmt::format("the commit index of server {} went back from {} to {}", before.id,
                     before.commit_index, after.commit_index);
}

Broken last_applied_monotonic(const ServerView& before, const ServerView& after, bool restarted) {
  if (restarted || after.last_applied >= before.last_applied) return std::nullopt;
  return fmt::format("the last applied index of server {} went back from {} to {}", before.id,
                     before.last_applied, after.last_applied);
}

// A slot that is gone counts as 0: nothing is known any more.
Broken match_index_monotonic(const ServerView& before, const ServerView& after, bool restarted) {
  if (restarted || !leads_same_term(before, after)) return std::nullopt;
  for (std::size_t i = 0; i < before.match_index.size(); ++i) {
    const Index was = before.match_index[i];
    const Index is = i < after.match_index.size() ? after.match_index[i] : 0;
    if (is >= was) continue;
    return fmt::format(
        "server {}, leader of term {}, moved its match index for server {} back from {} to {}",
        before.id, before.current_term, i + 1, was, is);
  }
  return std::nullopt;
}

Broken log_survives_restart(const ServerView& before, const ServerView& after, bool restarted) {
  if (!restarted || before.log == after.log) return std::nullopt;
  const Index index = agreed_through(before, after) + 1;
  if (before.disk && index > before.disk->log_index) return std::nullopt;
  return fmt::format("server {} crashed with {} at index {} and restarted with {} there", before.id,
                     describe(entry_at(before, index)), index, describe(entry_at(after, index)));
}

// The other half of the promise is about messages (exchange_properties.cpp).
Broken log_rests_in_transfer(const ServerView& before, const ServerView& after, bool restarted) {
  if (restarted || !leads_same_term(before, after)) return std::nullopt;
  if (before.transferee == kNoServer || before.transferee != after.transferee) return std::nullopt;
  if (after.log.size() <= before.log.size()) return std::nullopt;
  return fmt::format(
      "server {}, leader of term {}, is handing its lead over to server {} and appended {}",
      before.id, before.current_term, before.transferee, describe(&after.log.back()));
}

constexpr std::array<Rule<const ServerView&, const ServerView&, bool>, 9> kRules = {{
    {Property::LeaderAppendOnly, leader_append_only},
    {Property::OwnTermCommit, own_term_commit},
    {Property::OneVotePerTerm, one_vote_per_term},
    {Property::TermMonotonic, term_monotonic},
    {Property::CommitIndexMonotonic, commit_index_monotonic},
    {Property::LastAppliedMonotonic, last_applied_monotonic},
    {Property::MatchIndexMonotonic, match_index_monotonic},
    {Property::LogSurvivesRestart, log_survives_restart},
    {Property::TransferPromise, log_rests_in_transfer},
}};
static_assert(in_reporting_order(kRules));

}  // namespace

std::optional<Violation> check_step(const ServerView& before, const ServerView& after,
                                    bool restarted, PropertySet properties) {
  return first_broken(kRules, properties, before, after, restarted);
}

}  // namespace spec
