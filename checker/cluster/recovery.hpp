// Whether a cluster recovers: the fair schedule (fair_schedule.hpp) run from many states, on
// memoised steps.
//
// From each state the schedule is run in several orders of the election timers, and must lead to
// recovery in all of them: a cluster that recovers only if a certain server times out first does
// not recover. What happens depends on the servers' states alone, so states that differ in history
// or in budgets spent share a verdict, and with symmetry one state of each orbit is enough.
//
// The runs go beyond the bounds on terms and logs, so this has states and steps of its own: local
// states and messages are interned, and the node is called once for each distinct step.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checker/cluster/fair_schedule.hpp"
#include "checker/engine/ids.hpp"
#include "checker/engine/interner.hpp"
#include "checker/engine/search.hpp"
#include "checker/node/node.hpp"

namespace cluster {

class Recovery {
 public:
  // The node must make servers for `servers`.
  // `first_members`: where memberships change, who belongs to the cluster before any of the log;
  // else empty.
  Recovery(node::Node& node, std::uint32_t servers, std::uint64_t steps_max,
           std::vector<spec::ServerId> first_members = {});

  struct Verdict {
    bool recovers = false;    // in every order of timer_orders()
    std::uint64_t steps = 0;  // needed in the worst order; those of the first bad one if not
    std::uint64_t all = 0;    // taken in all the orders that were run
  };
  // `states`: each server's bytes, in id order. Remembered.
  Verdict verdict(std::span<const std::string> states);

  // An order in which the cluster does not recover: the first of timer_orders(), else, for up to 6
  // servers, of all orders; nothing if there is none.
  std::optional<TimerOrder> failing_order(std::span<const std::string> states);

  [[nodiscard]] std::uint64_t steps_max() const { return steps_max_; }
  [[nodiscard]] const std::vector<TimerOrder>& orders() const { return orders_; }
  [[nodiscard]] std::uint64_t distinct() const { return rows_.size(); }  // clusters judged
  [[nodiscard]] std::uint64_t step_calls() const { return step_calls_; }

 private:
  using LocalId = std::uint32_t;
  using MessageId = std::uint32_t;
  struct Local {
    std::string bytes;
    ServerFacts facts;
  };
  struct Step {
    LocalId next = engine::kNone;  // kNone: a contract was broken
    std::uint32_t sends = 0;
    ScheduledEffect timers{};
  };
  class Cluster;

  LocalId intern_local(const std::string& bytes);
  const Step& step(LocalId local, std::uint32_t input_key, const node::Input& input,
                   spec::ServerId from);
  Step compute(LocalId local, const node::Input& input, spec::ServerId from);
  std::vector<LocalId> row_of(std::span<const std::string> states);
  // The orders that are tried for these states.
  std::vector<TimerOrder> orders_for(std::span<const std::string> states) const;
  ScheduleResult run(std::span<const LocalId> row, std::span<const spec::ServerId> order);

  node::Node& node_;
  std::uint64_t steps_max_;
  std::vector<spec::ServerId> first_members_;
  std::vector<TimerOrder> orders_;
  engine::SequenceInterner<char> local_bytes_;
  std::vector<Local> locals_;
  engine::SequenceInterner<char> message_bytes_;
  std::vector<node::Message> messages_;
  engine::SequenceInterner<std::uint32_t> sends_;
  engine::FlatMap step_index_;
  std::vector<Step> steps_;
  engine::SequenceInterner<std::uint32_t> rows_;
  std::vector<Verdict> verdicts_;  // by row
  std::uint64_t step_calls_ = 0;
};

struct RecoveryProgress {
  std::uint64_t states = 0;   // to be judged
  std::uint64_t checked = 0;  // so far
  std::uint64_t failing = 0;
  std::uint64_t steps = 0;  // of all schedules so far
};

// What became of the states that a search reached. With symmetry a state stands for its renamings.
struct RecoveryReport {
  RecoveryProgress progress;
  std::uint64_t orders = 0;        // schedules tried from each state
  std::uint64_t steps_max = 0;     // the bound
  std::uint64_t steps_needed = 0;  // at most, by the states that recover
  std::uint64_t distinct = 0;      // clusters, whatever their history and spent budgets
  std::uint64_t step_calls = 0;
  std::optional<engine::StopReason> stopped_by;  // absent: all states were judged
  std::string message;  // one sentence on the state that is reported; empty if all recover
};

using RecoveryPoll =
    std::function<std::optional<engine::StopReason>(const RecoveryProgress& progress)>;

// Judges every state. states_of(i) gives the bytes of the i-th one's servers. `poll` is asked now
// and then whether to go on.
RecoveryReport check_recovery(
    Recovery& recovery, std::uint64_t states,
    const std::function<const std::vector<std::string>&(std::uint64_t)>& states_of,
    const RecoveryPoll& poll);

}  // namespace cluster
