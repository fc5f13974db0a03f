#include <fmt/format.h>

#include <algorithm>

#include "checker/cli/commands.hpp"
#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/json_parts.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/report_lines.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/trace_flags.hpp"
#include "checker/cli/trace_input.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"
#include "traces/parting.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

using traces::PartingKind;

struct Comparison {
  const DiffArguments& arguments;
  const traces::Trace& a;
  const traces::Trace& b;
  traces::Parting parting;
  std::vector<traces::AlignedStep> rest;  // from where they part
  std::size_t context = 0;                // how many of them are shown
};

void add_trace(Out out, char name, const std::string& path, const traces::Trace& trace) {
  std::string text = fmt::format("{}, {}", path == kStdout ? "standard input" : path,
                                 counted(trace.steps.size(), "step", "steps"));
  text += trace.violation ? fmt::format(", violates {} at step {}", trace.violation->property,
                                        trace.violation->step)
                          : ", violates nothing";
  fmt::format_to(out, "{}", wrapped(fmt::format("{}:", name), 3, words_of(text)));
}

void add_differences(Out out, const std::vector<traces::Difference>& differences) {
  const auto side = [&](char name, const std::string& text) {
    fmt::format_to(
        out, "{}",
        wrapped(fmt::format("    {}:", name), 7, words_of(text.empty() ? "(nothing)" : text)));
  };
  for (const traces::Difference& difference : differences) {
    fmt::format_to(out, "  {}\n", difference.what);
    side('A', difference.a);
    side('B', difference.b);
  }
}

std::string parting_sentence(const Comparison& comparison) {
  const std::size_t common = comparison.parting.common_steps;
  const std::string same = counted(common, "step is", "steps are");
  switch (comparison.parting.kind) {
    case PartingKind::None:
      return fmt::format("They are the same run of {}.", counted(common, "step", "steps"));
    case PartingKind::Start:
      return "They part before the first step: the servers differ.";
    case PartingKind::Action:
      return fmt::format("The first {} the same. At step {} they take different actions:", same,
                         common + 1);
    case PartingKind::Reaction:
      return fmt::format(
          "The first {} the same. At step {} they take the same action, and the servers react "
          "differently to it:",
          same, common + 1);
    case PartingKind::End:
      return fmt::format("The first {} the same; then {} ends.", same,
                         comparison.a.steps.size() == common ? "A" : "B");
    case PartingKind::Verdict:
      return fmt::format("All {} the same, and what they are said to violate differs:", same);
  }
  return {};
}

std::string step_text(const traces::Step& step) {
  std::string text = traces::render_action(step.action);
  if (!step.outcome.empty()) text += fmt::format(" [{}]", step.outcome);
  return text;
}

// "  A 12  ...", "  B    14 ...", "   12 14  ...".
void add_rest(Out out, const Comparison& comparison) {
  const std::size_t shown = std::min(comparison.rest.size(), comparison.context);
  for (std::size_t i = 0; i < shown; ++i) {
    const traces::AlignedStep& one = comparison.rest[i];
    const auto number = [](std::optional<std::size_t> place) {
      return place ? std::to_string(*place + 1) : std::string();
    };
    const char* which = one.a && one.b ? "=" : one.a ? "A" : "B";
    const traces::Step& step = one.a ? comparison.a.steps[*one.a] : comparison.b.steps[*one.b];
    fmt::format_to(out, "{}",
                   wrapped(fmt::format("  {} {:>4} {:>4} ", which, number(one.a), number(one.b)),
                           14, words_of(step_text(step))));
  }
  if (shown < comparison.rest.size()) {
    fmt::format_to(out, "  and {} (--context {} shows them all)\n",
                   counted(comparison.rest.size() - shown, "more line", "more lines"),
                   comparison.rest.size());
  }
}

void add_servers(Out out, const Comparison& comparison) {
  fmt::format_to(out, "\nThe servers where they part:\n");
  for (const spec::ServerView& initial : comparison.a.initial) {
    const spec::ServerView* view =
        traces::view_before(comparison.a, comparison.parting.common_steps, initial.id);
    fmt::format_to(out, "{}", wrapped("  ", 4, words_of(traces::render_view(*view))));
  }
}

std::string diff_text(const Comparison& comparison) {
  std::string text;
  Out out = std::back_inserter(text);
  add_trace(out, 'A', comparison.arguments.trace_path, comparison.a);
  add_trace(out, 'B', comparison.arguments.other_path, comparison.b);
  if (!comparison.parting.settings.empty()) {
    fmt::format_to(out, "They were recorded with different settings:\n");
    add_differences(out, comparison.parting.settings);
  }
  fmt::format_to(out, "{}", wrapped("", 0, words_of(parting_sentence(comparison))));
  add_differences(out, comparison.parting.differences);
  if (!comparison.rest.empty()) {
    if (comparison.parting.kind == PartingKind::Reaction) {
      fmt::format_to(out, "From there on, by action (A only, B only, = both):\n");
    }
    add_rest(out, comparison);
    add_servers(out, comparison);
  }
  return harmless(text);
}

Json differences_json(const std::vector<traces::Difference>& differences) {
  Json json = Json::array();
  for (const traces::Difference& one : differences) {
    json.push_back({{"what", one.what}, {"a", one.a}, {"b", one.b}});
  }
  return json;
}

std::string diff_json(const Comparison& comparison) {
  const traces::Parting& parting = comparison.parting;
  Json rest = Json::array();
  for (const traces::AlignedStep& one : comparison.rest) {
    rest.push_back({{"a", one.a ? Json(*one.a + 1) : Json(nullptr)},
                    {"b", one.b ? Json(*one.b + 1) : Json(nullptr)}});
  }
  const Json json = {{"version", kVersion},
                     {"command", "diff"},
                     {"a", comparison.arguments.trace_path},
                     {"b", comparison.arguments.other_path},
                     {"same", parting.kind == PartingKind::None},
                     {"parting", to_string(parting.kind)},
                     {"common_steps", parting.common_steps},
                     {"settings", differences_json(parting.settings)},
                     {"differences", differences_json(parting.differences)},
                     {"steps", rest}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_diff(const DiffArguments& arguments) {
  const FlagValues values(arguments.flags, {}, diff_flags());
  const std::uint64_t context = number(values, "context", 0, 1'000'000);
  if (arguments.trace_path.empty() || arguments.other_path.empty()) {
    throw UsageError("diff: name the files of two traces: raftcheck diff A B");
  }
  if (arguments.trace_path == kStdout && arguments.other_path == kStdout) {
    throw UsageError("diff - -: only one of the traces can come from the standard input");
  }
  if (arguments.json_path && *arguments.json_path != kStdout) {
    require_writable("--json", *arguments.json_path);
  }
  const traces::Trace a = require_trace("diff", arguments.trace_path);
  const traces::Trace b = require_trace("diff", arguments.other_path);
  Comparison comparison{.arguments = arguments,
                        .a = a,
                        .b = b,
                        .parting = traces::parting_of(a, b),
                        .rest = {},
                        .context = context};
  const PartingKind kind = comparison.parting.kind;
  if (kind == PartingKind::Action || kind == PartingKind::Reaction || kind == PartingKind::End) {
    comparison.rest = traces::aligned(a, b, comparison.parting.common_steps);
  }
  report(diff_text(comparison), [&] { return diff_json(comparison); }, arguments.json_path, {});
  return kind == PartingKind::None ? kHolds : kViolated;
}

}  // namespace cli
