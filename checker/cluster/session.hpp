// A run that grows step by step as somebody chooses, and that can be taken back: what there is to
// do next, the trace so far, and a way on to something that should happen.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checker/cluster/runner.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "spec/witness.hpp"
#include "traces/result.hpp"
#include "traces/trace.hpp"

namespace cluster {

struct SessionOptions {
  node::Options node{};
  std::string network = "any";
  spec::PropertySet properties = spec::kAllProperties;  // the run ends where one is violated
  // Absent: no limit.
  std::optional<std::uint32_t> compactions{};
  std::optional<std::uint32_t> changes{};
  bool learners = true;  // changes are offered that make them
};

// What a run is to come to: the violation of a property (or of any that is checked), or a witness.
struct Goal {
  std::optional<spec::Property> property{};
  std::optional<spec::Witness> witness{};  // neither: any violation
};

struct GoalSearch {
  std::uint64_t walks = 2000;  // random walks that are taken, the same each time
  std::size_t steps = 120;     // of each
  // Asked before each walk, with their number so far; false: enough.
  std::function<bool(std::uint64_t)> go_on = [](std::uint64_t) { return true; };
};

class Session {
 public:
  // The node must be made with options.node, and outlive this.
  Session(node::Node& node, SessionOptions options);

  // Actions that can be taken and change or send something, in an order that is always the same:
  // messages in the order of sending, then server by server. None once a property is violated.
  [[nodiscard]] std::vector<traces::Action> possible() const;

  // Fails, changing nothing, with the reason why it can't be taken: also once a property is
  // violated.
  traces::Result<void> take(const traces::Action& action);
  // Takes a recorded step, with what was lost of it, as one: undo() takes back both. Fails, with
  // the step taken as far as it goes, if it is not as it was recorded.
  traces::Result<void> follow(const traces::Step& recorded);
  // Loses the message that a step sent, by the step's number and its position in what that sent.
  traces::Result<void> lose(std::size_t step, std::size_t position);
  // Takes back what was done last, a step or a loss. False: nothing was done.
  bool undo();

  // Goes on to the goal by as few steps as random walks and leaving out find; says how many, or
  // changes nothing. Precondition: no property is violated yet.
  std::optional<std::size_t> run_to(const Goal& goal, const GoalSearch& search);

  [[nodiscard]] const Runner& runner() const { return *runner_; }
  [[nodiscard]] const std::optional<spec::Violation>& violation() const { return violation_; }
  // Of the whole run.
  [[nodiscard]] spec::WitnessSet witnesses() const { return witnesses_; }
  [[nodiscard]] std::size_t steps() const { return trace_.steps.size(); }
  // `program_version`, `bounds` and `bug` are left for the caller to fill in.
  [[nodiscard]] traces::Trace trace() const;

 private:
  struct Loss {
    std::size_t step = 0;
    std::size_t position = 0;
  };
  // What undo() takes back at once: a step, losses, or a step and losses.
  struct Deed {
    std::optional<traces::Action> action{};
    std::vector<Loss> losses{};
  };
  // How often each kind of action was taken, by traces::ActionKind.
  using Counts = std::array<std::uint32_t, traces::kActionKinds.size()>;

  void begin();
  // Whether they can be taken is not certain.
  [[nodiscard]] std::vector<traces::Action> conceivable(const Runner& runner,
                                                        const Counts& counts) const;
  void add_of_server(const spec::ServerView& view, const Counts& counts,
                     std::vector<traces::Action>& actions) const;
  void add_changes(const spec::ServerView& view, const Counts& counts,
                   std::vector<traces::Action>& actions) const;
  // The actions of a walk that reaches the goal; empty if this one does not.
  [[nodiscard]] std::vector<traces::Action> walk(const Goal& goal, std::uint64_t number,
                                                 std::size_t steps) const;
  // What of the actions can be taken here, up to the goal; nothing if that is not reached.
  [[nodiscard]] std::optional<std::vector<traces::Action>> taken(
      const std::vector<traces::Action>& actions, const Goal& goal) const;
  // As few of the actions, which reach the goal, as leaving out some of them leaves.
  [[nodiscard]] std::vector<traces::Action> reduced(std::vector<traces::Action> actions,
                                                    const Goal& goal) const;

  node::Node& node_;
  SessionOptions options_;
  std::optional<Runner> runner_;
  traces::Trace trace_;
  std::optional<spec::Violation> violation_;
  spec::WitnessSet witnesses_ = 0;
  Counts counts_{};
  std::vector<Deed> deeds_;
};

}  // namespace cluster
