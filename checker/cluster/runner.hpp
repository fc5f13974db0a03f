// Runs a cluster one action at a time on the real code: how a found path becomes a trace, and how a
// trace is replayed.
//
// No interning, no memory of steps, no symmetry: a second and independent way through the same
// system, so that a trace that the runner confirms does not depend on the search having been right.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/cluster/fair_schedule.hpp"
#include "checker/cluster/world.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "traces/result.hpp"
#include "traces/trace.hpp"

namespace cluster {

// The outcome of a step that broke the implementation's own contract.
inline constexpr const char* kContractOutcome = "ContractViolation";

class Runner {
 public:
  // Checks `properties` after every step. `network` is "any", "unordered" or "ordered".
  Runner(node::Node& node, std::uint32_t servers, std::string network,
         spec::PropertySet properties);

  // In id order.
  [[nodiscard]] const std::vector<spec::ServerView>& views() const { return views_; }
  [[nodiscard]] std::optional<spec::Violation> initial_violation() const;

  struct Taken {
    traces::Step step;
    std::optional<spec::Violation> violation;  // the first in the order of spec::Property
    ScheduledEffect timers{};                  // of the acting server, that it restarts
  };
  // Takes an action; the message that a delivery names must be on the network. Fails, changing
  // nothing, with the reason why it can't be taken. Deliver with sent_at 0: the earliest sending is
  // looked up, and named in the step that is returned.
  traces::Result<Taken> apply(const traces::Action& action);

  // A message that can be received now. Of several that are alike, the one that was sent first.
  struct Receivable {
    spec::MessageView message;
    std::size_t sent_at = 0;   // the number of the step that sent it
    std::size_t position = 0;  // in what that step sent
  };
  // In the order of sending.
  [[nodiscard]] std::vector<Receivable> receivable() const;
  [[nodiscard]] bool is_cut() const { return is_cut_; }

  // The network loses a message that the last action sent, by its position in the step's `sent`.
  void lose(std::size_t position);
  // The same of an earlier step (by its number), if nobody received the message meanwhile: as if it
  // had been lost at once.
  void lose(std::size_t step, std::size_t position);

  // All that is in flight is lost, over any network too, and a cut is healed. No step.
  void stop_faults();

  // Of all steps so far.
  [[nodiscard]] const spec::History& history() const { return history_; }
  // Each server's bytes, in id order.
  [[nodiscard]] const std::vector<std::string>& states() const { return states_; }

 private:
  struct Sent {
    spec::MessageView view;
    std::string bytes;
    std::size_t step = 0;
    bool available = true;
  };

  traces::Result<std::size_t> find_message(const traces::Action& action) const;
  [[nodiscard]] bool is_next_on_link(std::size_t position) const;
  [[nodiscard]] bool reaches(spec::ServerId from, spec::ServerId to) const;
  traces::Result<Taken> run(traces::Step step, const node::Input& input);
  traces::Result<Taken> deliver(traces::Step step);
  traces::Result<Taken> cut(traces::Step step);
  // `step` is complete; what the network did to its messages does not matter.
  [[nodiscard]] std::optional<spec::Violation> check(const spec::ServerView& before,
                                                     const traces::Step& step,
                                                     const node::StepResult& result) const;

  node::Node& node_;
  std::string network_;
  spec::PropertySet properties_;
  std::vector<std::string> states_;
  std::vector<spec::ServerView> views_;
  spec::History history_;
  Partition partition_;
  bool is_cut_ = false;
  std::vector<Sent> sent_;
  std::size_t last_first_ = 0;  // where the last action's messages begin in sent_
  std::size_t steps_ = 0;
};

}  // namespace cluster
