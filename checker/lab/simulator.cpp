#include "checker/lab/simulator.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lab {
namespace {

// To a state machine. The labs' suite does not look at terms.
bool is_same_value(const spec::EntryView& one, const spec::EntryView& other) {
  return one.command == other.command && one.no_op == other.no_op &&
         one.is_membership == other.is_membership;
}

// Of the message among those to the same receiver.
std::size_t ordinal_of(const node::LiveStep& step, std::size_t position) {
  const auto before = step.sent.begin() + static_cast<std::ptrdiff_t>(position);
  return static_cast<std::size_t>(std::count_if(
      step.sent.begin(), before,
      [&](const node::LiveMessage& other) { return other.to == step.sent[position].to; }));
}

}  // namespace

Simulator::Simulator(node::Live& live, const SimulatorOptions& options)
    : live_(live),
      options_(options),
      network_(options.node.servers, options.seed, options.stream * kStreams),
      timer_random_(options.seed, options.stream * kStreams + 1),
      scenario_random_(options.seed, options.stream * kStreams + 2),
      judge_(live, options.node.servers, options.properties, options.manner),
      nodes_(options.node.servers) {
  network_.rules = options.network;
  for (spec::ServerId id = 1; id <= servers(); ++id) {
    nodes_[id - 1].disk_time_max = options.disk_time_max;
    if (options.timer_skew_permille > 0) {
      const std::uint32_t spread = timer_random_.below(2 * options.timer_skew_permille + 1);
      nodes_[id - 1].timer_rate_permille = 1000 - options.timer_skew_permille + spread;
    }
    set_timer(id, TimerKind::Election, election_timeout());
  }
}

void Simulator::fail(const std::string& why) {
  if (!failure_) failure_ = std::make_exception_ptr(TestFailed(why));
  throw TestFailed(why);
}

void Simulator::run(Task<void> scenario) {
  scenario.start();
  while (!scenario.is_done()) {
    if (agenda_.empty()) throw std::logic_error("a scenario waits for nothing");
    if (agenda_.next_time() > options_.time_limit) {
      fail(fmt::format("it takes longer than {} s of virtual time",
                       options_.time_limit / seconds(1)));
    }
    if (judge_.steps() > options_.events_max) {
      fail(fmt::format("it takes more than {} steps of servers", options_.events_max));
    }
    dispatch(agenda_.next());
    if (failure_) std::rethrow_exception(failure_);
  }
  scenario.take();
  if (const auto broken = judge_.judge_whole()) throw PropertyViolated(*broken);
}

Totals Simulator::totals() const {
  Totals totals{.events = judge_.steps(), .calls = 0, .bytes = bytes_, .time = now()};
  for (const ServerNode& node : nodes_) totals.calls += node.calls;
  return totals;
}

void Simulator::resume_at(Time time, std::coroutine_handle<> waiting) {
  agenda_.add(time, static_cast<std::uint32_t>(Tag::Resume), 0,
              reinterpret_cast<std::uintptr_t>(waiting.address()));
}

void Simulator::dispatch(const Event& event) {
  const auto handle = static_cast<node::LiveHandle>(event.payload);
  switch (static_cast<Tag>(event.tag)) {
    case Tag::Resume:
      std::coroutine_handle<>::from_address(reinterpret_cast<void*>(event.payload)).resume();
      return;
    case Tag::Request:
      return on_request(handle);
    case Tag::ReplyLeaves:
      return on_reply_leaves(handle);
    case Tag::ReplyArrives:
      return on_reply_arrives(handle);
    case Tag::Timer:
      return on_timer(event.about, static_cast<TimerKind>(event.payload), event.time);
    case Tag::DiskWrite:
      return on_disk_write(event.about, event.payload);
  }
}

// --- timers --------------------------------------------------------------------------------------

Time Simulator::election_timeout() {
  const Time spread = options_.election_timeout_max - options_.election_timeout_min;
  return options_.election_timeout_min + timer_random_.below(static_cast<std::uint32_t>(spread));
}

