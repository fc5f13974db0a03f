// A cluster in virtual time: the real core's servers, the lab's network between them, their timers,
// disks and state machines, and the scenario that is played with them. One thread, one seed: the
// same seed is the same run, to the last message.
//
// What a core's messages are to a network of calls: a request is a call, and what its handler sends
// back to the caller at once is its reply. A reply that comes later (a disk was slow) travels by
// itself, under the rules for replies. A message that nobody answers (TimeoutNow) is a call without
// a reply. The core has no use for the news that a call failed, so it is not told; the clients of
// the key/value layer are.
#pragma once

#include <array>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "checker/cluster/membership_changes.hpp"
#include "checker/engine/random.hpp"
#include "checker/lab/clock.hpp"
#include "checker/lab/judge.hpp"
#include "checker/lab/network.hpp"
#include "checker/lab/task.hpp"
#include "checker/linearizability/history.hpp"
#include "checker/node/live.hpp"
#include "traces/trace.hpp"

namespace lab {

// An assertion of a test does not hold.
class TestFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the clients saw is not linearizable.
class NotLinearizable : public TestFailed {
 public:
  NotLinearizable(const std::string& why, linearizability::History seen)
      : TestFailed(why), history(std::move(seen)) {}
  linearizability::History history;
};

// A property of spec is violated.
class PropertyViolated : public std::runtime_error {
 public:
  explicit PropertyViolated(const spec::Violation& broken)
      : std::runtime_error(broken.message), violation(broken) {}
  spec::Violation violation;
};

enum class Snapshots : std::uint8_t {
  None,
  Every,   // whenever the index after the applied one is a multiple of a number: ten, in the labs
  BySize,  // when what is durable has so many bytes
};

// The lab's timers.
inline constexpr Time kElectionTimeoutMin = millis(150);
inline constexpr Time kElectionTimeoutMax = millis(300);
inline constexpr Time kHeartbeatInterval = millis(100);

struct SimulatorOptions {
  node::Options node;
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;  // runs of one seed with different streams have nothing in common
  NetworkRules network{};
  Snapshots snapshots = Snapshots::None;
  std::uint32_t snapshot_every = 10;  // with Snapshots::Every
  std::size_t snapshot_bytes = 0;     // with Snapshots::BySize
  Time time_limit = seconds(120);
  std::uint64_t events_max = 2'000'000;  // a run that needs more is caught in a loop
  spec::PropertySet properties = spec::kAllProperties;
  Judge::Manner manner = Judge::Manner::Incremental;
  bool is_recorded = false;
  Time election_timeout_min = kElectionTimeoutMin;
  Time election_timeout_max = kElectionTimeoutMax;
  Time disk_time_max = millis(10);  // with an asynchronous disk, of one write
  // A server's timers run up to so much too fast or slow. Each begins with a rate of its own. A
  // leader's lease, which trusts clocks, is as much shorter as the clocks of two can differ.
  std::uint32_t timer_skew_permille = 0;
};

// What an action of the trace leaves open: which message a delivery is of.
struct RecordedAction {
  traces::Action action;     // Deliver: sent_at is known, the message is not
  std::size_t position = 0;  // Deliver: of the message among those that the step sent
  std::size_t ordinal = 0;   // the same, among those to this receiver
};

struct Totals {
  std::uint64_t events = 0;  // steps of servers
  std::uint64_t calls = 0;   // between servers, dispatched at the receiver
  std::uint64_t bytes = 0;
  Time time = 0;
};

// What happens to a server's state machine.
class Applier {
 public:
  Applier() = default;
  Applier(const Applier&) = delete;
  Applier& operator=(const Applier&) = delete;
  virtual ~Applier() = default;
  // It begins anew, empty; or as it was when a snapshot of it was taken through that index.
  virtual void on_restart(spec::ServerId server) = 0;
  virtual void on_restore(spec::ServerId server, spec::Index index) = 0;
  virtual void on_apply(spec::ServerId server, spec::Index index, EntryId entry) = 0;
  // A snapshot is taken of it: it stands at that index.
  virtual void on_snapshot(spec::ServerId server, spec::Index index) = 0;
  // The read may be answered from what is applied now.
  virtual void on_read(spec::ServerId server, std::uint64_t read) = 0;
};

class Simulator {
 public:
  // A run's streams of dice begin at SimulatorOptions::stream times this; one is left to others.
  static constexpr std::uint64_t kStreams = 4;
  static constexpr std::uint64_t kFreeStream = 3;

