#include "checker/cluster/fair_schedule.hpp"

#include <bit>
#include <numeric>

namespace cluster {

std::uint64_t recovery_steps_for(const Bounds& bounds, const node::Options& options) {
  const std::uint64_t n = bounds.servers;
  const std::uint64_t exchange = 1 + 2 * (n - 1);
  std::uint64_t timeouts = 0;
  for (std::uint64_t place = 0; place < n; ++place) timeouts += 2 * (n + 1) / (2 + place);
  const bool has_lease = options.pre_vote || options.vote_lease || options.lease_reads;
  const std::uint64_t exchanges = options.pre_vote ? 3 : 2;  // for a timeout
  if (has_lease) timeouts *= 2;
  const std::uint64_t other_timers =
      (has_lease ? timeouts * n : 0) + (options.check_quorum ? 2 * (n + 1) * n : 0);
  const std::uint64_t transfer =
      bounds.transfers == 0 ? 0 : 2 * exchange + (n + 1) * (1 + exchange);
  const std::uint64_t entries =
      bounds.log + bounds.terms + 1 + 2 * bounds.changes;  // with a no-op a term
  // A follower that lacks what the leader has compacted: the snapshot, piece by piece.
  const std::uint64_t pieces = bounds.compactions == 0 ? 0 : bounds.snapshot_pieces;
  // What bounds the messages in flight: what was lost is found by a heartbeat, and sent anew. What
  // bounds the uncommitted tail: a proposal refused, and a heartbeat.
  const std::uint64_t flow = (options.appends_in_flight > 0 ? 2 * exchange : 0) +
                             (options.uncommitted > 0 ? 1 + exchange : 0);
  // Memberships that are left half way are finished first, by one leader after another.
  const std::uint64_t rounds = bounds.changes == 0 ? 1 : 2 + bounds.changes;
  // A write for each step that asks for one.
  const std::uint64_t writes = bounds.async_disk ? 2 : 1;
  return writes * (rounds * (n * exchange + timeouts * exchanges * exchange + other_timers +
                             (n - 1) * (4 * entries + 2 * pieces) + 3 * exchange + flow) +
                   transfer);
}

namespace {

void add_rotations(TimerOrder order, std::vector<TimerOrder>& orders) {
  for (std::size_t first = 0; first < order.size(); ++first) {
    if (std::ranges::find(orders, order) == orders.end()) orders.push_back(order);
    std::ranges::rotate(order, order.begin() + 1);
  }
}

// All of them up.
std::vector<TimerOrder> orders_of_all(const TimerOrder& servers) {
  std::vector<TimerOrder> orders;
  add_rotations(servers, orders);
  add_rotations({servers.rbegin(), servers.rend()}, orders);
  return orders;
}

// The smallest majorities, each in id order.
std::vector<TimerOrder> majorities(std::uint32_t servers) {
  std::vector<TimerOrder> found;
  for (std::uint32_t set = 1; set < std::uint32_t{1} << servers; ++set) {
    if (static_cast<std::size_t>(std::popcount(set)) != spec::majority_of(servers)) continue;
    TimerOrder majority;
    for (spec::ServerId id = 1; id <= servers; ++id) {
      if ((set >> (id - 1) & 1U) != 0) majority.push_back(id);
    }
    found.push_back(std::move(majority));
  }
  return found;
}

// Each smallest majority of the voters up.
void add_majorities(const TimerOrder& voters, std::vector<TimerOrder>& orders) {
  for (TimerOrder& up : majorities(static_cast<std::uint32_t>(voters.size()))) {
    for (spec::ServerId& server : up) server = voters[server - 1];
    add_rotations(std::move(up), orders);
  }
}

}  // namespace

std::vector<TimerOrder> timer_orders(std::uint32_t servers) {
  TimerOrder all(servers);
  std::iota(all.begin(), all.end(), spec::ServerId{1});
  std::vector<TimerOrder> orders = orders_of_all(all);
  add_majorities(all, orders);
  return orders;
}

namespace {

void add_members(const spec::MembershipView& membership, std::vector<spec::ServerId>& members) {
  for (const auto* ids : {&membership.voters, &membership.outgoing, &membership.learners}) {
    members.insert(members.end(), ids->begin(), ids->end());
  }
  std::ranges::sort(members);
  members.erase(std::ranges::unique(members).begin(), members.end());
}

// Of the server that has committed most.
spec::MembershipView committed_membership(const spec::ServerView& server,
                                          const std::vector<spec::ServerId>& first_members) {
  spec::MembershipView committed{first_members, {}, {}};
  const auto take = [&](const spec::MembershipView& membership) {
    if (membership.is_known()) committed = membership;
  };
  take(server.snapshot.membership);
  for (spec::Index index = server.snapshot.index + 1; index <= server.commit_index; ++index) {
    if (const auto* entry = spec::entry_at(server, index)) take(entry->membership);
  }
  return committed;
}

}  // namespace

std::vector<TimerOrder> timer_orders(const std::vector<spec::ServerView>& views,
                                     const std::vector<spec::ServerId>& first_members) {
  const spec::ServerView& best =
      *std::ranges::max_element(views, {}, &spec::ServerView::commit_index);
  const spec::MembershipView committed = committed_membership(best, first_members);
  TimerOrder all;
  add_members(committed, all);
  for (const spec::ServerView& view : views) {
    for (spec::Index index = best.commit_index + 1; index <= view.log.size(); ++index) {
      add_members(view.log[index - 1].membership, all);
    }
  }
  std::vector<TimerOrder> orders = orders_of_all(all);
  const bool is_settled = std::ranges::all_of(
      all, [&](spec::ServerId id) { return views[id - 1].membership == committed; });
  if (is_settled && committed.outgoing.empty()) add_majorities(committed.voters, orders);
  return orders;
}

ServerFacts facts_of(const spec::ServerView& view) {
  ServerFacts facts{.leads = view.role == spec::Role::Leader,
                    .needs_timer = view.heard.has_value() || view.transferee != spec::kNoServer,
                    .has_lease = view.lease,
                    .term = view.current_term,
                    .commit_index = view.commit_index};
  add_members(view.membership, facts.members);
  facts.writes = view.disk && !view.disk->pending.empty();
  for (std::size_t i = view.log.size(); i > 0 && facts.proposed == 0; --i) {
    const spec::EntryView& entry = view.log[i - 1];
    if (entry.term != view.current_term) break;
    if (entry.command == kRecoveryCommand) facts.proposed = i;
  }
  return facts;
}

namespace {

// Of an implementation that does not say.
bool restarts_election_timer(const spec::ServerView& before, const spec::ServerView& after,
                             spec::ServerId from) {
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

}  // namespace

ScheduledEffect timers_of(const node::StepResult& result, const spec::ServerView& before,
                          const spec::ServerView& after, spec::ServerId from) {
  if (result.timers) return {result.timers->reset_election, result.timers->reset_lease};
  return {restarts_election_timer(before, after, from), after.lease && after.leader == from};
}

}  // namespace cluster