// No other server's clock may say that the minimum election timeout is over while a leader's says
// that it is not. A follower's lease only keeps its vote back.
Time Simulator::lease_time(spec::ServerId server) const {
  if (facts(server).role != spec::Role::Leader) return options_.election_timeout_min;
  const Time skew = options_.timer_skew_permille;
  return options_.election_timeout_min * (1000 - skew) / (1000 + skew);
}

// Timers are set anew far more often than they go off. So an event that comes before the deadline
// moves itself there, and only a deadline before the next event needs one of its own.
void Simulator::set_timer(spec::ServerId server, TimerKind kind, Time delay) {
  Timer& timer = nodes_[server - 1].timers[static_cast<std::size_t>(kind)];
  timer.deadline = now() + delay * nodes_[server - 1].timer_rate_permille / 1000;
  if (timer.looked_at <= timer.deadline) return;
  timer.looked_at = timer.deadline;
  agenda_.add(timer.deadline, static_cast<std::uint32_t>(Tag::Timer), server,
              static_cast<std::uint64_t>(kind));
}

void Simulator::on_timer(spec::ServerId server, TimerKind kind, Time scheduled) {
  Timer& timer = nodes_[server - 1].timers[static_cast<std::size_t>(kind)];
  if (timer.looked_at != scheduled) return;  // an earlier one took its place
  timer.looked_at = kNever;
  if (timer.deadline == kNever) return;
  if (timer.deadline > now()) {
    timer.looked_at = timer.deadline;
    agenda_.add(timer.deadline, static_cast<std::uint32_t>(Tag::Timer), server,
                static_cast<std::uint64_t>(kind));
    return;
  }
  timer.deadline = kNever;
  constexpr std::array kInputs = {node::InputKind::ElectionTimeout,
                                  node::InputKind::HeartbeatTimeout, node::InputKind::LeaseTimeout};
  constexpr std::array kActions = {traces::ActionKind::ElectionTimeout,
                                   traces::ActionKind::HeartbeatTimeout,
                                   traces::ActionKind::LeaseTimeout};
  record(kActions[static_cast<std::size_t>(kind)], server);
  step(server, {.kind = kInputs[static_cast<std::size_t>(kind)], .payload = {}}, {});
}

// --- the network ---------------------------------------------------------------------------------

void Simulator::send(const node::LiveStep& step, std::size_t position, Origin origin) {
  const node::LiveMessage& message = step.sent[position];
  if (message.handle >= flights_.size()) flights_.resize(message.handle + 1);
  flights_[message.handle] = {.from = message.from,
                              .to = message.to,
                              .bytes = message.bytes,
                              .from_incarnation = nodes_[message.from - 1].incarnation,
                              .to_incarnation = nodes_[message.to - 1].incarnation,
                              .late = 0,
                              .step = judge_.steps(),
                              .position = position,
                              .ordinal = options_.is_recorded ? ordinal_of(step, position) : 0};
  if (message.kind == node::LiveKind::Reply) {
    send_reply(message, origin);
  } else {
    send_request(message);
  }
}

void Simulator::send_request(const node::LiveMessage& message) {
  bytes_ += message.bytes;
  if (!nodes_[message.to - 1].is_up || !network_.reaches(message.from, message.to)) {
    live_.drop(message.handle);
    return;
  }
  const auto delay = network_.request_delay();
  if (!delay) {
    live_.drop(message.handle);
    return;
  }
  agenda_.add(now() + *delay, static_cast<std::uint32_t>(Tag::Request), 0, message.handle);
}

