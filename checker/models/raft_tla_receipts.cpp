// What a server does with a message. A message that is not dealt with at once (the term must be
// advanced first, a candidate must step down, a log must change) stays on the network.
#include <algorithm>

#include "checker/models/raft_tla.hpp"

namespace models {

engine::Step RaftTla::receive(Draft& draft, const Message& message) {
  Local& local = draft.local;
  if (message.term > local.term) {
    if (message.term > options_.max_term) return {};
    local.term = message.term;
    local.role = Role::Follower;
    local.voted_for = kAbsent;
    engine::Step step = finish(draft, {Action::UpdateTerm});
    step.consumes = false;
    return step;
  }
  switch (message.kind) {
    case MessageKind::VoteRequest:
      return receive_vote_request(draft, message);
    case MessageKind::AppendRequest:
      return receive_append_request(draft, message);
    case MessageKind::VoteReply:
    case MessageKind::AppendReply:
      if (message.term < local.term) return finish(draft, {Action::DropStaleReply}, false);
      return message.kind == MessageKind::VoteReply ? receive_vote_reply(draft, message)
                                                    : receive_append_reply(draft, message);
  }
  return {};
}

engine::Step RaftTla::receive_vote_request(Draft& draft, const Message& message) {
  Local& local = draft.local;
  const std::uint32_t last_term = values_.last_term(local.log);
  const bool is_up_to_date =
      message.index_term > last_term ||
      (message.index_term == last_term && message.index >= values_.length(local.log));
  const bool granted = message.term == local.term && is_up_to_date &&
                       (local.voted_for == kAbsent || local.voted_for == message.from + 1);
  if (granted) local.voted_for = message.from + 1;
  return finish(draft, {Action::HandleVoteRequest}, granted,
                sending({.kind = MessageKind::VoteReply,
                         .term = local.term,
                         .from = message.to,
                         .to = message.from,
                         .is_positive = granted,
                         .log = history(local.log)}));
}

engine::Step RaftTla::receive_vote_reply(Draft& draft, const Message& message) {
  Local& local = draft.local;
  local.responded |= 1U << message.from;
  if (message.is_positive) {
    local.granted |= 1U << message.from;
    Id& voter_log = local.voter_log.at(message.from);
    if (options_.voter_log && voter_log == kAbsent) voter_log = message.log + 1;
  }
  return finish(draft, {Action::HandleVoteReply});
}

bool RaftTla::is_log_ok(const Local& local, const Message& message) const {
  return message.index == 0 || (message.index <= values_.length(local.log) &&
                                message.index_term == values_.term_at(local.log, message.index));
}

engine::Step RaftTla::receive_append_request(Draft& draft, const Message& message) {
  Local& local = draft.local;
  const bool is_stale = message.term < local.term;
  if (is_stale || (local.role == Role::Follower && !is_log_ok(local, message))) {
    return finish(draft, {Action::HandleAppendRequest}, false,
                  sending({.kind = MessageKind::AppendReply,
                           .term = local.term,
                           .from = message.to,
                           .to = message.from}));
  }
  if (local.role == Role::Leader) return {};
  if (local.role == Role::Follower) return accept_append_request(draft, message);
  local.role = Role::Follower;
  engine::Step step = finish(draft, {Action::HandleAppendRequest});
  step.consumes = false;
  return step;
}

engine::Step RaftTla::accept_append_request(Draft& draft, const Message& message) {
  Local& local = draft.local;
  const std::uint32_t index = message.index + 1;
  const bool has_place = values_.length(local.log) >= index;
  const bool is_done =
      !message.has_entry || (has_place && values_.term_at(local.log, index) == message.entry.term);
  if (is_done) {
    const bool advances = local.commit < message.commit;
    if (advances) local.commit = std::min(message.commit, values_.length(local.log));
    return finish(draft, {Action::HandleAppendRequest}, advances,
                  sending({.kind = MessageKind::AppendReply,
                           .term = local.term,
                           .from = message.to,
                           .to = message.from,
                           .index = message.index + (message.has_entry ? 1 : 0),
                           .is_positive = true}));
  }
  local.log =
      has_place ? values_.without_last(local.log) : values_.appended(local.log, message.entry);
  engine::Step step = finish(draft, {Action::HandleAppendRequest});
  step.consumes = false;
  return step;
}

engine::Step RaftTla::receive_append_reply(Draft& draft, const Message& message) {
  std::uint32_t& next = draft.local.next.at(message.from);
  std::uint32_t& match = draft.local.match.at(message.from);
  if (message.is_positive) {
    match = std::max(match, message.index);
    next = match + 1;
  } else {
    next = std::max(next, 2U) - 1;
  }
  return finish(draft, {Action::HandleAppendReply});
}

}  // namespace models
