#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "checker/cli/process.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/text.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

using Out = std::back_insert_iterator<std::string>;

// "3 servers, 2 terms, logs of 2, 1 crash, over any network".
std::string within(const Outcome& outcome) {
  const cluster::Bounds& bounds = outcome.plan.options.bounds;
  std::string text = fmt::format("{}, {}, logs of {}, {}",
                                 counted(bounds.servers, "server", "servers"),
                                 counted(bounds.terms, "term", "terms"), bounds.log,
                                 counted(bounds.crashes, "crash", "crashes"));
  if (bounds.proposals) text += ", " + counted(*bounds.proposals, "proposal", "proposals");
  if (bounds.timeouts) {
    text += ", " + counted(*bounds.timeouts, "election timeout", "election timeouts");
  }
  if (bounds.network == cluster::Network::Any) return text + ", over any network";
  return text + fmt::format(", {} network with {} in flight, {}, {}, loss {}",
                            to_string(bounds.network),
                            counted(bounds.inflight, "message", "messages"),
                            counted(bounds.duplicates, "duplicate", "duplicates"),
                            counted(bounds.partitions, "partition", "partitions"),
                            outcome.plan.values["loss"]);
}

std::string headline(const Outcome& outcome) {
  const engine::SearchResult& search = outcome.report.search;
  const std::string bug = outcome.bug ? fmt::format(" with the bug {}", *outcome.bug) : "";
  switch (search.stopped_by) {
    case engine::StopReason::Exhausted:
      return fmt::format("No violation{} within {}. The space is exhausted.\n", bug,
                         within(outcome));
    case engine::StopReason::Violation:
      return fmt::format("{} is violated{} within {}.\n",
                         to_string(outcome.report.violation->property), bug, within(outcome));
    default:
      return fmt::format("Stopped ({}): no violation{} so far within {}. The space is NOT "
                         "exhausted.\n",
                         to_string(search.stopped_by), bug, within(outcome));
  }
}

void line(Out out, std::string_view name, std::string_view value) {
  fmt::format_to(out, "  {:<22} {}\n", name, value);
}

void add_counts(Out out, const Outcome& outcome) {
  const cluster::ExploreReport& report = outcome.report;
  const engine::SearchResult& search = report.search;
  const bool symmetry = outcome.plan.options.bounds.symmetry;
  line(out, "cluster states", grouped(report.cluster_states) + " reached");
  if (report.covering) {
    line(out, "states kept",
         fmt::format("{} ({} of them covered by others later)", grouped(report.kept),
                     grouped(report.kept - search.progress.distinct)));
    line(out, "successors", grouped(search.progress.generated));
  } else {
    line(out, "generated", grouped(search.progress.generated));
    line(out, "distinct",
         symmetry ? fmt::format("{} ({} without symmetry)", grouped(search.progress.distinct),
                                grouped(search.orbits))
                  : grouped(search.progress.distinct));
  }
  line(out, "queue", grouped(search.progress.queue));
  line(out, "depth", std::to_string(search.progress.depth));
  line(out, "local states", grouped(report.local_states));
  line(out, "messages", grouped(report.messages));
  line(out, "step calls", grouped(report.step_calls));
  const auto rate = [&](std::uint64_t count) {
    return grouped(static_cast<std::uint64_t>(static_cast<double>(count) / outcome.seconds));
  };
  line(out, "time",
       fmt::format("{:.2f} s ({} transitions/s, {} states/s)", outcome.seconds,
                   rate(search.progress.generated), rate(search.progress.distinct)));
  line(out, "memory", bytes_text(peak_resident_bytes()) + " at most");
}

// What each bound was, and how often it forbade a step.
void add_bounds(Out out, const Outcome& outcome) {
  const cluster::ExploreReport& report = outcome.report;
  const FlagValues& values = outcome.plan.values;
  const bool any = report.covering;
  constexpr std::array kBoundedOnly = {"inflight", "duplicates", "partitions", "loss"};
  fmt::format_to(out, "bounds, and the steps that each cut off{}\n",
                 any ? " (counted once for each cluster state)" : "");
  for (std::size_t i = 0; i < report.bound_names.size(); ++i) {
    const std::string& name = report.bound_names[i];
    if (any && std::ranges::find(kBoundedOnly, name) != kBoundedOnly.end()) continue;
    if (values[name] == "unlimited") continue;
    fmt::format_to(out, "  {:<22} {}\n", fmt::format("--{} {}", name, values[name]),
                   report.search.cut_off[i] == 0 ? "-" : grouped(report.search.cut_off[i]));
  }
}

// Actions that the bounds allow at all.
bool is_possible(const std::string& action, const cluster::Bounds& bounds) {
  if (action == "crash") return bounds.crashes > 0;
  if (action == "cut" || action == "heal") return bounds.partitions > 0;
  if (action == "propose") return !bounds.proposals || *bounds.proposals > 0;
  if (action.starts_with("deliver_")) return bounds.servers > 1 && action != "deliver_other";
  return action != "election_timeout" || !bounds.timeouts || *bounds.timeouts > 0;
}

void add_coverage(Out out, const Outcome& outcome) {
  const cluster::ExploreReport& report = outcome.report;
  fmt::format_to(out, "actions taken\n");
  for (std::size_t i = 0; i < report.action_names.size(); ++i) {
    const std::uint64_t count = report.search.action_counts[i];
    if (count == 0 && !is_possible(report.action_names[i], outcome.plan.options.bounds)) continue;
    line(out, report.action_names[i], count == 0 ? "never" : grouped(count));
  }
}

void add_witnesses(Out out, const Outcome& outcome) {
  const std::uint32_t fired = outcome.report.search.witnesses;
  std::string seen;
  std::string unseen;
  for (std::size_t i = 0; i < spec::kWitnessCount; ++i) {
    std::string& list = (fired >> i & 1U) != 0 ? seen : unseen;
    if (!list.empty()) list += ", ";
    list += to_string(static_cast<spec::Witness>(i));
  }
  line(out, "witnesses", seen.empty() ? "none" : seen);
  if (!unseen.empty()) line(out, "never happened", unseen);
  if ((fired & set_of(spec::Witness::LeaderElected)) == 0) {
    fmt::format_to(out,
                   "VACUOUS: no leader was ever elected in this run; it shows next to nothing. "
                   "Widen the bounds.\n");
  }
}

void add_trace(Out out, const Outcome& outcome) {
  const traces::Trace& trace = *outcome.report.trace;
  fmt::format_to(out, "\n{}", traces::render_text(trace));
  fmt::format_to(out, "\n{} of {}{}\n", "A run", counted(trace.steps.size(), "step", "steps"),
                 trace.shortest ? ": none within these bounds is shorter."
                                : "; shorter ones may exist (the search for a shortest one was "
                                  "given up, see --shortest-states).");
  if (!outcome.trace_path.empty()) {
    fmt::format_to(out, "The trace is in {0}; to see it again: raftcheck replay {0}\n",
                   outcome.trace_path);
  }
}

}  // namespace

const char* to_string(engine::StopReason reason) {
  constexpr std::array kNames = {"exhausted", "violation", "depth", "states", "time", "interrupt"};
  return kNames.at(static_cast<std::size_t>(reason));
}

std::string summary_text(const Outcome& outcome) {
  std::string text = headline(outcome);
  const Out out = std::back_inserter(text);
  add_counts(out, outcome);
  add_bounds(out, outcome);
  add_coverage(out, outcome);
  add_witnesses(out, outcome);
  if (outcome.report.trace) add_trace(out, outcome);
  return text;
}

}  // namespace cli
