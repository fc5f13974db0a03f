// Runs by choices (choice.hpp), on the real code and for people: every step is judged, and a run
// can be made a trace. remembered_run.hpp takes the same runs, many of them, far faster.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/cluster/choice.hpp"
#include "checker/cluster/choice_rules.hpp"
#include "checker/cluster/runner.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "spec/witness.hpp"
#include "traces/trace.hpp"

namespace cluster {

// What there was to see in a run.
struct Happened {
  spec::WitnessSet witnesses = 0;
  std::uint32_t steps = 0;
  std::uint32_t doubled = 0;    // deliveries that left a copy behind
  std::uint32_t overtaken = 0;  // deliveries before an older message of the same link
  std::uint32_t lost = 0;
  std::uint32_t torn = 0;  // crashes that some, not all, of what was not yet durable survived
  std::uint32_t cuts = 0;
  std::uint32_t heals = 0;
  [[nodiscard]] bool has(spec::Witness witness) const {
    return (witnesses & spec::set_of(witness)) != 0;
  }
};

// Takes the choices of a run one by one on the real code, and judges every step.
class ChosenRun {
 public:
  // The node must be made with `options`.
  ChosenRun(node::Node& node, const node::Options& options,
            spec::PropertySet properties = spec::kAllProperties);

  // Whether the choice was possible; else, and after a violation, nothing happens.
  bool take(const Choice& choice);
  // Takes them all, or until a property is violated.
  void take(const std::vector<Choice>& choices);

  [[nodiscard]] const Runner& runner() const { return runner_; }
  [[nodiscard]] const std::optional<spec::Violation>& violation() const { return violation_; }
  [[nodiscard]] const Happened& happened() const { return happened_; }
  // What was taken, up to and with a violation. `program_version`, `bounds` and `bug` are left for
  // the caller to fill in.
  [[nodiscard]] traces::Trace trace() const;

 private:
  struct Flying {
    spec::ServerId from = spec::kNoServer;
    spec::ServerId to = spec::kNoServer;
    std::size_t step = 0;  // that sent it, by number
    std::size_t position = 0;
    bool is_copy = false;  // it has been received once
  };

  // The action that a choice stands for, if it is possible as far as the servers' views say.
  [[nodiscard]] std::optional<traces::Action> action_of(const Choice& choice) const;
  [[nodiscard]] std::size_t find(const Choice& choice) const;  // in flying_, or its size
  bool take_message(const Choice& choice);
  bool apply(const traces::Action& action);

  ChoiceRules rules_;
  Runner runner_;
  traces::Trace trace_;
  std::optional<spec::Violation> violation_;
  Happened happened_;
  std::vector<Flying> flying_;  // in the order of sending
  AskedSoFar asked_;
};

}  // namespace cluster