void Simulator::send_reply(const node::LiveMessage& message, Origin origin) {
  // It answers the caller as it was then.
  if (message.to == origin.caller) {
    flights_[message.handle].to_incarnation = origin.incarnation;
  }
  const Time handler = network_.handler_time();
  const auto late = network_.reply_delay();
  if (!late) {
    live_.drop(message.handle);
    return;
  }
  flights_[message.handle].late = *late;
  agenda_.add(now() + handler, static_cast<std::uint32_t>(Tag::ReplyLeaves), 0, message.handle);
}

// A request that was under way when the servers were cut off from each other is handled all the
// same; one that reaches a server that was killed meanwhile is not.
void Simulator::on_request(node::LiveHandle handle) {
  const Flight& flight = flights_[handle];
  ServerNode& receiver = nodes_[flight.to - 1];
  if (!receiver.is_up || receiver.incarnation != flight.to_incarnation) {
    live_.drop(handle);
    return;
  }
  ++receiver.calls;
  receive(handle);
}

// A cut, or a crash, while the handler ran turns the reply into a failure.
void Simulator::on_reply_leaves(node::LiveHandle handle) {
  const Flight& flight = flights_[handle];
  const ServerNode& sender = nodes_[flight.from - 1];
  const bool is_there = sender.is_up && sender.incarnation == flight.from_incarnation;
  if (!is_there || !network_.reaches(flight.from, flight.to)) {
    live_.drop(handle);
    return;
  }
  if (flight.late == 0) {
    on_reply_arrives(handle);
    return;
  }
  agenda_.add(now() + flight.late, static_cast<std::uint32_t>(Tag::ReplyArrives), 0, handle);
}

void Simulator::on_reply_arrives(node::LiveHandle handle) {
  const Flight& flight = flights_[handle];
  bytes_ += flight.bytes;
  const ServerNode& caller = nodes_[flight.to - 1];
  if (!caller.is_up || caller.incarnation != flight.to_incarnation) {
    live_.drop(handle);
    return;
  }
  receive(handle);
}

void Simulator::receive(node::LiveHandle handle) {
  const Flight flight = flights_[handle];  // what is sent may take its place
  if (options_.is_recorded) {
    record(traces::ActionKind::Deliver, flight.to);
    recorded_.back().action.sent_at = flight.step;
    recorded_.back().position = flight.position;
    recorded_.back().ordinal = flight.ordinal;
  }
  std::optional<spec::MessageView> judged;
  if (live_.is_judged(handle)) judged = live_.message_view(handle);
  const node::LiveStep& step = live_.receive(handle);
  settle(flight.to, step, {.received = judged ? &*judged : nullptr},
         {flight.from, flight.from_incarnation});
}

// --- steps ---------------------------------------------------------------------------------------

void Simulator::record(traces::ActionKind kind, spec::ServerId server) {
  if (!options_.is_recorded) return;
  RecordedAction recorded;
  recorded.action.kind = kind;
  recorded.action.server = server;
  recorded_.push_back(std::move(recorded));
}

void Simulator::step(spec::ServerId server, const node::Input& input, const StepCause& cause) {
  settle(server, live_.step(server, input), cause, {});
}

void Simulator::settle(spec::ServerId server, const node::LiveStep& step, const StepCause& cause,
                       Origin origin) {
  if (const auto broken = judge_.judge(server, step, cause)) {
    failure_ = std::make_exception_ptr(PropertyViolated(*broken));
    std::rethrow_exception(failure_);
  }
  if (step.contract) fail(fmt::format("server {}: {}", server, *step.contract));
  for (std::size_t i = 0; i < step.sent.size(); ++i) send(step, i, origin);
  if (step.timers.reset_election) set_timer(server, TimerKind::Election, election_timeout());
  if (step.timers.reset_heartbeat) set_timer(server, TimerKind::Heartbeat, kHeartbeatInterval);
  if (step.timers.reset_lease) set_timer(server, TimerKind::Lease, lease_time(server));
  if (options_.node.async_disk) schedule_writes(server, step);
  const bool has_reads = applier_ != nullptr && !step.reads.empty();
  // Compacting is a step too, and takes the place of this one.
  const std::vector<std::uint64_t> reads = has_reads ? step.reads : std::vector<std::uint64_t>();
  const std::vector<spec::Index> snapshots = apply(server, step.applied);
  for (const std::uint64_t id : reads) applier_->on_read(server, id);
  for (const spec::Index index : snapshots) compact(server, index);
}

