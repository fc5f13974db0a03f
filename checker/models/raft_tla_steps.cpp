// The steps of one server that consume no message.
#include <algorithm>
#include <bit>

#include "checker/models/raft_tla.hpp"

namespace models {
namespace {

engine::Step cut_off_by(auto bound) {
  return {.cut_off_by = static_cast<std::uint16_t>(static_cast<std::uint16_t>(bound) + 1U)};
}

}  // namespace

void RaftTla::restart(engine::HalfId half, std::uint32_t i, std::vector<engine::Step>& steps) {
  Draft after = draft(half, i);
  Local& local = after.local;
  local.role = Role::Follower;
  local.commit = 0;
  local.responded = 0;
  local.granted = 0;
  local.voter_log.fill(kAbsent);
  local.next.fill(1);
  local.match.fill(0);
  steps.push_back(finish(after, {Action::Restart, i}));
}

void RaftTla::timeout(engine::HalfId half, std::uint32_t i, std::vector<engine::Step>& steps) {
  Draft after = draft(half, i);
  Local& local = after.local;
  if (local.term >= options_.max_term) {
    steps.push_back(cut_off_by(Bound::MaxTerm));
    return;
  }
  local.role = Role::Candidate;
  ++local.term;
  local.voted_for = kAbsent;
  local.responded = 0;
  local.granted = 0;
  local.voter_log.fill(kAbsent);
  steps.push_back(finish(after, {Action::Timeout, i}));
}

void RaftTla::request_votes(engine::HalfId half, std::uint32_t i,
                            std::vector<engine::Step>& steps) {
  for (std::uint32_t j = 0; j < servers(); ++j) {
    Draft after = draft(half, i);
    if (j == i || (after.local.responded >> j & 1U) != 0) continue;
    const engine::SendsId sends = sending({.kind = MessageKind::VoteRequest,
                                           .term = after.local.term,
                                           .from = i,
                                           .to = j,
                                           .index = values_.length(after.local.log),
                                           .index_term = values_.last_term(after.local.log)});
    steps.push_back(finish(after, {Action::RequestVote, i, j}, false, sends));
  }
}

void RaftTla::become_leader(engine::HalfId half, std::uint32_t i,
                            std::vector<engine::Step>& steps) {
  Draft after = draft(half, i);
  Local& local = after.local;
  if (static_cast<std::uint32_t>(std::popcount(local.granted)) < options_.quorum_size()) return;
  if (local.leader_count >= options_.max_become_leader) {
    steps.push_back(cut_off_by(Bound::MaxBecomeLeader));
    return;
  }
  local.role = Role::Leader;
  local.next.fill(values_.length(local.log) + 1);
  local.match.fill(0);
  ++local.leader_count;
  if (options_.elections) {
    Id& elections = after.row.at(slot(kElections));
    elections = values_.with_election(elections, {.term = local.term,
                                                  .leader = i,
                                                  .log = local.log,
                                                  .votes = local.granted,
                                                  .voter_log = local.voter_log});
  }
  steps.push_back(finish(after, {Action::BecomeLeader, i}));
}

void RaftTla::client_requests(engine::HalfId half, std::uint32_t i,
                              std::vector<engine::Step>& steps) {
  for (std::uint32_t value = 1; value <= options_.values; ++value) {
    Draft after = draft(half, i);
    Local& local = after.local;
    std::uint32_t& requests = after.row.at(slot(kRequests));
    if (requests >= options_.max_client_requests) {
      steps.push_back(cut_off_by(Bound::MaxClientRequests));
      continue;
    }
    const Entry entry{local.term, value};
    const bool is_new = std::ranges::count(values_.log(local.log), entry) == 0;
    if (is_new) {
      local.log = values_.appended(local.log, entry);
      ++requests;
    }
    steps.push_back(finish(after, {Action::ClientRequest, i, value}, is_new));
  }
}

void RaftTla::advance_commit_index(engine::HalfId half, std::uint32_t i,
                                   std::vector<engine::Step>& steps) {
  Draft after = draft(half, i);
  Local& local = after.local;
  const auto agreeing = [&](std::uint32_t index) {
    std::uint32_t count = 0;
    for (std::uint32_t k = 0; k < servers(); ++k) count += k == i || local.match[k] >= index;
    return count;
  };
  std::uint32_t index = values_.length(local.log);
  while (index > 0 && agreeing(index) < options_.quorum_size()) --index;
  const bool advances = index > 0 && values_.term_at(local.log, index) == local.term;
  if (advances) local.commit = index;
  steps.push_back(finish(after, {Action::AdvanceCommitIndex, i}, advances));
}

void RaftTla::append_entries(engine::HalfId half, std::uint32_t i,
                             std::vector<engine::Step>& steps) {
  for (std::uint32_t j = 0; j < servers(); ++j) {
    if (j == i) continue;
    Draft after = draft(half, i);
    const Local& local = after.local;
    const std::uint32_t next = local.next[j];
    const std::uint32_t length = values_.length(local.log);
    Message message{.kind = MessageKind::AppendRequest,
                    .term = local.term,
                    .from = i,
                    .to = j,
                    .index = next - 1,
                    .index_term = values_.term_at(local.log, next - 1),
                    .commit = std::min({local.commit, length, next}),
                    .log = history(local.log)};
    if (next <= length) {
      message.has_entry = true;
      message.entry = values_.log(local.log)[next - 1];
    }
    steps.push_back(finish(after, {Action::AppendEntries, i, j}, false, sending(message)));
  }
}

}  // namespace models
