// A disk that writes while the server goes on, for drivers with Config::async_disk: what a step
// wants durable is one write, writes are done in order, and each is acknowledged by an input.
//
// A driver keeps the writes that are not yet durable, each with the messages that wait for it:
//   1. after a step, add write_of(effects.persist, server) with effects.after_persist. If there is
//      nothing to write, these messages wait with the last write, or leave if there is none. Send
//      effects.messages, which wait for nothing; what else effects.hpp asks for is done at once.
//   2. when the oldest write is durable, send its messages and step(server, persisted(write)).
//   3. after a crash, restart from the disk. It may hold any of the writes that were not
//      acknowledged, but of each only with all those before it, and of the last one only the first
//      parts (torn).
#pragma once

#include <optional>
#include <vector>

#include "src/raft/effects.hpp"
#include "src/raft/input.hpp"

namespace raft {

// What one step wants durable, as it is to be written. In the order in which a crash may cut it
// off: the term with the vote, at once; the snapshot; the beginning of the log that it stands for
// goes, or the conflicting end of the log; then entry by entry.
struct Write {
  std::optional<HardState> hard_state{};
  std::optional<Snapshot> snapshot{};
  std::optional<Index> log_from{};
  std::vector<Entry> entries{};  // from log_from on
  Index last_index{};            // of the server's log then, and its term
  Term last_term{};
  bool operator==(const Write&) const = default;
};
RAFT_FIELDS(Write, hard_state, snapshot, log_from, entries, last_index, last_term)

// Absent: there is nothing to write. `server` is the server after the step.
std::optional<Write> write_of(const Persist& persist, const Server& server);

// Into how many parts a crash can tear the write.
std::size_t parts_of(const Write& write);
// Brings the first parts of the write onto the disk; all of them if there are no more than `parts`.
void write_parts(Durable& durable, const Write& write, std::size_t parts);

// The acknowledgement of the write.
Persisted persisted(const Write& write);

}  // namespace raft
