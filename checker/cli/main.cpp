// The program `raftcheck`. Flags, files and the terminal live in this room and nowhere else.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>

#include "checker/cli/commands.hpp"
#include "checker/cli/flags.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"

namespace cli {
namespace {

constexpr const char* kExitStatuses =
    "Exit status: 0 no violation and the space within the bounds is exhausted; 1 a violation; "
    "2 usage or files; 3 stopped at a limit or interrupted.";

struct Parsed {
  std::map<std::string, std::string> flags;
  ExploreArguments explore;
  ReplayArguments replay;
  std::string list_what;
};

void add_explore(CLI::App& app, Parsed& parsed) {
  CLI::App* explore = app.add_subcommand(
      "explore", "Explore the real step function exhaustively within bounds");
  explore->footer(kExitStatuses);
  for (const Flag& flag : explore_flags()) {
    explore
        ->add_option(fmt::format("--{}", flag.name), parsed.flags[flag.name],
                     fmt::format("{} (default {})", flag.help, flag.default_value))
        ->type_name(flag.value);
  }
  explore->add_option("--property", parsed.explore.properties,
                      "check this property only; may be repeated (default: all)")
      ->type_name("NAME")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  explore->add_option("--bug", parsed.explore.bug,
                      "explore the core with this bug of the gallery, within the bug's own bounds "
                      "where no flag says otherwise")
      ->type_name("NAME");
  explore->add_option("--trace", parsed.explore.trace_path,
                      "where a violation's trace goes (default raftcheck-trace.json)")
      ->type_name("FILE");
  explore->add_option("--json", parsed.explore.json_path,
                      "write the summary as JSON; - is the standard output, and the text then "
                      "goes to the standard error")
      ->type_name("FILE");
}

void add_replay(CLI::App& app, Parsed& parsed) {
  CLI::App* replay = app.add_subcommand(
      "replay", "Run a trace on the real step function and compare every step");
  replay->footer(
      "Exit status: 1 the recorded violation reproduces; 0 a trace without one passes; 2 the "
      "trace is damaged, or the implementation no longer follows it.");
  replay->add_option("trace", parsed.replay.trace_path, "the trace's file")
      ->type_name("TRACE")
      ->required();
  replay->add_option("--bug", parsed.replay.bug,
                     "replay against this bug; none: the core as it is (default: what the trace "
                     "was recorded with)")
      ->type_name("NAME");
}

void add_list(CLI::App& app, Parsed& parsed) {
  CLI::App* list = app.add_subcommand("list", "List what there is");
  list->add_option("what", parsed.list_what, "bugs, properties, actions or witnesses")
      ->type_name("WHAT")
      ->required()
      ->check(CLI::IsMember({"bugs", "properties", "actions", "witnesses"}));
}

int run(int argc, char** argv) {
  CLI::App app{"A Raft core, and the explicit-state checker that runs its real code", "raftcheck"};
  app.set_version_flag("--version", std::string("raftcheck ") + kVersion);
  app.require_subcommand(1);
  Parsed parsed;
  parsed.explore.trace_path = "raftcheck-trace.json";
  add_explore(app, parsed);
  add_replay(app, parsed);
  add_list(app, parsed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    throw UsageError(fmt::format("{} (see `raftcheck --help`)", error.what()));
  }
  if (app.got_subcommand("replay")) return run_replay(parsed.replay);
  if (app.got_subcommand("list")) return run_list(parsed.list_what);
  for (const auto& [name, value] : parsed.flags) {
    if (app.get_subcommand("explore")->count("--" + name) > 0) parsed.explore.flags[name] = value;
  }
  parsed.explore.command_line.assign(argv, argv + argc);
  return run_explore(parsed.explore);
}

}  // namespace
}  // namespace cli

int main(int argc, char** argv) {
  try {
    return cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "raftcheck: out of memory; set tighter bounds, or --states\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "raftcheck: {}\n", error.what());
  }
  return cli::kUsage;
}
