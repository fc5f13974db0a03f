#include "src/wire/byte_server.hpp"

#include <utility>

namespace wire {
namespace {

void add_messages(const std::vector<raft::Message>& messages, std::vector<Asked>& asked) {
  for (const raft::Message& message : messages) {
    std::string frame = frame_of(message);
    const auto kind = static_cast<Kind>(frame[1]);
    asked.push_back({kind, message.to, std::move(frame)});
  }
}

}  // namespace

ByteServer::ByteServer(const raft::Config& config, raft::ServerId id)
    : server_(raft::fresh_server(config, id)) {}

Decoded<ByteServer::Started> ByteServer::start(std::string_view journal) {
  server_ = raft::fresh_server(server_.config, server_.id);
  if (journal.empty()) {
    Started started{.journal_bytes = 0, .asked = {renewed_journal()}};
    for (Asked& asked : step(raft::Restart{})) started.asked.push_back(std::move(asked));
    return started;
  }
  auto recovered = recover(journal);
  if (!recovered) return recovered.problem();
  if (recovered->state.id != server_.id) {
    return Problem{kHeaderBytes, "the journal of server " +
                                     std::to_string(recovered->state.id.value) +
                                     ", not of server " + std::to_string(server_.id.value)};
  }
  journal_.resume(*recovered);
  return Started{.journal_bytes = recovered->bytes,
                 .asked = step(raft::Restart{std::move(recovered->state.durable)})};
}

Decoded<std::vector<Asked>> ByteServer::take(std::string_view bytes) {
  const auto input = decoded<raft::Input>(bytes);
  if (!input) return input.problem();
  return step(*input);
}

Asked ByteServer::renewed_journal() {
  const JournalStart now{server_.id, {server_.hard_state, server_.log, server_.snapshot}};
  return {Kind::JournalStart, {}, journal_.begin(now)};
}

std::vector<Asked> ByteServer::step(const raft::Input& input) {
  raft::step(server_, input, effects_);
  std::vector<Asked> asked;
  if (server_.config.async_disk) {
    add_messages(effects_.messages, asked);
    asked.push_back(report());
    ask_for_write(asked);
    add_messages(effects_.after_persist, asked);
  } else {
    ask_for_write(asked);
    add_messages(effects_.messages, asked);
    asked.push_back(report());
  }
  return asked;
}

void ByteServer::ask_for_write(std::vector<Asked>& asked) {
  const auto write = raft::write_of(effects_.persist, server_);
  if (!write) return;
  asked.push_back({Kind::Write, {}, journal_.append(*write)});
  if (!server_.config.async_disk) return;
  asked.push_back({Kind::Persisted, {}, frame_of(raft::Input(raft::persisted(*write)))});
}

Asked ByteServer::report() const {
  Report report{.outcome = effects_.outcome,
                .proposed = effects_.proposed,
                .leader = effects_.leader,
                .first = effects_.apply.first,
                .reads = effects_.reads,
                .reset_election = effects_.timers.reset_election,
                .reset_heartbeat = effects_.timers.reset_heartbeat,
                .reset_lease = effects_.timers.reset_lease};
  if (effects_.restore) report.restore = server_.snapshot;
  const auto entries = server_.log.from(effects_.apply.first,
                                        effects_.apply.last.value - effects_.apply.first.value + 1);
  if (effects_.apply.last.value > 0) report.apply.assign(entries.begin(), entries.end());
  return {Kind::Report, {}, frame_of(report)};
}

}  // namespace wire
