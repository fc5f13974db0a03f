#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/report_lines.hpp"
#include "checker/cli/text.hpp"
#include "checker/cluster/vocabulary.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

std::string losses_in_words(const cluster::Bounds& bounds) {
  switch (bounds.loss) {
    case cluster::LossMode::Free:
      return "any message may be lost";
    case cluster::LossMode::None:
      return "no message is lost";
    default:
      return counted(bounds.losses, "lost message", "lost messages");
  }
}

// "pre-vote", "check-quorum", ...: those that are on.
void add_features(const node::Options& options, std::vector<std::string>& parts) {
  if (options.async_disk) parts.emplace_back("asynchronous disks");
  for (const node::Feature& feature : node::features()) {
    const std::uint32_t value = feature.get(options);
    if (value == 0) continue;
    parts.push_back(feature.most == 1 ? flag_of(feature)
                                      : fmt::format("{} {}", flag_of(feature), value));
  }
}

// "3 servers", "2 terms", ..., "over any network".
std::vector<std::string> bounds_in_words(const Outcome& outcome) {
  const cluster::Bounds& bounds = outcome.plan.options.bounds;
  std::vector<std::string> parts{
      counted(bounds.servers, "server", "servers"), counted(bounds.terms, "term", "terms"),
      fmt::format("logs of {}", bounds.log), counted(bounds.crashes, "crash", "crashes")};
  if (bounds.proposals) parts.push_back(counted(*bounds.proposals, "proposal", "proposals"));
  if (bounds.reads > 0) parts.push_back(counted(bounds.reads, "read", "reads"));
  if (outcome.plan.options.node.lease_reads) {
    parts.push_back(counted(bounds.clock_drifts, "clock drift", "clock drifts"));
  }
  if (bounds.transfers > 0) parts.push_back(counted(bounds.transfers, "transfer", "transfers"));
  if (bounds.compactions > 0) {
    parts.push_back(counted(bounds.compactions, "compaction", "compactions"));
  }
  if (bounds.changes > 0) {
    parts.push_back(
        counted(bounds.changes, "change of the membership", "changes of the membership"));
  }
  if (bounds.timeouts) {
    parts.push_back(counted(*bounds.timeouts, "election timeout", "election timeouts"));
  }
  add_features(outcome.plan.options.node, parts);
  if (bounds.network == cluster::Network::Any) {
    parts.emplace_back("over any network");
    return parts;
  }
  parts.push_back(fmt::format("over an {} network with {} in flight", to_string(bounds.network),
                              counted(bounds.inflight, "message", "messages")));
  if (bounds.network == cluster::Network::Unordered) {
    parts.push_back(counted(bounds.duplicates, "duplicate", "duplicates"));
  }
  parts.push_back(counted(bounds.partitions, "partition", "partitions"));
  parts.push_back(losses_in_words(bounds));
  return parts;
}

bool has_unrecovered(const Outcome& outcome) {
  return outcome.report.recovery && outcome.report.recovery->progress.failing > 0;
}

std::string headline(const Outcome& outcome) {
  const std::string bug = outcome.bug ? fmt::format(" with the bug {}", *outcome.bug) : "";
  const char* within = outcome.model ? "of" : "within";
  std::string first = fmt::format("No violation{} {}", bug, within);
  std::string last = "The space is exhausted.\n";
  if (has_unrecovered(outcome)) {
    first = fmt::format("{} is violated{} within", traces::kRecoveryProperty, bug);
    last = outcome.report.search.stopped_by == engine::StopReason::Exhausted
               ? ""
               : "The space is NOT exhausted.\n";
  } else if (outcome.report.violation) {
    first =
        fmt::format("{} is violated{} within", to_string(outcome.report.violation->property), bug);
    last.clear();
  } else if (outcome.model && outcome.model->violation != 0) {
    first = fmt::format("{} is violated by", violated_property(*outcome.model));
    last.clear();
  } else if (outcome.report.search.stopped_by != engine::StopReason::Exhausted) {
    first = fmt::format("{}: no violation{} so far {}",
                        stopped_words(outcome, outcome.report.search.stopped_by), bug, within);
    last = "The space is NOT exhausted.\n";
  }
  if (outcome.report.search.collisions && last == "The space is exhausted.\n") {
    last = "The space is exhausted, unless states were missed (see below).\n";
  }
  std::vector<std::string> parts =
      listed(outcome.model ? model_words(*outcome.model) : bounds_in_words(outcome));
  parts.back() += '.';
  return wrapped(std::move(first), 2, parts) + last;
}

