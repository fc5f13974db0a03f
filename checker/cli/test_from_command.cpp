#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "checker/cli/commands.hpp"
#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/trace_flags.hpp"
#include "checker/cli/trace_input.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cluster/googletest.hpp"
#include "checker/cluster/script.hpp"
#include "checker/cluster/trace_check.hpp"
#include "checker/node/library.hpp"
#include "checker/node/raft_node.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

// What the trace is called where nothing else names the test: its bug, or its file.
std::string subject_of(const traces::Trace& trace, const std::string& path) {
  if (trace.bug) return *trace.bug;
  return path == kStdout ? "trace" : fs::path(path).stem().string();
}

// "Suite.Test".
void set_names(const std::string& names, const traces::Trace& trace, const std::string& path,
               cluster::GoogleTestOptions& options) {
  if (names == "auto") {
    options.suite = trace.violation ? trace.violation->property : "Run";
    const std::string subject = cluster::identifier_of(subject_of(trace, path));
    options.name = !trace.violation            ? "HoldsIn_" + subject
                   : options.expects_violation ? "IsViolatedBy_" + subject
                                               : "HoldsIn_" + subject;
    return;
  }
  const std::size_t dot = names.find('.');
  if (dot != std::string::npos) {
    options.suite = names.substr(0, dot);
    options.name = names.substr(dot + 1);
  }
  const bool is_good = !options.suite.empty() && !options.name.empty() &&
                       options.suite == cluster::identifier_of(options.suite) &&
                       options.name == cluster::identifier_of(options.name);
  if (is_good) return;
  throw UsageError(fmt::format(
      "--name {}: SUITE.TEST is expected, each a name in letters, digits and single underscores",
      names));
}

void require_sound(const traces::Trace& trace, const std::string& path) {
  if (const auto fault = cluster::contradiction(trace)) {
    throw UsageError(fmt::format("{}: {}: {}", path, fault->path, fault->explanation));
  }
  if (!trace.violation || trace.recovery || spec::property_named(trace.violation->property)) return;
  throw UsageError(fmt::format("{}: /violation/property: this version knows no property \"{}\"",
                               path, trace.violation->property));
}

// What the test would come to now, in a sentence.
std::string outlook(const traces::Trace& trace, const cluster::GoogleTestOptions& options) {
  const node::Options node_options = cluster::node_options(trace.config);
  std::unique_ptr<node::Node> core;
  std::optional<node::LibraryNode> library;
  if (options.library.empty()) {
    core = node::make_raft_node(node_options);
  } else {
    library.emplace(options.library, node_options);
  }
  const cluster::ScriptRun run =
      cluster::run_script(core ? *core : library->node(), cluster::script_of(trace),
                          {.properties = cluster::recorded_properties(trace),
                           .limits = {.clock_drifts = cluster::limits_of(trace).clock_drifts}});
  const std::string where = core ? "the core as it is" : options.library;
  if (!run.trace.violation) {
    return fmt::format("On {} the run violates nothing now: the test {}.", where,
                       options.expects_violation ? "fails" : "passes");
  }
  return fmt::format("On {} the run violates {} now, at step {}: the test {}.", where,
                     run.trace.violation->property, run.trace.violation->step,
                     options.expects_violation ? "passes" : "fails");
}

}  // namespace

int run_test_from(const TestFromArguments& arguments) {
  const FlagValues values(arguments.flags, {}, test_from_flags());
  cluster::GoogleTestOptions options;
  options.expects_violation = choice(values, "expect", {"holds", "violation"}) == 1;
  if (values["library"] != "none") options.library = fs::absolute(values["library"]).string();
  const bool is_file = arguments.output && *arguments.output != kStdout;
  if (is_file) require_writable("--output", *arguments.output);
  const traces::Trace trace = require_trace("test-from", arguments.trace_path);
  require_sound(trace, arguments.trace_path);
  if (options.expects_violation && !trace.violation) {
    throw UsageError(fmt::format("--expect violation: {} records none; leave this flag out",
                                 arguments.trace_path));
  }
  options.source = arguments.trace_path == kStdout ? "a trace" : harmless(arguments.trace_path);
  set_names(values["name"], trace, arguments.trace_path, options);
  std::string words;
  try {
    words = outlook(trace, options);
  } catch (const std::runtime_error& error) {
    throw UsageError(fmt::format("--library: {}", error.what()));
  }
  write_result("--output", arguments.output, cluster::googletest_of(trace, options));
  if (is_file) {
    print_to(stdout, harmless(fmt::format("The test {}.{} is in {}. {}\n", options.suite,
                                          options.name, *arguments.output, words)));
  }
  return kHolds;
}

}  // namespace cli
