#include "src/raft/step.hpp"

#include <algorithm>
#include <limits>

#include "src/raft/handlers.hpp"

namespace raft {
namespace {

// A position in a log and the term found there: index 0 has term 0, and no other index has.
bool is_position(Index index, Term term) { return (index.value == 0) == (term.value == 0); }

bool is_well_formed(const RequestVote& request) {
  return is_position(request.last_log_index, request.last_log_term) &&
         request.last_log_term <= request.term;
}

bool is_well_formed(const PreVote& request) {
  return is_position(request.last_log_index, request.last_log_term) &&
         request.last_log_term <= request.term;
}

bool is_well_formed(const AppendEntries& request) {
  if (!is_position(request.prev_log_index, request.prev_log_term)) return false;
  if (request.prev_log_index.value >
      std::numeric_limits<std::uint64_t>::max() - request.entries.size()) {
    return false;
  }
  Term term = request.prev_log_term;
  for (const Entry& entry : request.entries) {
    if (entry.term < term || entry.term.value == 0) return false;
    term = entry.term;
  }
  return term <= request.term;
}

bool is_well_formed(const RequestVoteReply&) { return true; }
bool is_well_formed(const AppendEntriesReply&) { return true; }
bool is_well_formed(const PreVoteReply&) { return true; }
bool is_well_formed(const TimeoutNow&) { return true; }
bool is_well_formed(const ReadIndex& request) { return request.id > 0; }
bool is_well_formed(const ReadIndexReply& reply) {
  return reply.id > 0 && reply.read_index.value > 0;
}

// An index in the upper half of all numbers is none that a log has come to, and a log that began
// behind it could not go on.
bool is_well_formed(const InstallSnapshot& request) {
  constexpr std::uint64_t kIndexMax = std::numeric_limits<std::uint64_t>::max() / 2;
  return request.last_included_index.value > 0 && request.last_included_index.value <= kIndexMax &&
         request.last_included_term.value > 0 && request.last_included_term <= request.term &&
         request.offset <= std::numeric_limits<std::uint64_t>::max() - request.data.size();
}
bool is_well_formed(const InstallSnapshotReply&) { return true; }

// A message names servers by their memberships alone, beside its sender and receiver.
template <class Body>
bool names_strangers(const Server&, const Body&) {
  return false;
}
bool names_strangers(const Server& server, const AppendEntries& request) {
  return std::ranges::any_of(request.entries, [&](const Entry& entry) {
    return entry.kind == EntryKind::Membership && !knows_all(server, entry.membership);
  });
}
bool names_strangers(const Server& server, const InstallSnapshot& request) {
  return !knows_all(server, request.membership);
}

// In term 0 there is nothing to be said but whether to begin term 1.
template <class Body>
bool has_possible_term(const Body& body) {
  return body.term.value > 0;
}
bool has_possible_term(const PreVote&) { return true; }
bool has_possible_term(const PreVoteReply&) { return true; }

bool is_for(const Server& server, const Message& message) {
  return message.to == server.id && message.from != server.id && !message.from.is_none() &&
         message.from.value <= server.config.servers;
}

void handle(Server& server, ServerId from, const RequestVote& body, Effects& effects) {
  on_request_vote(server, from, body, effects);
}
void handle(Server& server, ServerId from, const RequestVoteReply& body, Effects& effects) {
  on_request_vote_reply(server, from, body, effects);
}
void handle(Server& server, ServerId from, const AppendEntries& body, Effects& effects) {
  on_append_entries(server, from, body, effects);
}
void handle(Server& server, ServerId from, const AppendEntriesReply& body, Effects& effects) {
  on_append_entries_reply(server, from, body, effects);
}
void handle(Server& server, ServerId from, const PreVote& body, Effects& effects) {
  on_pre_vote(server, from, body, effects);
}
void handle(Server& server, ServerId from, const PreVoteReply& body, Effects& effects) {
  on_pre_vote_reply(server, from, body, effects);
}
void handle(Server& server, ServerId, const TimeoutNow& body, Effects& effects) {
  on_timeout_now(server, body, effects);
}
void handle(Server& server, ServerId from, const ReadIndex& body, Effects& effects) {
  on_read_index(server, from, body, effects);
}
void handle(Server& server, ServerId, const ReadIndexReply& body, Effects& effects) {
  on_read_index_reply(server, body, effects);
}
void handle(Server& server, ServerId from, const InstallSnapshot& body, Effects& effects) {
  on_install_snapshot(server, from, body, effects);
}
void handle(Server& server, ServerId from, const InstallSnapshotReply& body, Effects& effects) {
  on_install_snapshot_reply(server, from, body, effects);
}

// Whether a later term in this message is to be entered. A pre-vote speaks of terms that may never
// begin (9.6), and who is in touch with a leader helps nobody to depose it (4.2.3).
template <class Body>
bool is_term_to_adopt(const Server&, const Body&) {
  return true;
}
bool is_term_to_adopt(const Server&, const PreVote&) { return false; }
bool is_term_to_adopt(const Server&, const PreVoteReply& reply) { return !reply.vote_granted; }
bool is_term_to_adopt(const Server& server, const RequestVote& request) {
  return !refuses_for_lease(server, request);
}

template <class Body>
void on_receive(Server& server, const Message& message, const Body& body, Effects& effects) {
  if (!is_well_formed(body) || names_strangers(server, body) || !has_possible_term(body) ||
      !is_for(server, message)) {
    effects.outcome = Outcome::MalformedIgnored;
    return;
  }
  const bool later_term = body.term > server.current_term() && is_term_to_adopt(server, body);
  if (later_term) adopt_term(server, body.term, effects);
  handle(server, message.from, body, effects);
  // A reply of a later term has done all it can by ending this server's own role.
  if (later_term && effects.outcome == Outcome::StaleReplyIgnored) {
    effects.outcome = Outcome::SteppedDown;
  }
}

void dispatch(Server& server, const ElectionTimeout&, Effects& effects) {
  on_election_timeout(server, effects);
}
void dispatch(Server& server, const HeartbeatTimeout&, Effects& effects) {
  on_heartbeat_timeout(server, effects);
}
void dispatch(Server& server, const Propose& propose, Effects& effects) {
  on_propose(server, std::span(&propose.command, 1), effects);
}
void dispatch(Server& server, const ProposeBatch& batch, Effects& effects) {
  on_propose(server, batch.commands, effects);
}
void dispatch(Server& server, const Message& message, Effects& effects) {
  std::visit([&](const auto& body) { on_receive(server, message, body, effects); }, message.body);
}
void dispatch(Server& server, const Receive& receive, Effects& effects) {
  dispatch(server, receive.message, effects);
}
void dispatch(Server& server, const Restart& restart, Effects& effects) {
  on_restart(server, restart.durable, effects);
}
void dispatch(Server& server, const LeaseTimeout&, Effects& effects) {
  on_lease_timeout(server, effects);
}
void dispatch(Server& server, const Transfer& transfer, Effects& effects) {
  on_transfer(server, transfer.to, effects);
}
void dispatch(Server& server, const Read& read, Effects& effects) {
  on_read(server, read.id, effects);
}
void dispatch(Server& server, const ChangeMembership& change, Effects& effects) {
  on_change_membership(server, change, effects);
}
void dispatch(Server& server, const Persisted& done, Effects& effects) {
  on_persisted(server, done, effects);
}
void dispatch(Server& server, const Compact& compact, Effects& effects) {
  on_compact(server, compact, effects);
}

void dispatch(Server& server, const Input& input, Effects& effects) {
  std::visit([&](const auto& kind) { dispatch(server, kind, effects); }, input);
}

// `I`: Input or Message.
template <class I>
void take_step(Server& server, const I& input, Effects& effects) {
  effects.clear();
  dispatch(server, input, effects);
  if (server.config.changes != Changes::None) settle_membership(server, effects);
  if (server.config.async_disk) hold_messages(effects);
}

}  // namespace

void step(Server& server, const Input& input, Effects& effects) {
  take_step(server, input, effects);
}

void step(Server& server, const Message& message, Effects& effects) {
  take_step(server, message, effects);
}

Effects step(Server& server, const Input& input) {
  Effects effects;
  step(server, input, effects);
  return effects;
}

}  // namespace raft