// How likely it was that two states had one fingerprint.
void add_collisions(Out out, const engine::Collisions& collisions) {
  const auto with = [](double probability, const char* from) {
    return fmt::format("with probability {:.2g}, from {}", probability, from);
  };
  line(out, "states missed", with(collisions.from_counts, "the counts"));
  line(out, "", with(collisions.from_gap, "the fingerprints"));
}

void add_counts(Out out, const Outcome& outcome) {
  const cluster::ExploreReport& report = outcome.report;
  const engine::SearchResult& search = report.search;
  const bool symmetry = outcome.model ? search.orbits != search.progress.distinct
                                      : outcome.plan.options.bounds.symmetry;
  line(out, "cluster states", grouped(report.cluster_states) + " reached");
  if (report.covering) {
    line(out, "states kept",
         fmt::format("{} ({} covered by others later)", grouped(report.kept),
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
  if (!outcome.model) line(out, "local states", grouped(report.local_states));
  line(out, "messages", grouped(report.messages));
  if (!outcome.model) line(out, "step calls", grouped(report.step_calls));
  const auto rate = [&](std::uint64_t count) {
    return grouped(static_cast<std::uint64_t>(static_cast<double>(count) / outcome.seconds));
  };
  line(out, "time", fmt::format("{:.{}f} s", outcome.seconds, outcome.seconds < 1 ? 3 : 2));
  line(out, "speed",
       fmt::format("{} transitions/s, {} states/s", rate(search.progress.generated),
                   rate(search.progress.distinct)));
  line(out, "memory", bytes_text(peak_resident_bytes()) + " at most");
  if (search.collisions) add_collisions(out, *search.collisions);
}

// What each bound was, and how often it forbade a step.
void add_bounds(Out out, const Outcome& outcome) {
  const cluster::ExploreReport& report = outcome.report;
  const auto in_force = outcome.model ? outcome.model->settings : bounds_in_force(outcome.plan);
  if (report.bound_names.empty()) return;
  fmt::format_to(out, "bounds, and the steps that each cut off{}\n",
                 report.covering ? " (counted once for each cluster state)" : "");
  for (std::size_t i = 0; i < report.bound_names.size(); ++i) {
    const std::string& name = report.bound_names[i];
    if (name == "contract" && report.search.cut_off[i] > 0) {
      line(out, "broken contracts",
           grouped(report.search.cut_off[i]) + " steps ended here: contracts were not checked");
    }
    if (!in_force.contains(name)) continue;
    line(out, fmt::format("{}{} {}", outcome.model ? "" : "--", name, in_force.at(name)),
         report.search.cut_off[i] == 0 ? "nothing" : grouped(report.search.cut_off[i]));
  }
}

// Actions that the bounds allow at all.
bool is_possible(const std::string& action, const cluster::Bounds& bounds,
                 const node::Options& node) {
  if (!has_feature_of(action, node, bounds)) return false;
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
    if (count == 0 && !outcome.model &&
        !is_possible(report.action_names[i], outcome.plan.options.bounds,
                     outcome.plan.options.node))
      continue;
    line(out, report.action_names[i], count == 0 ? "never" : grouped(count));
  }
}

void add_witnesses(Out out, const Outcome& outcome) {
  add_witness_lines(
      out, outcome.report.search.witnesses,
      cluster::expected_witnesses(outcome.plan.options.node, outcome.plan.options.bounds));
  if (is_vacuous(outcome)) {
    fmt::format_to(
        out,
        "VACUOUS: no leader was ever elected within these bounds, so this shows next to\n"
        "nothing. Widen the bounds.\n");
  }
}

// What became of the states once faults stopped.
void add_recovery(Out out, const Outcome& outcome) {
  const cluster::RecoveryReport& recovery = *outcome.report.recovery;
  const cluster::RecoveryProgress& progress = recovery.progress;
  const bool is_whole = progress.checked == progress.states &&
                        outcome.report.search.stopped_by == engine::StopReason::Exhausted;
  fmt::format_to(out, "recovery, once faults stop\n");
  line(out, "states checked",
       fmt::format("{} of {} reached{}", grouped(progress.checked), grouped(progress.states),
                   outcome.plan.options.bounds.symmetry ? ", up to renaming of servers" : ""));
  line(out, "schedules",
       fmt::format("{} from each of {} clusters that differ, {} steps in all",
                   grouped(recovery.orders), grouped(recovery.distinct), grouped(progress.steps)));
  line(out, "steps needed",
       fmt::format("{} at most, of {} allowed", grouped(recovery.steps_needed),
                   grouped(recovery.steps_max)));
  if (progress.failing > 0) {
    line(out, "do not recover", counted(progress.failing, "state", "states"));
  }
  if (!is_whole) {
    fmt::format_to(out, "This says nothing of the states that were not reached, or not checked.\n");
  } else if (progress.failing == 0) {
    fmt::format_to(out, "It recovers within {} from every state.\n",
                   counted(recovery.steps_needed, "step", "steps"));
  }
}

void add_trace(Out out, const Outcome& outcome) {
  const traces::Trace& trace = *outcome.report.trace;
  fmt::format_to(out, "\n{}", traces::render_text(trace));
  if (!trace.shortest) {
    fmt::format_to(out, "To look longer for a shorter one, raise --shortest-states or --time.\n");
  }
  if (!outcome.trace_path.empty()) {
    fmt::format_to(out, "The trace is in {0}. To see it again: raftcheck replay {0}\n",
                   outcome.trace_path);
  }
  if (!outcome.page_path.empty()) fmt::format_to(out, "Its page is {}.\n", outcome.page_path);
}

// The violations of other kinds, each with its last step.
void add_further(Out out, const Outcome& outcome) {
  if (!outcome.further_stopped_by) return;
  std::size_t number = 1;
  for (const FurtherViolation& one : outcome.further) {
    const traces::Trace& trace = one.finding.trace;
    fmt::format_to(out, "\nViolation {}, of another kind: {}, by {}\n", ++number,
                   trace.violation->property, one.finding.action);
    fmt::format_to(out, "{}", wrapped("  ", 2, words_of(trace.violation->message)));
    fmt::format_to(out, "  in {}{}\n", counted(trace.steps.size(), "step", "steps"),
                   trace.shortest ? "" : "; a shorter run may exist");
    if (!one.trace_path.empty()) {
      fmt::format_to(out, "  The trace is in {}.\n", one.trace_path);
    }
    if (!one.page_path.empty()) fmt::format_to(out, "  Its page is {}.\n", one.page_path);
  }
  fmt::format_to(out, "\n{} in all. ", counted(number, "kind of violation", "kinds of violations"));
  switch (*outcome.further_stopped_by) {
    case engine::StopReason::Exhausted:
      fmt::format_to(out, "There is no other within these bounds.\n");
      break;
    case engine::StopReason::Violation:
      fmt::format_to(out, "There may be others: raise --keep-going.\n");
      break;
    default:
      fmt::format_to(out, "There may be others: stopped by {}.\n",
                     to_string(*outcome.further_stopped_by));
  }
}

}  // namespace

const char* to_string(engine::StopReason reason) {
  constexpr std::array kNames = {"exhausted", "violation", "depth",    "states",
                                 "time",      "memory",    "interrupt"};
  return kNames.at(static_cast<std::size_t>(reason));
}

std::string stopped_words(const Outcome& outcome, engine::StopReason reason) {
  const FlagValues& values = outcome.plan.values;
  switch (reason) {
    case engine::StopReason::Depth:
      return fmt::format("Stopped at --depth {}", values["depth"]);
    case engine::StopReason::States:
      return fmt::format("Stopped at --states {}", values["states"]);
    case engine::StopReason::Time:
      return fmt::format("Stopped after --time {}", values["time"]);
    case engine::StopReason::Memory:
      if (values["memory"] != "auto")
        return fmt::format("Stopped at --memory {}", values["memory"]);
      return "Stopped since the machine's memory is nearly used up";
    default:
      return "Interrupted";
  }
}

bool is_vacuous(const Outcome& outcome) {
  // A search that was cut short may just not have come so far.
  return outcome.report.search.stopped_by == engine::StopReason::Exhausted &&
         (outcome.report.search.witnesses & set_of(spec::Witness::LeaderElected)) == 0;
}

std::string summary_text(const Outcome& outcome) {
  std::string text = headline(outcome);
  const Out out = std::back_inserter(text);
  add_counts(out, outcome);
  add_bounds(out, outcome);
  add_coverage(out, outcome);
  if (!outcome.model) add_witnesses(out, outcome);
  if (outcome.report.without_symmetry) {
    line(out, "symmetry checked",
         outcome.report.covering ? "as many cluster states without it"
                                 : "as many states without it");
  }
  if (outcome.report.recovery) add_recovery(out, outcome);
  if (outcome.report.trace) {
    add_trace(out, outcome);
    add_further(out, outcome);
  } else if (has_unrecovered(outcome)) {
    fmt::format_to(out, "There is no trace: {}\n", outcome.report.recovery->message);
  }
  if (!outcome.checkpoint.empty() && !outcome.report.violation) {
    fmt::format_to(out, "\nTo go on from here: raftcheck explore --resume {}\n",
                   outcome.checkpoint);
  }
  if (outcome.model && outcome.model->violation != 0) text += run_text(*outcome.model);
  return text;
}

}  // namespace cli
