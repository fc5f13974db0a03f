#include "checker/cli/define_traces.hpp"

#include <CLI/CLI.hpp>

#include "checker/cli/show.hpp"
#include "checker/cli/trace_flags.hpp"

namespace cli {
namespace {

void define_trace(CLI::App& command, std::string& path) {
  command.add_option("trace", path, "a trace that raftcheck wrote; - is the standard input")
      ->type_name("TRACE");
}

void define_output(CLI::App& command, std::string& path, const std::string& what) {
  command
      .add_option("--output", path,
                  "write " + what + " there; - is the standard output (default -)")
      ->type_name("FILE")
      ->group("Files");
}

// How the core is chosen that a trace is run on.
void define_bug(CLI::App& command, std::string& bug) {
  command
      .add_option("--bug", bug,
                  "run it on the core with this bug of the gallery; none: the core as it is "
                  "(default: what the trace was recorded with)")
      ->type_name("NAME");
}

void define_json(CLI::App& command, std::string& path) {
  command
      .add_option("--json", path,
                  "write the summary as JSON too; - is the standard output, and the text then goes "
                  "to the standard error (default: not written)")
      ->type_name("FILE")
      ->group("Files");
}

void define_shrink(CLI::App& app, TracesParsed& parsed) {
  CLI::App* shrink = app.add_subcommand(
      "shrink", "Make a violating trace as small as can be, on the real step function.");
  shrink->footer(
      "Exit status:\n"
      "  0  no single action of the trace that is written can be left out\n"
      "  2  the trace is damaged, does not violate what it says, or cannot be written\n"
      "  3  stopped at a limit or interrupted; the smallest trace so far is written");
  define_trace(*shrink, parsed.shrink.trace_path);
  define_bug(*shrink, parsed.shrink.bug);
  define_flags(*shrink, shrink_flags(), parsed.shrink_flags);
  shrink
      ->add_option("--output", parsed.shrink_output,
                   "where the small trace goes (default: t.shrunk.json beside t.json)")
      ->type_name("FILE")
      ->group("Files");
  define_json(*shrink, parsed.shrink_json);
}

void define_explain(CLI::App& app, TracesParsed& parsed) {
  CLI::App* explain = app.add_subcommand(
      "explain",
      "Say what a violation depends on, which faults it needs and which rule it breaks.");
  explain->footer(
      "Exit status:\n"
      "  0  explained\n"
      "  2  wrong usage, or the trace is damaged or does not reproduce\n"
      "  3  interrupted before all faults were tried");
  define_trace(*explain, parsed.explain.trace_path);
  define_bug(*explain, parsed.explain.bug);
  define_json(*explain, parsed.explain_json);
}

void define_test_from(CLI::App& app, TracesParsed& parsed) {
  CLI::App* test = app.add_subcommand(
      "test-from", "Write a GoogleTest case that takes the run of a trace on the real code.");
  test->footer(
      "The test needs no other file; it builds against the installed package:\n"
      "find_package(raftcheck) and raftcheck::checker.\n"
      "Exit status: 0, or 2 for wrong usage or a trace that is damaged.");
  define_trace(*test, parsed.test_from.trace_path);
  define_flags(*test, test_from_flags(), parsed.test_from_flags);
  define_output(*test, parsed.test_from_output, "the source");
}

void define_diff(CLI::App& app, TracesParsed& parsed) {
  CLI::App* diff = app.add_subcommand("diff", "Say where two traces part.");
  diff->footer(
      "Exit status:\n"
      "  0  they are the same run\n"
      "  1  they part\n"
      "  2  wrong usage, or a trace is damaged");
  define_trace(*diff, parsed.diff.trace_path);
  diff->add_option("other", parsed.diff.other_path, "the trace to compare it with")
      ->type_name("TRACE");
  define_flags(*diff, diff_flags(), parsed.diff_flags);
  define_json(*diff, parsed.diff_json);
}

void define_step(CLI::App& app, TracesParsed& parsed) {
  CLI::App* step = app.add_subcommand(
      "step", "Take the steps of a cluster one by one, on a terminal or from a script.");
  step->footer(
      "Commands, one a line (`help` tells more): list, NUMBER or the words of an\n"
      "action, lose, undo, show, run GOAL, save FILE, quit. From a pipe, the first\n"
      "command that is refused ends the session.\n"
      "Exit status:\n"
      "  0  no property is violated in the end\n"
      "  1  one is\n"
      "  2  wrong usage, or a trace or a command of a script was refused");
  step->add_option("trace", parsed.step.trace_path,
                   "go on where this trace ends (default: a new cluster)")
      ->type_name("TRACE");
  define_bug(*step, parsed.step.bug);
  define_properties(*step, parsed.step.properties);
  define_flags(*step, step_flags(), parsed.step_flags);
}

void define_show(CLI::App& app, TracesParsed& parsed) {
  CLI::App* show = app.add_subcommand("show", "Show a trace, or write it in another format.");
  show->footer("Exit status: 0, or 2 for wrong usage or a trace that is damaged.");
  define_trace(*show, parsed.show.trace_path);
  define_flags(*show, show_flags(), parsed.show_flags);
  define_output(*show, parsed.show_output, "it");
}

std::optional<std::string> given(const CLI::App& command, const char* flag,
                                 const std::string& value) {
  return command.count(flag) > 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

void define_traces(CLI::App& app, TracesParsed& parsed) {
  define_show(app, parsed);
  define_shrink(app, parsed);
  define_explain(app, parsed);
  define_diff(app, parsed);
  define_test_from(app, parsed);
  define_step(app, parsed);
}

std::optional<int> run_traces(const CLI::App& command, TracesParsed& parsed) {
  if (command.get_name() == "shrink") {
    parsed.shrink.flags = given_flags(command, parsed.shrink_flags);
    parsed.shrink.output = given(command, "--output", parsed.shrink_output);
    parsed.shrink.json_path = given(command, "--json", parsed.shrink_json);
    return run_shrink(parsed.shrink);
  }
  if (command.get_name() == "explain") {
    parsed.explain.json_path = given(command, "--json", parsed.explain_json);
    return run_explain(parsed.explain);
  }
  if (command.get_name() == "test-from") {
    parsed.test_from.flags = given_flags(command, parsed.test_from_flags);
    parsed.test_from.output = given(command, "--output", parsed.test_from_output);
    return run_test_from(parsed.test_from);
  }
  if (command.get_name() == "diff") {
    parsed.diff.flags = given_flags(command, parsed.diff_flags);
    parsed.diff.json_path = given(command, "--json", parsed.diff_json);
    return run_diff(parsed.diff);
  }
  if (command.get_name() == "step") {
    parsed.step.flags = given_flags(command, parsed.step_flags);
    return run_step(parsed.step);
  }
  if (command.get_name() == "show") {
    parsed.show.flags = given_flags(command, parsed.show_flags);
    parsed.show.output = given(command, "--output", parsed.show_output);
    return run_show(parsed.show);
  }
  return std::nullopt;
}

}  // namespace cli
