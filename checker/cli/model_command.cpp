#include <fmt/format.h>

#include <algorithm>

#include "checker/cli/ci_reports.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/progress.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/usage_error.hpp"

namespace cli {
namespace {

void refuse_flags_of_clusters(const ExploreArguments& arguments) {
  const std::vector<std::string> search = search_flags(FlagValues({}, {}));
  const auto refuse_flag = [&](const std::string& flag, const std::string& value) {
    throw UsageError(
        fmt::format("--{} {}: a flag of clusters; with --model {} leave it out (what the model can "
                    "be set to: `raftcheck list models`)",
                    flag, value, arguments.model));
  };
  for (const auto& [flag, value] : arguments.flags) {
    if (std::ranges::find(search, flag) == search.end()) refuse_flag(flag, value);
  }
  if (!arguments.bug.empty()) refuse_flag("bug", arguments.bug);
  if (arguments.checkpoint) refuse_flag("checkpoint", *arguments.checkpoint);
  if (arguments.resume) refuse_flag("resume", *arguments.resume);
  if (!arguments.properties.empty()) refuse_flag("property", arguments.properties.front());
  if (arguments.wants_page) {
    throw UsageError("--html: a run of a model is printed, and has no page; leave it out");
  }
  if (arguments.is_trace_path_given) {
    throw UsageError(
        fmt::format("--trace {}: a run of a model is printed, and is no trace of a cluster; leave "
                    "it out, or use --json",
                    arguments.trace_path));
  }
}

models::Settings given_settings(const ExploreArguments& arguments) {
  models::Settings given;
  for (const std::string& list : arguments.model_settings) {
    for (std::string_view rest = list;;) {
      const std::string_view one = rest.substr(0, rest.find(','));
      const std::size_t equals = one.find('=');
      if (equals == 0 || equals == std::string_view::npos) {
        throw UsageError(fmt::format("--model-set {}: give NAME=VALUE, or several with commas",
                                     list.empty() ? "''" : list));
      }
      const std::string name(one.substr(0, equals));
      if (!given.emplace(name, one.substr(equals + 1)).second) {
        throw UsageError(fmt::format("--model-set {}: {} is set twice", list, name));
      }
      if (one.size() == rest.size()) break;
      rest.remove_prefix(one.size() + 1);
    }
  }
  return given;
}

// --symmetry is the model's own parameter, where it has one.
void add_symmetry(const models::ModelEntry& entry, const FlagValues& values,
                  models::Settings& given) {
  if (!values.is_given("symmetry")) return;
  const auto is_symmetry = [](const models::Parameter& one) { return one.name == "symmetry"; };
  if (std::ranges::none_of(entry.parameters, is_symmetry)) {
    refuse("symmetry", values["symmetry"],
           fmt::format("{} has no symmetry; leave this flag out", entry.name));
  }
  if (!given.emplace("symmetry", values["symmetry"]).second) {
    refuse("symmetry", values["symmetry"], "--model-set sets it too; leave one of them out");
  }
}

struct Chosen {
  ModelRun run;
  std::unique_ptr<models::RunnableModel> model;
};

Chosen choose_model(const ExploreArguments& arguments, const FlagValues& values) {
  const char* flag = "--model";
  try {
    const models::ModelEntry& entry = models::model_named(arguments.model);
    models::Settings given = given_settings(arguments);
    add_symmetry(entry, values, given);
    flag = "--variant";
    models::settings_of(entry, arguments.variant, {});
    flag = "--model-set";
    models::Settings settings = models::settings_of(entry, arguments.variant, given);
    auto model = models::make_model(entry, settings);
    ModelRun run{.entry = entry,
                 .variant = arguments.variant,
                 .given = std::move(given),
                 .settings = std::move(settings),
                 .properties = model->property_names()};
    return {std::move(run), std::move(model)};
  } catch (const models::BadSetting& bad) {
    throw UsageError(fmt::format("{}: {} (see `raftcheck list models`)", flag, bad.what()));
  }
}

// Distinct messages, with those that only a renaming sends: the same with symmetry and without.
std::uint64_t message_count(models::RunnableModel& model) {
  const auto seen = static_cast<engine::MessageId>(model.message_count());
  for (engine::Renaming renaming = 1; renaming < model.renaming_count(); ++renaming) {
    for (engine::MessageId message = 0; message < seen; ++message) model.renamed(message, renaming);
  }
  return model.message_count();
}

}  // namespace

int run_explore_model(const ExploreArguments& arguments) {
  refuse_flags_of_clusters(arguments);
  // Limits and threads are read as those of a search that counts.
  const Plan plan = make_plan(FlagValues(arguments.flags, {{"network", "unordered"}}), {});
  Chosen chosen = choose_model(arguments, plan.values);
  if (arguments.json_path && arguments.json_path != kStdout) {
    require_writable("--json", *arguments.json_path);
  }
  require_place_for_junit(arguments.junit_path, {arguments.json_path.value_or("")});

  catch_interruptions();
  ProgressObserver observer(plan.seconds_max, plan.memory_max);
  engine::CountingOptions options = models::search_options(*chosen.model);
  options.limits = plan.options.limits;
  options.threads = plan.options.threads;
  engine::CountingSearch search(*chosen.model, options);
  cluster::ExploreReport report;
  report.search = search.run(observer);
  observer.clear();
  const double seconds = observer.seconds();

  report.network_halves = search.network_halves();
  report.cluster_states = report.search.halves;
  report.messages = message_count(*chosen.model);
  report.action_names = chosen.model->action_names();
  report.bound_names = chosen.model->bound_names();
  chosen.run.violation = report.search.violation;
  if (chosen.run.violation != 0) {
    chosen.run.run = models::text_of_run(*chosen.model, report.search);
  }
  const Outcome outcome{.plan = plan,
                        .report = report,
                        .seconds = seconds,
                        .bug = std::nullopt,
                        .arguments = arguments.command_line,
                        .trace_path = {},
                        .model = std::move(chosen.run)};
  std::vector<std::string> failures;
  if (is_ci_told(arguments.junit_path)) {
    tell_ci(ci_report(outcome), arguments.junit_path, arguments.json_path == kStdout, failures);
  }
  report_summary(outcome, arguments.json_path, std::move(failures));
  return exit_status(report.search);
}

}  // namespace cli
