#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "checker/cli/commands.hpp"
#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/step_dialogue.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/trace_flags.hpp"
#include "checker/cli/trace_input.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"
#include "checker/cluster/trace_check.hpp"
#include "checker/node/memo_node.hpp"
#include "traces/file.hpp"

namespace cli {
namespace {

// Lines of the standard input, with a prompt where somebody types them.
class Input {
 public:
  Input() : is_terminal_(stdin_is_terminal()) {
    if (is_terminal_) catch_interruptions_of_dialogue();
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() { std::free(buffer_); }  // of getline()

  std::optional<std::string> next() {
    if (is_terminal_) prompt();
    const ssize_t size = getline(&buffer_, &capacity_, stdin);
    if (size < 0) return std::nullopt;
    ++number_;
    std::string line(buffer_, static_cast<std::size_t>(size));
    while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
    return line;
  }
  [[nodiscard]] bool is_terminal() const { return is_terminal_; }
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  static void prompt() {
    print_to(stdout, "> ");
    while (!wait_for_input()) {
      take_interruption();
      print_to(stdout, "\n(quit, or Ctrl-D, ends the session)\n> ");
    }
  }

  bool is_terminal_;
  char* buffer_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t number_ = 0;
};

// What the session is about.
struct Setting {
  std::optional<Bug> bug;
  cluster::SessionOptions options;
  std::optional<traces::Trace> trace;
  std::size_t steps = 0;  // of the trace, that are taken
};

Setting setting_of_trace(const StepArguments& arguments) {
  const FlagValues values(arguments.flags, {}, step_flags());
  for (const Flag& flag : step_flags()) {
    if (std::string_view(flag.name) == "at") continue;
    refuse_if_given(values, {flag.name}, "the trace says what its cluster is; leave this flag out");
  }
  if (arguments.trace_path == kStdout) {
    throw UsageError("step -: the standard input has the commands; name a file");
  }
  Setting setting{.bug = {}, .options = {}, .trace = require_trace("step", arguments.trace_path)};
  const traces::Trace& trace = *setting.trace;
  if (const auto fault = cluster::contradiction(trace)) {
    throw UsageError(
        fmt::format("{}: {}: {}", arguments.trace_path, fault->path, fault->explanation));
  }
  setting.bug = bug_of(trace, arguments.trace_path, arguments.bug);
  setting.options = {.node = cluster::node_options(trace.config),
                     .network = trace.config.network,
                     .properties = arguments.properties.empty()
                                       ? cluster::recorded_properties(trace)
                                       : properties_named(arguments.properties)};
  if (setting.options.properties == 0) setting.options.properties = spec::kAllProperties;
  // A schedule is no choice of anybody's: one goes on where faults stop.
  const std::size_t last = trace.recovery ? trace.recovery->after : trace.steps.size();
  setting.steps = values.is_given("at") ? number(values, "at", 0, last) : last;
  return setting;
}

Setting setting_of_flags(const StepArguments& arguments) {
  Setting setting;
  std::map<std::string, std::string> of_bug;
  if (!arguments.bug.empty() && arguments.bug != kNoBug) {
    setting.bug = bug_named(arguments.bug, "--bug");
    for (const auto& [name, value] : setting.bug->bounds) {
      if (std::ranges::find(step_flags(), name, &Flag::name) != step_flags().end()) {
        of_bug.emplace(name, value);
      }
    }
  }
  const FlagValues values(arguments.flags, std::move(of_bug), step_flags());
  refuse_if_given(values, {"at"}, "there is no trace; name one, or leave this flag out");
  static_cast<void>(choice(values, "network", {"any", "unordered", "ordered"}));
  setting.options = {
      .node = node_options(values),
      .network = values["network"],
      .properties = properties_named(arguments.properties),
      .compactions = static_cast<std::uint32_t>(number(values, "compactions", 0, 1000)),
      .changes = static_cast<std::uint32_t>(number(values, "changes", 0, 1000)),
      .learners = choice(values, "learners", {"on", "off"}) == 0};
  return setting;
}

// Takes the steps of the trace, which must go as they are recorded.
void follow(cluster::Session& session, const Setting& setting, const std::string& path) {
  for (std::size_t i = 0; i < setting.steps; ++i) {
    const auto followed = session.follow(setting.trace->steps[i]);
    if (followed) continue;
    throw UsageError(
        fmt::format("{}: /steps/{}: the implementation no longer follows the trace at "
                    "step {}: {} (`raftcheck replay` says more)",
                    path, i, i + 1, followed.error()));
  }
}

std::string greeting(const cluster::Session& session, const Setting& setting) {
  return fmt::format("{} on {}, network {}, after {}. `help` tells what can be said.\n",
                     counted(setting.options.node.servers, "server", "servers"),
                     core_text(setting.bug), setting.options.network,
                     counted(session.steps(), "step", "steps"));
}

void hold(StepDialogue& dialogue, Input& input) {
  while (const auto line = input.next()) {
    try {
      const auto answer = dialogue.answer(*line);
      if (!answer) return;
      print_to(stdout, *answer);
    } catch (const UsageError& error) {
      // A script that goes on after a step that was not taken would be about something else.
      if (!input.is_terminal()) {
        throw UsageError(fmt::format("standard input: line {}: {}", input.number(), error.what()));
      }
      take_interruption();
      print_to(stdout, harmless(fmt::format("{}\n", error.what())));
    }
  }
  if (input.is_terminal()) print_to(stdout, "\n");
}

}  // namespace

int run_step(const StepArguments& arguments) {
  const Setting setting =
      arguments.trace_path.empty() ? setting_of_flags(arguments) : setting_of_trace(arguments);
  NodeHolder holder(setting.bug, setting.options.node);
  node::MemoNode node(*holder);
  cluster::Session session(node, setting.options);
  if (setting.trace) follow(session, setting, arguments.trace_path);
  const auto save = [&](const std::string& path, traces::Trace trace) {
    trace.program_version = kVersion;
    trace.bug = setting.bug ? std::optional(setting.bug->name) : std::nullopt;
    if (const auto written = traces::write_trace(path, trace); !written) {
      throw UsageError(fmt::format("save: {}", written.error()));
    }
  };
  constexpr std::size_t kUsual = 100;
  StepDialogue dialogue(session, save, stdout_columns().value_or(kUsual));
  Input input;
  if (input.is_terminal()) print_to(stdout, greeting(session, setting));
  hold(dialogue, input);
  return session.violation() ? kViolated : kHolds;
}

}  // namespace cli