std::optional<spec::Index> Simulator::propose(spec::ServerId server, const std::string& command) {
  if (options_.is_recorded) {
    record(traces::ActionKind::Propose, server);
    recorded_.back().action.command = command;
  }
  const node::LiveStep& step =
      live_.step(server, {.kind = node::InputKind::Propose, .payload = command});
  const spec::Index at = step.proposed;
  settle(server, step, {}, {});
  if (at == 0) return std::nullopt;
  if (at > log(server).size()) {
    fail(
        fmt::format("server {} accepts a command at index {}, where it holds nothing", server, at));
  }
  return at;
}

void Simulator::ask(spec::ServerId server, const node::Input& input, const traces::Action& action) {
  if (options_.is_recorded) {
    recorded_.push_back({action});
    recorded_.back().action.server = server;
  }
  step(server, input, {.asked_read = input.read});
}

void Simulator::read(spec::ServerId server, std::uint64_t id) {
  traces::Action action;
  action.kind = traces::ActionKind::Read;
  action.read = id;
  ask(server, {.kind = node::InputKind::Read, .payload = {}, .read = id}, action);
}

void Simulator::transfer(spec::ServerId server, spec::ServerId target) {
  traces::Action action;
  action.kind = traces::ActionKind::Transfer;
  action.target = target;
  ask(server, {.kind = node::InputKind::Transfer, .payload = {}, .target = target}, action);
}

void Simulator::change_membership(spec::ServerId server, const cluster::MembershipChange& change) {
  traces::Action action;
  action.kind = traces::ActionKind::ChangeMembership;
  action.voters = change.voters;
  action.learners = change.learners;
  const std::string payload = change.payload();
  ask(server, {.kind = node::InputKind::ChangeMembership, .payload = payload}, action);
}

void Simulator::crash(spec::ServerId server) {
  network_.disconnect(server);
  ServerNode& node = nodes_[server - 1];
  if (!node.is_up) return;
  node.is_up = false;
  ++node.incarnation;
  for (Timer& timer : node.timers) timer.deadline = kNever;
}

// Crash and restart are one step of the core: what is down does nothing.
void Simulator::restart(spec::ServerId server) {
  ServerNode& node = nodes_[server - 1];
  if (node.is_up) return;
  node.is_up = true;
  node.writes_scheduled = 0;
  node.disk_free_at = now();
  std::uint64_t survived = 0;
  if (options_.node.async_disk) {
    survived = timer_random_.below(node.parts_pending + 1);
  }
  record(traces::ActionKind::Crash, server);
  if (options_.is_recorded) recorded_.back().action.survived = survived;
  const std::string payload = survived > 0 ? std::to_string(survived) : "";
  step(server, {.kind = node::InputKind::Restart, .payload = payload}, {.restarted = true});
}

// --- disks and state machines --------------------------------------------------------------------

void Simulator::schedule_writes(spec::ServerId server, const node::LiveStep& step) {
  ServerNode& node = nodes_[server - 1];
  node.parts_pending = static_cast<std::uint32_t>(step.parts_pending);
  for (; node.writes_scheduled < step.writes_pending; ++node.writes_scheduled) {
    const auto most = static_cast<std::uint32_t>(node.disk_time_max);
    node.disk_free_at = std::max(node.disk_free_at, now()) + 1 + timer_random_.below(most);
    agenda_.add(node.disk_free_at, static_cast<std::uint32_t>(Tag::DiskWrite), server,
                node.incarnation);
  }
}

