// The program `raftcheck`. Flags, files and the terminal live in this room and nowhere else.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>

#include "checker/cli/ci.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/define_flags.hpp"
#include "checker/cli/define_lab.hpp"
#include "checker/cli/define_linearizable.hpp"
#include "checker/cli/define_traces.hpp"
#include "checker/cli/define_walks.hpp"
#include "checker/cli/flags.hpp"
#include "checker/cli/help.hpp"
#include "checker/cli/pages.hpp"
#include "checker/cli/suggest.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"

namespace cli {
namespace {

struct Parsed {
  FlagTexts flags;
  std::string json_path;
  std::string junit_path;
  std::string replay_junit_path;
  std::string checkpoint;
  std::string resume;
  ExploreArguments explore;
  ReplayArguments replay;
  SimulateParsed simulate;
  MergeParsed merge;
  LabParsed lab;
  LinearizableParsed linearizable;
  GalleryArguments gallery;
  std::string gallery_folder;
  TracesParsed traces;
  std::string list_what;
};

void add_files(CLI::App& explore, Parsed& parsed) {
  define_properties(explore, parsed.explore.properties);
  explore
      .add_option("--bug", parsed.explore.bug,
                  "explore the core with this bug of the gallery, within the bug's own bounds "
                  "where no flag says otherwise (default: none, the core as it is)")
      ->type_name("NAME")
      ->group("What is checked");
  explore
      .add_option("--trace", parsed.explore.trace_path,
                  "where a violation's trace goes (default raftcheck-trace.json)")
      ->type_name("FILE")
      ->group("Files");
  explore
      .add_option("--json", parsed.json_path,
                  "write the summary as JSON too; - is the standard output, and the text then goes "
                  "to the standard error (default: not written)")
      ->type_name("FILE")
      ->group("Files");
  define_junit(explore, parsed.junit_path);
  define_page(explore, parsed.explore.wants_page);
  explore
      .add_option("--checkpoint", parsed.checkpoint,
                  "where the search is saved when it stops at a limit, on Ctrl-C or SIGTERM, and "
                  "every --checkpoint-every seconds; not in the order shortest (default: nowhere, "
                  "or the directory of --resume)")
      ->type_name("DIR")
      ->group("Files");
  explore
      .add_option("--resume", parsed.resume,
                  "go on with the search that was saved there; flags need not be given again, but "
                  "for limits")
      ->type_name("DIR")
      ->group("Files");
}

void add_models(CLI::App& explore, Parsed& parsed) {
  constexpr const char* kGroup = "Another model than the core";
  explore
      .add_option("--model", parsed.explore.model,
                  "explore this model instead of a cluster; it takes the flags of the search but "
                  "--order and --shortest-states (`raftcheck list models` names models, variants "
                  "and settings)")
      ->type_name("NAME")
      ->group(kGroup);
  explore
      .add_option("--variant", parsed.explore.variant,
                  "with the settings of this variant of the model (default: the model's own)")
      ->type_name("NAME")
      ->group(kGroup);
  explore
      .add_option("--model-set", parsed.explore.model_settings,
                  "with these settings, as max_term=3,values=2; may be repeated")
      ->type_name("NAME=VALUE")
      ->group(kGroup)
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

void add_explore(CLI::App& app, Parsed& parsed) {
  CLI::App* explore =
      app.add_subcommand("explore", "Explore the real step function exhaustively within bounds.");
  explore->footer(
      "Exit status:\n"
      "  0  no violation, and the space within the bounds is exhausted\n"
      "  1  a property is violated; the trace is written\n"
      "  2  wrong usage, or a file that cannot be written\n"
      "  3  stopped at a limit or interrupted; nothing is said about the rest");
  define_flags(*explore, explore_flags(), parsed.flags);
  add_models(*explore, parsed);
  add_files(*explore, parsed);
}

void add_replay(CLI::App& app, Parsed& parsed) {
  CLI::App* replay =
      app.add_subcommand("replay", "Run a trace on the real step function and compare every step.");
  replay->footer(
      "Exit status:\n"
      "  0  a trace without a violation passes\n"
      "  1  the recorded violation reproduces\n"
      "  2  the trace is damaged, or the implementation no longer follows it");
  replay->add_option("trace", parsed.replay.trace_path, "a file that explore wrote")
      ->type_name("TRACE");
  replay
      ->add_option("--bug", parsed.replay.bug,
                   "replay against this bug of the gallery; none: the core as it is (default: "
                   "what the trace was recorded with)")
      ->type_name("NAME");
  define_junit(*replay, parsed.replay_junit_path);
  define_page(*replay, parsed.replay.wants_page);
}

void add_gallery(CLI::App& app, Parsed& parsed) {
  CLI::App* gallery =
      app.add_subcommand("gallery", "Write the known bugs as pages to look at in a browser.");
  gallery->footer("Exit status: 0, 2 for wrong usage or files, or 3 if interrupted.");
  gallery
      ->add_option("--html", parsed.gallery_folder,
                   "write the pages into this folder: index.html, and one for each trace")
      ->type_name("DIR");
}

void add_list(CLI::App& app, Parsed& parsed) {
  CLI::App* list = app.add_subcommand(
      "list", "List bugs, properties, actions, witnesses, models, formats or rules.");
  list->footer("Exit status: 0, or 2 for wrong usage.");
  list->add_option("what", parsed.list_what,
                   "bugs, properties, actions, witnesses, models, formats or rules")
      ->type_name("WHAT");
}

// "; did you mean --servers?", or nothing.
std::string suggestion(const CLI::App& command, std::string_view given) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->nonpositional()) continue;
    const std::string name = option->get_name(false, true);
    names.push_back(name.substr(name.rfind(',') + 1));
  }
  return did_you_mean(given.substr(0, given.find('=')), names);
}

