#include "checker/cluster/fair_schedule.hpp"

#include <numeric>

namespace cluster {

std::uint64_t recovery_steps_for(const Bounds& bounds) {
  const std::uint64_t n = bounds.servers;
  const std::uint64_t exchange = 1 + 2 * (n - 1);
  std::uint64_t timeouts = 0;
  for (std::uint64_t place = 0; place < n; ++place) timeouts += 2 * (n + 1) / (2 + place);
  const std::uint64_t entries = bounds.log + bounds.terms + 1;  // with a no-op a term
  return n * exchange + timeouts * 2 * exchange + (n - 1) * 4 * entries + 3 * exchange;
}

std::vector<TimerOrder> timer_orders(std::uint32_t servers) {
  TimerOrder forward(servers);
  std::iota(forward.begin(), forward.end(), spec::ServerId{1});
  const TimerOrder backward(forward.rbegin(), forward.rend());
  std::vector<TimerOrder> orders;
  for (const TimerOrder& circle : {forward, backward}) {
    for (std::ptrdiff_t first = 0; first < static_cast<std::ptrdiff_t>(servers); ++first) {
      TimerOrder order = circle;
      std::ranges::rotate(order, order.begin() + first);
      if (std::ranges::find(orders, order) == orders.end()) orders.push_back(std::move(order));
    }
  }
  return orders;
}

ServerFacts facts_of(const spec::ServerView& view) {
  ServerFacts facts{.leads = view.role == spec::Role::Leader,
                    .term = view.current_term,
                    .commit_index = view.commit_index};
  for (std::size_t i = view.log.size(); i > 0 && facts.proposed == 0; --i) {
    const spec::EntryView& entry = view.log[i - 1];
    if (entry.term != view.current_term) break;
    if (entry.command == kRecoveryCommand) facts.proposed = i;
  }
  return facts;
}

bool restarts_election_timer(const node::StepResult& result, const spec::ServerView& before,
                             const spec::ServerView& after, spec::ServerId from) {
  if (result.timers) return result.timers->reset_election;
  // Figure 2: a new candidate; a vote for another; an AppendEntries of the present leader; and a
  // leader that steps down needs the timer again.
  if (after.role == spec::Role::Candidate) {
    return before.role != spec::Role::Candidate || after.current_term != before.current_term;
  }
  if (after.role == spec::Role::Leader) return false;
  if (before.role == spec::Role::Leader) return true;
  if (from == spec::kNoServer) return false;
  const bool voted = after.voted_for == from && before.voted_for != from;
  return voted || after.leader == from;
}

}  // namespace cluster
