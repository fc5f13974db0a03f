// Writes that are acknowledged (dissertation, section 10.2.1: writing to the leader's disk in
// parallel), and what waits for them.
#include "src/raft/disk.hpp"

#include <algorithm>
#include <limits>

#include "src/raft/handlers.hpp"

namespace raft {
namespace {

// What the snapshot stands for is of no use any more.
void cut_log(Log& log, const Snapshot& snapshot) {
  if (snapshot.index > log.base_index()) log.begin_behind(snapshot.index, snapshot.term);
}

// Votes, one's own included, and acknowledgements promise what must not be forgotten. The others
// promise nothing: a leader needs no disk to ask others to store entries.
bool waits_for_disk(const Message& message) {
  return std::holds_alternative<RequestVote>(message.body) ||
         std::holds_alternative<RequestVoteReply>(message.body) ||
         std::holds_alternative<AppendEntriesReply>(message.body) ||
         std::holds_alternative<InstallSnapshotReply>(message.body);
}

}  // namespace

std::optional<Write> write_of(const Persist& persist, const Server& server) {
  if (persist == Persist{}) return std::nullopt;
  Write write{.hard_state = persist.hard_state,
              .last_index = server.log.last_index(),
              .last_term = server.log.last_term()};
  if (persist.snapshot) write.snapshot = server.snapshot;
  if (persist.log_from) {
    write.log_from = std::max(*persist.log_from, server.log.base_index().next());
    const auto entries = server.log.from(*write.log_from, std::numeric_limits<std::size_t>::max());
    write.entries.assign(entries.begin(), entries.end());
  }
  return write;
}

std::size_t parts_of(const Write& write) {
  return (write.hard_state ? 1U : 0U) + (write.snapshot ? 2U : 0U) + (write.log_from ? 1U : 0U) +
         write.entries.size();
}

void write_parts(Durable& durable, const Write& write, std::size_t parts) {
  const auto take = [&parts](bool is_there) { return is_there && parts > 0 && parts-- > 0; };
  if (take(write.hard_state.has_value())) durable.hard_state = *write.hard_state;
  if (take(write.snapshot.has_value())) durable.snapshot = *write.snapshot;
  if (take(write.snapshot.has_value())) cut_log(durable.log, *write.snapshot);
  if (take(write.log_from.has_value())) durable.log.truncate_from(*write.log_from);
  for (const Entry& entry : write.entries) {
    if (take(true)) durable.log.append(entry);
  }
}

Persisted persisted(const Write& write) {
  return {write.hard_state.value_or(HardState{}), write.last_index, write.last_term};
}

void on_persisted(Server& server, const Persisted& done, Effects& effects) {
  effects.outcome = Outcome::WriteAcknowledged;
  // The entry of that index may be another by now: its term tells (section 5.3).
  const bool is_ours =
      done.last_index <= server.log.base_index() ||
      (server.log.has(done.last_index) && server.log.term_at(done.last_index) == done.last_term);
  if (is_ours) server.stable_index = std::max(server.stable_index, done.last_index);
  if (done.hard_state == server.hard_state) on_vote_durable(server, effects);
  if (const auto* leader = std::get_if<Leader>(&server.role)) {
    advance_leader_commit(server, *leader, effects);
  }
}

void forget_stable_from(Server& server, Index index) {
  if (server.stable_index >= index) server.stable_index = index.previous();
}

void hold_messages(Effects& effects) {
  const auto waiting = std::ranges::stable_partition(
      effects.messages, [](const Message& message) { return !waits_for_disk(message); });
  effects.after_persist.assign(std::make_move_iterator(waiting.begin()),
                               std::make_move_iterator(waiting.end()));
  effects.messages.erase(waiting.begin(), waiting.end());
}

}  // namespace raft