// What no command or flag took. A flag is named first: what follows it may have been its value.
void refuse_extras(const CLI::App& command, const std::string& help) {
  std::vector<std::string> extras = command.remaining();
  if (extras.empty()) return;
  const auto flag =
      std::ranges::find_if(extras, [](const std::string& extra) { return extra.starts_with('-'); });
  if (flag == extras.end()) {
    throw UsageError(fmt::format("{}: not expected here (see `{}`)", extras.front(), help));
  }
  throw UsageError(
      fmt::format("{}: no such flag{} (see `{}`)", *flag, suggestion(command, *flag), help));
}

const CLI::App& require_command(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  if (!commands.empty()) return *commands.front();
  const std::vector<std::string> extras = app.remaining();
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  const std::string all = fmt::format("{}", fmt::join(names, ", "));
  if (extras.empty()) {
    throw UsageError(fmt::format("name a command: {} (see `raftcheck --help`)", all));
  }
  if (extras.front().starts_with('-')) refuse_extras(app, "raftcheck --help");
  throw UsageError(fmt::format("{}: no such command{}; there are {} (see `raftcheck --help`)",
                               extras.front(), did_you_mean(extras.front(), names), all));
}

// An empty --model would be taken for none.
void require_model(const CLI::App& command, const char* flag, const ExploreArguments& explore) {
  if (command.count(flag) == 0 || !explore.model.empty()) return;
  throw UsageError(
      fmt::format("{}: name a model with --model (see `raftcheck list models`)", flag));
}

