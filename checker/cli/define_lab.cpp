#include "checker/cli/define_lab.hpp"

#include <CLI/CLI.hpp>
#include <array>

#include "checker/cli/ci.hpp"
#include "checker/cli/pages.hpp"

namespace cli {
namespace {

constexpr const char* kRuns = "The runs";
constexpr const char* kChecked = "What is checked";
constexpr const char* kFiles = "Files";

constexpr std::array kLabFlags = {
    Flag{"iterations", "N", "50", kRuns,
         "how often each test is run, each time with other dice; unlimited where --time is given"},
    Flag{"time", "SECONDS", "unlimited", kRuns,
         "begin no further run after so many seconds; all tests are run once before any is run "
         "again"},
    Flag{"seed", "N", "random", kRuns,
         "where the dice come from: the same seed and flags give the same runs on every machine. "
         "Always printed"},
    Flag{"from", "N", "0", kRuns, "the first iteration: to run one again, with --iterations 1"},
    Flag{"no-op", "on|off|both", "both", kRuns,
         "whether new leaders append a no-op, which the lab's own suite does not expect: each test "
         "is run with it, without it, or both"},
    Flag{"jobs", "N", "1", kRuns, "threads; what is reported does not depend on them"},
    Flag{"judge", "quick|whole", "quick", kChecked,
         "how properties are checked: quick looks at what each step changed and asks the "
         "properties' own rules where that does not settle it; whole asks them of everything after "
         "each step, which is many times slower and must come to the same"},
};

void define_files(CLI::App& lab, LabParsed& parsed) {
  lab.add_option(
         "--trace", parsed.trace_path,
         "where a failed run's trace goes; {run} stands for its test and iteration, without "
         "it only the first one is written (default raftcheck-lab-{run}.json)")
      ->type_name("FILE")
      ->group(kFiles);
  define_page(lab, parsed.wants_page);
  lab.add_option("--history", parsed.history_path,
                 "where the history of a failed run's clients goes if it is not linearizable, for "
                 "`raftcheck linearizable FILE --model kv`; {run} as above (default "
                 "raftcheck-lab-{run}.edn)")
      ->type_name("FILE")
      ->group(kFiles);
  lab.add_option(
         "--json", parsed.json_path,
         "write the report as JSON too; - is the standard output, and the text then goes to "
         "the standard error (default: not written)")
      ->type_name("FILE")
      ->group(kFiles);
  define_junit(lab, parsed.junit_path);
}

}  // namespace

std::span<const Flag> lab_flags() { return kLabFlags; }

void define_lab(CLI::App& app, LabParsed& parsed) {
  CLI::App* lab = app.add_subcommand(
      "lab", "Run the suite of the MIT Raft labs in virtual time, on the real step function.");
  lab->footer(
      "Exit status:\n"
      "  0  every run that was asked for passed\n"
      "  1  a run failed: an assertion of its test, or a property\n"
      "  2  wrong usage, or a file that cannot be written\n"
      "  3  interrupted, and no run failed so far");
  lab->add_option(
         "--only", parsed.only,
         "run this test only, or all of a part (A, B, C, D; K: the key/value layer; N: the "
         "nemesis); may "
         "be repeated (default: all)")
      ->type_name("NAME")
      ->group(kRuns)
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  lab->add_flag("--list", parsed.is_list, "only name the tests")->group(kRuns);
  define_flags(*lab, kLabFlags, parsed.flags);
  define_properties(*lab, parsed.properties);
  lab->add_flag("--assertions-only", parsed.assertions_only,
                "check what the lab's own suite checks, and no property after each step")
      ->group(kChecked);
  lab->add_option("--bug", parsed.bug,
                  "run the core with this bug of the gallery; each test is run until one iteration "
                  "fails (default: none, the core as it is)")
      ->type_name("NAME")
      ->group(kChecked);
  define_files(*lab, parsed);
}

LabArguments lab_arguments(const CLI::App& command, const LabParsed& parsed) {
  LabArguments arguments{.flags = given_flags(command, parsed.flags),
                         .only = parsed.only,
                         .properties = parsed.properties,
                         .assertions_only = parsed.assertions_only,
                         .is_list = parsed.is_list,
                         .bug = parsed.bug,
                         .wants_page = parsed.wants_page,
                         .trace_path = {},
                         .history_path = {},
                         .json_path = {},
                         .junit_path = {},
                         .command_line = {}};
  if (command.count("--trace") > 0) arguments.trace_path = parsed.trace_path;
  if (command.count("--history") > 0) arguments.history_path = parsed.history_path;
  if (command.count("--junit") > 0) arguments.junit_path = parsed.junit_path;
  if (command.count("--json") > 0) arguments.json_path = parsed.json_path;
  return arguments;
}

}  // namespace cli
