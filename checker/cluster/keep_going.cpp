#include "checker/cluster/keep_going.hpp"

#include <algorithm>

#include "checker/cluster/vocabulary.hpp"

namespace cluster {
namespace {

std::uint16_t breaking_action_of(const traces::Action& action) {
  if (action.kind == traces::ActionKind::Deliver) return delivery_of(action.message->kind);
  return static_cast<std::uint16_t>(action_kind_of(action.kind));
}

// What the next search of several is to look for.
class Chain {
 public:
  explicit Chain(ExploreOptions options) : options_(std::move(options)) {
    options_.checkpointing = nullptr;
    options_.resume = nullptr;
    options_.recovery_steps.reset();
    options_.check_symmetry = false;
  }

  [[nodiscard]] const ExploreOptions& options() const { return options_; }

  // Whether there may be more.
  bool note(const spec::Violation& violation, const traces::Trace& trace) {
    violated_ |= spec::set_of(violation.property);
    if (trace.steps.empty()) return look_no_more_at_violated();  // every run begins with it
    options_.known.push_back({violation.property, breaking_action_of(trace.steps.back().action)});
    return true;
  }

  // Whether that leaves something that was not looked for yet.
  bool look_no_more_at_violated() {
    const spec::PropertySet rest = options_.properties & ~violated_;
    const bool is_new = rest != options_.properties && rest != 0;
    if (is_new) options_.properties = rest;
    return is_new;
  }

 private:
  ExploreOptions options_;
  spec::PropertySet violated_ = 0;
};

}  // namespace

std::string breaking_action(const traces::Trace& trace) {
  if (trace.steps.empty()) return {};
  return action_names().at(breaking_action_of(trace.steps.back().action));
}

Findings keep_going(node::Node& node, const ExploreOptions& options, const ExploreReport& first,
                    std::size_t most, ExploreObserver& observer) {
  Findings findings;
  if (most == 0) findings.stopped_by = engine::StopReason::Violation;
  Chain chain(options);
  bool goes_on = chain.note(*first.violation, *first.trace);
  while (goes_on && findings.further.size() < most) {
    ExploreReport report = explore(node, chain.options(), observer);
    findings.stopped_by = report.search.stopped_by;
    if (report.violation) {
      goes_on = chain.note(*report.violation, *report.trace);
      findings.further.push_back(
          {*report.violation, breaking_action(*report.trace), std::move(*report.trace)});
      continue;
    }
    goes_on =
        findings.stopped_by == engine::StopReason::Exhausted && chain.look_no_more_at_violated();
  }
  return findings;
}

}  // namespace cluster
