#include "checker/cli/define_walks.hpp"

#include <CLI/CLI.hpp>

#include "checker/cli/ci.hpp"
#include "checker/cli/pages.hpp"
#include "checker/cli/simulate_flags.hpp"

namespace cli {
namespace {

void define_files(CLI::App& simulate, SimulateParsed& parsed) {
  define_properties(simulate, parsed.properties);
  simulate
      .add_option("--bug", parsed.bug,
                  "walk the core with this bug of the gallery (default: none, the core as it is)")
      ->type_name("NAME")
      ->group("What is checked");
  simulate
      .add_option("--trace", parsed.trace_path,
                  "where a violation's trace goes; {shard} stands for the number of the shard "
                  "(default raftcheck-trace.json, of a shard raftcheck-trace-{shard}.json)")
      ->type_name("FILE")
      ->group("Files");
  define_page(simulate, parsed.wants_page);
  simulate
      .add_option("--json", parsed.json_path,
                  "write the summary as JSON too; - is the standard output, and the text then goes "
                  "to the standard error; {shard} as above (default: not written)")
      ->type_name("FILE")
      ->group("Files");
  define_junit(simulate, parsed.junit_path);
}

}  // namespace

void define_simulate(CLI::App& app, SimulateParsed& parsed) {
  CLI::App* simulate = app.add_subcommand(
      "simulate", "Take random walks over the real step function, deeper than explore can go.");
  simulate->footer(
      "Exit status:\n"
      "  0  all walks asked for were taken, without a violation: that proves no more\n"
      "  1  a property is violated; the trace is written\n"
      "  2  wrong usage, or a file that cannot be written\n"
      "  3  stopped by --time, by memory or interrupted, before all walks were taken");
  define_flags(*simulate, simulate_flags(), parsed.flags);
  define_files(*simulate, parsed);
}

void define_merge(CLI::App& app, MergeParsed& parsed) {
  CLI::App* merge =
      app.add_subcommand("merge", "Add the JSON summaries of a simulation's shards up.");
  merge->footer(
      "Exit status:\n"
      "  0  every shard is there and took all its walks, without a violation\n"
      "  1  a shard found a violation\n"
      "  2  a summary is damaged, there twice, or of another run\n"
      "  3  a shard is missing, or did not take all its walks");
  merge->add_option("summaries", parsed.paths, "files that simulate --json wrote")
      ->type_name("SUMMARY...");
  merge
      ->add_option("--json", parsed.json_path,
                   "write the sum as JSON too; - is the standard output, and the text then goes to "
                   "the standard error (default: not written)")
      ->type_name("FILE")
      ->group("Files");
}

SimulateArguments simulate_arguments(const CLI::App& command, const SimulateParsed& parsed) {
  SimulateArguments arguments{.flags = given_flags(command, parsed.flags),
                              .properties = parsed.properties,
                              .bug = parsed.bug,
                              .wants_page = parsed.wants_page,
                              .trace_path = {},
                              .json_path = {},
                              .junit_path = {},
                              .command_line = {}};
  if (command.count("--trace") > 0) arguments.trace_path = parsed.trace_path;
  if (command.count("--junit") > 0) arguments.junit_path = parsed.junit_path;
  if (command.count("--json") > 0) arguments.json_path = parsed.json_path;
  return arguments;
}

MergeArguments merge_arguments(const CLI::App& command, const MergeParsed& parsed) {
  MergeArguments arguments{.paths = parsed.paths, .json_path = {}};
  if (command.count("--json") > 0) arguments.json_path = parsed.json_path;
  return arguments;
}

}  // namespace cli
