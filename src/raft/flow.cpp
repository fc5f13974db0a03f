// How much may be on its way to a follower.
//
// Where the messages in flight are bounded, a follower is probed or sent to in a pipeline. A probe
// is one message, or the snapshot, and sent anew with each heartbeat until one is accepted: that
// shows where the logs agree. From then on messages follow each other without waiting for answers,
// and nextIndex moves with what is sent (dissertation 10.2.1). A message that was lost makes the
// next one, or a heartbeat, be rejected, which leads back to probing.
#include <algorithm>
#include <limits>

#include "src/raft/handlers.hpp"

namespace raft {

std::span<const Entry> batch(const Server& server, const Progress& progress) {
  if (!may_send_entries(server, progress)) return {};
  const std::uint32_t most = server.config.entries_per_message;
  const auto entries = server.log.from(progress.next_index,
                                       most == 0 ? std::numeric_limits<std::size_t>::max() : most);
  const std::size_t bytes_max = server.config.bytes_per_message;
  if (bytes_max == 0) return entries;
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (; count < entries.size(); ++count) {
    bytes += entries[count].command.size();
    if (bytes > bytes_max && count > 0) break;  // the first one goes in any case, or never would
  }
  return entries.first(count);
}

bool may_send_entries(const Server& server, const Progress& progress) {
  if (!progress.flow) return true;
  const std::size_t most = progress.flow->is_probing ? 1 : server.config.appends_in_flight;
  return progress.flow->in_flight.size() < most;
}

void note_sent(Progress& progress, std::size_t entries) {
  if (!progress.flow) return;
  Flow& flow = *progress.flow;
  const Index end{progress.next_index.value - 1 + entries};
  if (flow.is_probing) {
    if (flow.in_flight.empty()) flow.in_flight.push_back(end);
  } else if (entries > 0) {
    flow.in_flight.push_back(end);
    progress.next_index = end.next();
  }
}

void note_snapshot_sent(const Server& server, Progress& progress) {
  if (progress.flow) progress.flow = Flow{.in_flight = {server.snapshot.index}};
}

void note_accepted(Progress& progress) {
  if (!progress.flow) return;
  if (progress.flow->is_probing) {
    progress.flow = Flow{.is_probing = false, .in_flight = {}};
  } else {
    std::erase_if(progress.flow->in_flight, [&](Index end) { return end <= progress.match_index; });
  }
}

void probe(Progress& progress) {
  if (progress.flow) progress.flow = Flow{};
}

void renew_probe(Progress& progress) {
  if (progress.flow && progress.flow->is_probing) probe(progress);
}

bool has_room(const Server& server, std::size_t entries) {
  const std::size_t most = server.config.uncommitted;
  const std::size_t tail = server.log.last_index().value - server.commit_index.value;
  if (most == 0 || tail + entries <= most) return true;
  if (entries > most) return false;
  // Entries of earlier terms wait for one of this term (5.4.2), so they must not keep it out.
  return server.log.term_at({server.log.last_index().value - (most - entries)}) <
         server.current_term();
}

}  // namespace raft