void Simulator::on_disk_write(spec::ServerId server, std::uint64_t incarnation) {
  ServerNode& node = nodes_[server - 1];
  if (!node.is_up || node.incarnation != incarnation) return;
  --node.writes_scheduled;
  record(traces::ActionKind::DiskWrite, server);
  step(server, {.kind = node::InputKind::DiskWrite, .payload = {}}, {});
}

// Returns through which indices snapshots are to be taken: each was taken when its turn came, and
// is to be told to the server.
std::vector<spec::Index> Simulator::apply(spec::ServerId server, const spec::Applied& applied) {
  ServerNode& node = nodes_[server - 1];
  if (applied.anew) {
    node.applied.clear();
    node.applied_through = *applied.anew;
    if (*applied.anew == 0 && applier_ != nullptr) applier_->on_restart(server);
    if (*applied.anew > 0) load_snapshot(server, *applied.anew);
  }
  std::vector<spec::Index> snapshots;
  for (spec::Index index = applied.first; index != 0 && index <= applied.last; ++index) {
    if (index > log(server).size()) {
      fail(fmt::format("server {} applies index {}, where it holds nothing", server, index));
    }
    apply_one(server, index, log(server).at(index));
    const bool may_be_due = options_.snapshots != Snapshots::BySize || index == applied.last;
    if (!may_be_due || !is_snapshot_due(server, index)) continue;
    if (applier_ != nullptr) applier_->on_snapshot(server, index);
    snapshots.push_back(index);
  }
  return snapshots;
}

bool Simulator::is_snapshot_due(spec::ServerId server, spec::Index index) const {
  switch (options_.snapshots) {
    case Snapshots::None:
      return false;
    case Snapshots::Every:
      return (index + 1) % options_.snapshot_every == 0;
    case Snapshots::BySize:
      return durable_bytes(server) >= options_.snapshot_bytes;
  }
  return false;
}

void Simulator::compact(spec::ServerId server, spec::Index through) {
  record(traces::ActionKind::Compact, server);
  if (options_.is_recorded) recorded_.back().action.index = through;
  const std::string payload = std::to_string(through);
  step(server, {.kind = node::InputKind::Compact, .payload = payload}, {});
}

void Simulator::apply_one(spec::ServerId server, spec::Index index, EntryId id) {
  ServerNode& node = nodes_[server - 1];
  if (index != node.applied_through + 1) {
    fail(fmt::format("server {} applies index {} right after index {}", server, index,
                     node.applied_through));
  }
  node.applied_through = index;
  if (index > first_applied_.size()) {
    first_applied_.push_back(id);
  } else if (!is_same_value(entry(first_applied_[index - 1]), entry(id))) {
    fail(fmt::format("server {} applies {:.40} at index {}, where {:.40} was applied first", server,
                     entry(id).command, index, entry(first_applied_[index - 1]).command));
  }
  if (judge_.table().is_command(id)) node.applied.push_back(id);
  if (applier_ != nullptr) applier_->on_apply(server, index, id);
}

// An installed snapshot takes the place of all that was applied: it must say of itself through
// which index it stands, and hold what was applied there.
void Simulator::load_snapshot(spec::ServerId server, spec::Index index) {
  ServerNode& node = nodes_[server - 1];
  const std::vector<EntryId> entries =
      entries_of_snapshot(live_.snapshot_data(server), judge_.table());
  if (entries.size() != index) {
    fail(fmt::format("server {} takes over a snapshot through index {} that holds {} entries",
                     server, index, entries.size()));
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool is_known = i < first_applied_.size();
    if (!is_known || !is_same_value(entry(first_applied_[i]), entry(entries[i]))) {
      fail(fmt::format("the snapshot of server {} holds {:.40} at index {}, which was not applied",
                       server, entry(entries[i]).command, i + 1));
    }
    if (judge_.table().is_command(entries[i])) node.applied.push_back(entries[i]);
  }
  if (applier_ != nullptr) applier_->on_restore(server, index);
}

}  // namespace lab