  // `live` must be made for options.node and have taken no step.
  Simulator(node::Live& live, const SimulatorOptions& options);

  // Plays the scenario to its end. Throws TestFailed or PropertyViolated.
  void run(Task<void> scenario);

  // --- for scenarios ---
  [[nodiscard]] Time now() const { return agenda_.now(); }
  auto sleep(Time time) {
    struct Awaiter {
      Simulator& simulator;
      Time time;
      [[nodiscard]] bool await_ready() const { return false; }
      void await_suspend(std::coroutine_handle<> waiting) const {
        simulator.resume_at(simulator.now() + time, waiting);
      }
      void await_resume() const {}
    };
    return Awaiter{*this, time};
  }
  // The scenario's own dice, which the network's do not disturb.
  [[nodiscard]] engine::Random& random() { return scenario_random_; }

  Network& network() { return network_; }
  [[nodiscard]] std::uint32_t servers() const { return options_.node.servers; }
  [[nodiscard]] bool is_up(spec::ServerId server) const { return nodes_[server - 1].is_up; }
  // Kills the server: it is disconnected, and keeps what was durable.
  void crash(spec::ServerId server);
  // Starts it again, still disconnected. Nothing happens if it is up.
  void restart(spec::ServerId server);

  // Asks the server to replicate a command; the index in its log, or nothing if it does not lead.
  // Precondition: is_up(server).
  std::optional<spec::Index> propose(spec::ServerId server, const std::string& command);
  // Asks the server for a linearizable read, whose id is above all before. It may be answered at
  // once, later, or never. Precondition, here and below: is_up(server).
  void read(spec::ServerId server, std::uint64_t id);
  // Asks the server to hand its lead over.
  void transfer(spec::ServerId server, spec::ServerId target);
  // Asks the server for another membership.
  void change_membership(spec::ServerId server, const cluster::MembershipChange& change);

  // From now on the server's timers run at that rate (1000: as they should), and its disk takes up
  // to so long for a write.
  void set_timer_rate(spec::ServerId server, std::uint32_t permille) {
    nodes_[server - 1].timer_rate_permille = permille;
  }
  void set_disk_time(spec::ServerId server, Time most) { nodes_[server - 1].disk_time_max = most; }

  [[nodiscard]] const node::LiveFacts& facts(spec::ServerId server) const {
    return judge_.facts(server);
  }
  [[nodiscard]] const LogMirror& log(spec::ServerId server) const { return judge_.log(server); }
  [[nodiscard]] const spec::EntryView& entry(EntryId id) { return judge_.table()[id]; }
  // The commands that the server's state machine was given, in order.
  [[nodiscard]] const std::vector<EntryId>& applied(spec::ServerId server) const {
    return nodes_[server - 1].applied;
  }
  [[nodiscard]] std::size_t durable_bytes(spec::ServerId server) const {
    return live_.durable_bytes(server);
  }
  [[nodiscard]] spec::ServerView view(spec::ServerId server) const { return live_.view(server); }
  [[nodiscard]] const SimulatorOptions& options() const { return options_; }
  void set_applier(Applier* applier) { applier_ = applier; }

  [[nodiscard]] std::uint64_t calls_of(spec::ServerId server) const {
    return nodes_[server - 1].calls;
  }
  // How often it was killed.
  [[nodiscard]] std::uint32_t incarnation(spec::ServerId server) const {
    return nodes_[server - 1].incarnation;
  }
  [[nodiscard]] Totals totals() const;
  [[nodiscard]] const Judge& judge() const { return judge_; }
  [[nodiscard]] const std::vector<RecordedAction>& recorded() const { return recorded_; }
  // Throws, now and out of the run.
  [[noreturn]] void fail(const std::string& why);

