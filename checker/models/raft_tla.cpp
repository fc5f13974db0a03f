#include "checker/models/raft_tla.hpp"

#include <algorithm>
#include <stdexcept>

namespace models {

RaftTla::RaftTla(const RaftTlaOptions& options)
    : options_(options),
      permutations_(options.symmetry ? options.servers : 0),
      values_(options.servers, permutations_) {
  if (options.servers < 1 || options.servers > RaftTlaOptions::kServersMax) {
    throw std::invalid_argument("raft-tla has 1 to 7 servers");
  }
  if (!options.drop.empty()) drop_alternative_ = alternatives_++;
  if (!options.duplicate.empty()) duplicate_alternative_ = alternatives_++;
  sends_.intern({});
  if (options.symmetry) set_up_symmetry();
  Local local;
  local.next.fill(1);
  Row first{};
  std::fill_n(first.begin(), servers(), values_.intern(local));
  initial_ = intern(first);
}

engine::Link RaftTla::link(engine::MessageId message) const {
  const Message found = values_.message(message);
  return {found.from, found.to};
}

RaftTla::Row RaftTla::row(engine::HalfId half) const {
  Row row{};
  std::ranges::copy(rows_[half], row.begin());
  return row;
}

engine::HalfId RaftTla::intern(const Row& row) {
  return rows_.intern(std::span(row).first(row_size())).id;
}

RaftTla::Draft RaftTla::draft(engine::HalfId half, std::uint32_t server) {
  Draft draft{.from = half, .row = row(half), .server = server};
  draft.local = values_.local(draft.row.at(server));
  draft.row.at(slot(kAllLogs)) = facts(half).all_logs_next;
  return draft;
}

engine::Step RaftTla::finish(Draft& draft, Label label, bool changed, engine::SendsId sends) {
  if (changed) draft.row.at(draft.server) = values_.intern(draft.local);
  const engine::HalfId next = intern(draft.row);
  const Facts& after = facts(next);
  return {.next = next,
          .sends = sends,
          .action = static_cast<std::uint16_t>(label.action),
          .label = label.packed(),
          .violation = after.violation,
          .is_outside = after.is_outside};
}

engine::SendsId RaftTla::sending(const Message& message) {
  const engine::MessageId id = values_.intern(message);
  return sends_.intern(std::span(&id, 1)).id;
}

void RaftTla::internal_steps(engine::HalfId half, std::vector<engine::Step>& steps) {
  for (std::uint32_t i = 0; i < servers(); ++i) {
    if (options_.restart) restart(half, i, steps);
    switch (values_.local(rows_[half][i]).role) {
      case Role::Follower:
        timeout(half, i, steps);
        break;
      case Role::Candidate:
        timeout(half, i, steps);
        request_votes(half, i, steps);
        become_leader(half, i, steps);
        break;
      case Role::Leader:
        client_requests(half, i, steps);
        advance_commit_index(half, i, steps);
        append_entries(half, i, steps);
        break;
    }
  }
}

engine::Step RaftTla::deliver(engine::HalfId half, engine::MessageId id, unsigned alternative) {
  const Message message = values_.message(id);
  Draft made = draft(half, message.to);
  if (alternative == 0) return receive(made, message);
  if (alternative == drop_alternative_) {
    if (!options_.drop.contains(message.kind)) return {};
    return finish(made, {Action::DropMessage}, false);
  }
  if (!options_.duplicate.contains(message.kind)) return {};
  engine::Step step = finish(made, {Action::DuplicateMessage}, false);
  step.consumes = false;
  return step;
}

const RaftTla::Facts& RaftTla::facts(engine::HalfId half) {
  if (half < facts_.size() && facts_[half].is_known) return facts_[half];
  const Row row = this->row(half);
  std::array<Local, RaftTlaOptions::kServersMax> all{};
  Facts facts{.is_known = true, .all_logs_next = row.at(slot(kAllLogs))};
  for (std::size_t i = 0; i < servers(); ++i) {
    all.at(i) = values_.local(row.at(i));
    if (options_.all_logs) {
      facts.all_logs_next = values_.with_log(facts.all_logs_next, all.at(i).log);
    }
  }
  const std::span<const Local> locals = std::span(all).first(servers());
  facts.is_outside = is_outside(locals);
  facts.violation = violation_of(values_, locals);
  if (half >= facts_.size()) facts_.resize(half + 1);
  return facts_[half] = facts;
}

bool RaftTla::is_outside(std::span<const Local> locals) const {
  return std::ranges::any_of(locals, [this](const Local& local) {
    return (options_.constraint_term && local.term > *options_.constraint_term) ||
           (options_.constraint_log && values_.length(local.log) > *options_.constraint_log);
  });
}

}  // namespace models