int run_command(const CLI::App& command, Parsed& parsed, int argc, char** argv) {
  const std::string& name = command.get_name();
  refuse_extras(command, fmt::format("raftcheck {} --help", name));
  if (name == "replay") {
    if (command.count("--junit") > 0) parsed.replay.junit_path = parsed.replay_junit_path;
    parsed.replay.command_line.assign(argv, argv + argc);
    return run_replay(parsed.replay);
  }
  if (name == "list") return run_list(parsed.list_what);
  if (name == "gallery") {
    if (command.count("--html") > 0) parsed.gallery.html = parsed.gallery_folder;
    return run_gallery(parsed.gallery);
  }
  if (const auto status = run_traces(command, parsed.traces)) return *status;
  if (name == "merge") return run_merge(merge_arguments(command, parsed.merge));
  if (name == "simulate") {
    SimulateArguments arguments = simulate_arguments(command, parsed.simulate);
    arguments.command_line.assign(argv, argv + argc);
    return run_simulate(arguments);
  }
  if (name == "lab") {
    LabArguments arguments = lab_arguments(command, parsed.lab);
    arguments.command_line.assign(argv, argv + argc);
    return run_lab(arguments);
  }
  if (name == "linearizable") {
    LinearizableArguments arguments = linearizable_arguments(command, parsed.linearizable);
    arguments.command_line.assign(argv, argv + argc);
    return run_linearizable(arguments);
  }
  parsed.explore.flags = given_flags(command, parsed.flags);
  if (command.count("--json") > 0) parsed.explore.json_path = parsed.json_path;
  if (command.count("--junit") > 0) parsed.explore.junit_path = parsed.junit_path;
  if (command.count("--checkpoint") > 0) parsed.explore.checkpoint = parsed.checkpoint;
  if (command.count("--resume") > 0) parsed.explore.resume = parsed.resume;
  parsed.explore.is_trace_path_given = command.count("--trace") > 0;
  for (const char* flag : {"--model", "--variant", "--model-set"})
    require_model(command, flag, parsed.explore);
  parsed.explore.command_line.assign(argv, argv + argc);
  return run_explore(parsed.explore);
}

void define(CLI::App& app, Parsed& parsed) {
  app.formatter(std::dynamic_pointer_cast<CLI::Formatter>(help_formatter()));
  app.set_help_flag("--help,-h", "print this help");
  app.set_version_flag("--version", std::string("raftcheck ") + kVersion, "print the version");
  app.require_subcommand(0, 1)->allow_extras();
  app.footer(
      "`raftcheck COMMAND --help` tells a command's flags. To begin with:\n"
      "  raftcheck explore                    the core within the default bounds\n"
      "  raftcheck explore --bug double-vote  finds a bug and writes a trace of it\n"
      "  raftcheck replay raftcheck-trace.json");
  parsed.explore.trace_path = "raftcheck-trace.json";
  add_explore(app, parsed);
  define_simulate(app, parsed.simulate);
  define_lab(app, parsed.lab);
  define_merge(app, parsed.merge);
  add_replay(app, parsed);
  define_traces(app, parsed.traces);
  define_linearizable(app, parsed.linearizable);
  add_gallery(app, parsed);
  add_list(app, parsed);
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    command->group("Commands");
  }
}

int run(int argc, char** argv) {
  CLI::App app{"A Raft core, and the explicit-state checker that runs its real code.", "raftcheck"};
  Parsed parsed;
  define(app, parsed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string message = error.what();
    throw UsageError(message.substr(0, message.find(':')) +
                     ": give it once, with a value (see `raftcheck COMMAND --help`)");
  } catch (const CLI::ParseError& error) {
    throw UsageError(fmt::format("{} (see `raftcheck --help`)", error.what()));
  }
  return run_command(require_command(app), parsed, argc, argv);
}

}  // namespace
}  // namespace cli

int main(int argc, char** argv) {
  std::string failure;
  try {
    const int status = cli::run(argc, argv);
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
    failure = "the standard output could not be written";
  } catch (const std::bad_alloc&) {
    failure = "out of memory; set tighter bounds, or --states";
  } catch (const std::logic_error& error) {
    failure =
        std::string("internal error, please report it with the command line: ") + error.what();
  } catch (const std::exception& error) {
    failure = error.what();
  }
  std::fflush(stdout);  // what was printed came first
  fmt::print(stderr, "raftcheck: {}\n", cli::harmless(failure));
  return cli::kUsage;
}