 private:
  enum class Tag : std::uint32_t { Resume, Request, ReplyLeaves, ReplyArrives, Timer, DiskWrite };
  enum class TimerKind : std::uint32_t { Election, Heartbeat, Lease };
  static constexpr std::size_t kTimers = 3;

  struct Timer {
    Time deadline = kNever;   // when it goes off
    Time looked_at = kNever;  // when the next event about it is due
  };
  struct ServerNode {
    bool is_up = true;
    std::uint32_t incarnation = 0;
    std::array<Timer, kTimers> timers{};
    std::uint32_t timer_rate_permille = 1000;
    Time disk_time_max = 0;
    std::uint64_t calls = 0;
    std::vector<EntryId> applied;
    spec::Index applied_through = 0;
    std::size_t writes_scheduled = 0;
    std::uint32_t parts_pending = 0;  // of writes
    Time disk_free_at = 0;
  };
  // A message on its way, by its handle.
  struct Flight {
    spec::ServerId from = spec::kNoServer;
    spec::ServerId to = spec::kNoServer;
    std::uint32_t bytes = 0;
    std::uint32_t from_incarnation = 0;
    std::uint32_t to_incarnation = 0;
    Time late = 0;         // a reply: how much later than its handler's end
    std::size_t step = 0;  // that sent it, and where among what that sent
    std::size_t position = 0;
    std::size_t ordinal = 0;  // among those to the same receiver
  };

  void resume_at(Time time, std::coroutine_handle<> waiting);
  void dispatch(const Event& event);
  void on_request(node::LiveHandle handle);
  void on_reply_leaves(node::LiveHandle handle);
  void on_reply_arrives(node::LiveHandle handle);
  void on_timer(spec::ServerId server, TimerKind kind, Time scheduled);
  void on_disk_write(spec::ServerId server, std::uint64_t incarnation);
  void receive(node::LiveHandle handle);
  void set_timer(spec::ServerId server, TimerKind kind, Time delay);
  [[nodiscard]] Time election_timeout();
  [[nodiscard]] Time lease_time(spec::ServerId server) const;

  // Everything that follows from a step. `answered`: the caller whose request was handled.
  struct Origin {
    spec::ServerId caller = spec::kNoServer;
    std::uint32_t incarnation = 0;
  };
  void settle(spec::ServerId server, const node::LiveStep& step, const StepCause& cause,
              Origin origin);
  void send(const node::LiveStep& step, std::size_t position, Origin origin);
  void send_request(const node::LiveMessage& message);
  void send_reply(const node::LiveMessage& message, Origin origin);
  std::vector<spec::Index> apply(spec::ServerId server, const spec::Applied& applied);
  void apply_one(spec::ServerId server, spec::Index index, EntryId id);
  void load_snapshot(spec::ServerId server, spec::Index index);
  [[nodiscard]] bool is_snapshot_due(spec::ServerId server, spec::Index index) const;
  void compact(spec::ServerId server, spec::Index through);
  void ask(spec::ServerId server, const node::Input& input, const traces::Action& action);
  void schedule_writes(spec::ServerId server, const node::LiveStep& step);
  void step(spec::ServerId server, const node::Input& input, const StepCause& cause);
  void record(traces::ActionKind kind, spec::ServerId server);

  node::Live& live_;
  SimulatorOptions options_;
  Agenda agenda_;
  Network network_;
  engine::Random timer_random_;
  engine::Random scenario_random_;
  Judge judge_;
  Applier* applier_ = nullptr;
  std::vector<ServerNode> nodes_;
  std::vector<Flight> flights_;
  std::vector<EntryId> first_applied_;  // at each index, by whoever was first
  std::vector<RecordedAction> recorded_;
  std::uint64_t bytes_ = 0;
  std::exception_ptr failure_;
};

}  // namespace lab
