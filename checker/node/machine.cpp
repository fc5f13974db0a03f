#include "checker/node/machine.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "checker/node/core_config.hpp"
#include "checker/node/state_machine.hpp"
#include "src/raft/canonical.hpp"

namespace node {
namespace {

// Of what is not yet durable, so many parts are on the disk after all.
void crash(Machine& machine, std::string_view payload) {
  std::size_t survive = 0;
  std::from_chars(payload.data(), payload.data() + payload.size(), survive);
  for (const PendingWrite& pending : machine.pending) {
    const std::size_t parts = raft::parts_of(pending.write);
    raft::write_parts(machine.durable, pending.write, std::min(survive, parts));
    if (survive <= parts) break;
    survive -= parts;
  }
  machine.pending.clear();
}

raft::Input acknowledged(Machine& machine) {
  const raft::Write write = machine.pending.front().write;
  machine.pending.erase(machine.pending.begin());
  raft::write_parts(machine.durable, write, raft::parts_of(write));
  return raft::persisted(write);
}

raft::HardState last_hard_state(const Machine& machine) {
  raft::HardState last = machine.durable.hard_state;
  for (const PendingWrite& pending : machine.pending) {
    last = pending.write.hard_state.value_or(last);
  }
  return last;
}

raft::ChangeMembership change(std::string_view payload) {
  raft::ChangeMembership made{};
  raft::ServerSet* set = &made.voters;
  std::uint32_t id = 0;
  for (const char c : payload) {
    if (c >= '0' && c <= '9') {
      id = 10 * id + static_cast<std::uint32_t>(c - '0');
      continue;
    }
    if ((c != ' ' && c != ';') || id > raft::kServersMax) break;
    if (id > 0) set->insert({id});
    id = 0;
    if (c == ';') set = &made.learners;
  }
  if (id > raft::kServersMax) throw std::invalid_argument("a change with a server that cannot be");
  if (id > 0) set->insert({id});
  return made;
}

// The snapshot of what the state machine was after that entry.
raft::Compact compaction(const Machine& machine, std::string_view payload) {
  const raft::Index through = compacted_through(payload);
  const std::size_t held = std::min<std::size_t>(through.value, machine.applied.size());
  return {through, snapshot_text(std::span(machine.applied).first(held))};
}

}  // namespace

raft::Index compacted_through(std::string_view payload) {
  raft::Index through{};
  const char* end = payload.data() + payload.size();
  const auto [rest, error] = std::from_chars(payload.data(), end, through.value);
  if (error != std::errc{} || rest != end) {
    throw std::invalid_argument("a compaction without an index");
  }
  return through;
}

void sort_waiting(std::vector<raft::Message>& waiting) {
  std::ranges::sort(waiting, {},
                    [](const raft::Message& message) { return raft::encoded(message); });
}

Driver::Driver(const Options& options)
    : config_(core_config(options)), has_state_machines_(options.snapshots) {
  raft::fresh_server(config_, {1});  // checks the options
}

Machine Driver::initial(spec::ServerId id) const {
  return Machine{.server = raft::fresh_server(config_, {id}), .durable = {}};
}

raft::Input Driver::begin(Machine& machine, const Input& input,
                          std::vector<raft::Message>& sent) const {
  switch (input.kind) {
    case InputKind::ElectionTimeout:
      return raft::ElectionTimeout{};
    case InputKind::HeartbeatTimeout:
      return raft::HeartbeatTimeout{};
    case InputKind::Propose:
      return raft::Propose{std::string(input.payload)};
    case InputKind::Restart:
      crash(machine, input.payload);
      return raft::Restart{machine.durable};
    case InputKind::LeaseTimeout:
      return raft::LeaseTimeout{};
    case InputKind::Transfer:
      return raft::Transfer{{input.target}};
    case InputKind::Read:
      return raft::Read{input.read};
    case InputKind::Compact:
      return compaction(machine, input.payload);
    case InputKind::ChangeMembership:
      return change(input.payload);
    case InputKind::DiskWrite:
      sent.insert(sent.end(), machine.pending.front().messages.begin(),
                  machine.pending.front().messages.end());
      return acknowledged(machine);
    case InputKind::Receive:
      break;
  }
  throw std::invalid_argument("no such kind of input");
}

void Driver::write_later(Machine& machine, std::vector<raft::Message>& sent) const {
  auto write = raft::write_of(effects_.persist, machine.server);
  // A vote that is given once more is on its way to the disk already.
  if (write && write->hard_state == last_hard_state(machine)) write->hard_state.reset();
  if (write && raft::parts_of(*write) > 0) machine.pending.push_back({*std::move(write), {}});
  if (machine.pending.empty()) {
    sent.insert(sent.end(), effects_.after_persist.begin(), effects_.after_persist.end());
    return;
  }
  std::vector<raft::Message>& waiting = machine.pending.back().messages;
  for (const raft::Message& message : effects_.after_persist) {
    if (std::ranges::find(waiting, message) == waiting.end()) waiting.push_back(message);
  }
  sort_waiting(waiting);
}

// Hands the state machine what the step says.
void Driver::apply(Machine& machine) const {
  if (effects_.outcome == raft::Outcome::Restarted) machine.applied.clear();
  if (effects_.restore) machine.applied = snapshot_entries(machine.server.snapshot.data);
  const raft::Apply& apply = effects_.apply;
  for (raft::Index index = apply.first; index.value != 0 && index <= apply.last;
       index = index.next()) {
    if (machine.server.log.has(index)) machine.applied.push_back(machine.server.log.at(index));
  }
}

const raft::Effects& Driver::step(Machine& machine, const raft::Input& input,
                                  std::vector<raft::Message>& sent) {
  raft::step(machine.server, input, effects_);
  if (config_.async_disk) {
    write_later(machine, sent);
  } else {
    raft::make_durable(machine.durable, effects_.persist, machine.server);
  }
  if (has_state_machines_) apply(machine);
  for (raft::Message& message : effects_.messages) sent.push_back(std::move(message));
  return effects_;
}

spec::Applied Driver::applied(const Machine& machine) const {
  spec::Applied applied{.first = effects_.apply.first.value, .last = effects_.apply.last.value};
  if (effects_.outcome == raft::Outcome::Restarted) applied.anew = 0;
  if (effects_.restore) applied.anew = machine.server.snapshot.index.value;
  return applied;
}

Timers Driver::timers() const {
  return {effects_.timers.reset_election, effects_.timers.reset_heartbeat,
          effects_.timers.reset_lease};
}

}  // namespace node
