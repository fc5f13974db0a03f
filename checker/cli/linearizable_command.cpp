#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "checker/cli/commands.hpp"
#include "checker/cli/linearizable_report.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/watch.hpp"
#include "traces/file.hpp"
#include "traces/viewer/viewer.hpp"

namespace cli {
namespace {

using linearizability::Answer;
using linearizability::Format;
using linearizability::HistoryFile;
using linearizability::StopReason;

constexpr std::size_t kFileBytesMax = std::size_t{1} << 30;

class JudgeObserver : public linearizability::Observer {
 public:
  explicit JudgeObserver(const LinearizablePlan& plan)
      : watch_(plan.seconds_max, plan.memory_max.value_or(memory_bytes() / 4 * 3)) {}

  std::optional<StopReason> poll(const linearizability::Progress& progress) override {
    const auto now = Watch::Clock::now();
    // What is remembered doubles now and then.
    if (const auto reason = watch_.reason_to_stop(now, progress.memory / 2)) {
      return stop_reason(*reason);
    }
    if (watch_.is_time_to_print(now)) print(progress, now);
    return std::nullopt;
  }

  [[nodiscard]] double seconds() const { return watch_.seconds(); }
  void clear() { watch_.clear(); }

 private:
  static StopReason stop_reason(engine::StopReason reason) {
    if (reason == engine::StopReason::Time) return StopReason::Time;
    return reason == engine::StopReason::Memory ? StopReason::Memory : StopReason::Interrupted;
  }

  void print(const linearizability::Progress& progress, Watch::Clock::time_point now) {
    watch_.print(fmt::format("key {} of {}, {} of {} placed, {} configurations, {}, {}",
                             std::min(progress.keys_decided + 1, progress.keys), progress.keys,
                             grouped(progress.placed), grouped(progress.operations),
                             short_number(progress.configurations), bytes_text(resident_bytes()),
                             duration_text(watch_.seconds(now))),
                 now);
  }

  Watch watch_;
};

std::string read_all(const std::string& path) {
  struct Closer {
    void operator()(std::FILE* file) const {
      if (file != stdin) static_cast<void>(std::fclose(file));
    }
  };
  const auto refuse = [&](const std::string& why) {
    throw UsageError(fmt::format("{}: {}; name a history that can be read", path, why));
  };
  if (std::filesystem::is_directory(path)) refuse("a directory");
  const std::unique_ptr<std::FILE, Closer> file(path == kStdout ? stdin
                                                                : std::fopen(path.c_str(), "rb"));
  if (!file) refuse(std::strerror(errno));
  std::string text;
  std::string block(std::size_t{1} << 16, '\0');
  while (const std::size_t size = std::fread(block.data(), 1, block.size(), file.get())) {
    text.append(block, 0, size);
    if (text.size() > kFileBytesMax) refuse("larger than 1 GiB");
  }
  if (std::ferror(file.get()) != 0) refuse(std::strerror(errno));
  return text;
}

HistoryFile read_file(const std::string& path, const LinearizablePlan& plan) {
  const std::string text = read_all(path);
  auto file = linearizability::read_history(text, path == kStdout ? "standard input" : path,
                                            plan.model, plan.format);
  if (!file) throw UsageError(file.error());
  if (file->history.empty()) {
    throw UsageError(
        fmt::format("{}: no operation of any client, so there is nothing to judge; "
                    "name the history of a run",
                    path));
  }
  return *std::move(file);
}

// In the other format, unless --to says which. Said before the check, which may take long.
std::string converted(const HistoryFile& file, const LinearizablePlan& plan) {
  const Format other = file.format == Format::Porcupine ? Format::Jepsen : Format::Porcupine;
  auto text = linearizability::write_history(file.history, plan.model, plan.to.value_or(other));
  if (!text) throw UsageError(fmt::format("--convert: {}", text.error()));
  return *std::move(text);
}

void require_places(const LinearizableArguments& arguments) {
  if (arguments.history_path.empty()) {
    throw UsageError("linearizable: name the file of a history: raftcheck linearizable FILE");
  }
  if (arguments.json_path && *arguments.json_path != kStdout) {
    require_writable("--json", *arguments.json_path);
  }
  if (arguments.page_path && *arguments.page_path == kStdout) {
    throw UsageError("--html -: the standard output has the verdict; name a file");
  }
  if (arguments.page_path) require_writable("--html", *arguments.page_path);
  if (!arguments.convert_path) {
    if (arguments.flags.contains("to")) {
      throw UsageError("--to: nothing is converted; add --convert FILE, or leave this flag out");
    }
    return;
  }
  if (*arguments.convert_path == kStdout) {
    throw UsageError("--convert -: the standard output has the verdict; name a file");
  }
  require_writable("--convert", *arguments.convert_path);
}

void write_page(const std::string& path, const LinearizableOutcome& outcome) {
  const bool is_legal = outcome.verdict.answer == Answer::Legal;
  const std::string title =
      fmt::format("{} - {}", outcome.path, is_legal ? "linearizable" : "not linearizable");
  const auto written =
      traces::write_file(path, traces::viewer::history_page(title, linearizable_json(outcome)));
  if (!written) throw UsageError("--html: " + written.error());
}

int exit_status(Answer answer) {
  switch (answer) {
    case Answer::Legal:
      return kHolds;
    case Answer::Illegal:
      return kViolated;
    case Answer::Unknown:
      break;
  }
  return kStopped;
}

}  // namespace

int run_linearizable(const LinearizableArguments& arguments) {
  const LinearizablePlan plan =
      make_linearizable_plan(FlagValues(arguments.flags, {}, linearizable_flags()));
  require_places(arguments);
  const HistoryFile file = read_file(arguments.history_path, plan);
  if (arguments.convert_path) {
    const auto written = traces::write_file(*arguments.convert_path, converted(file, plan));
    if (!written) throw UsageError("--convert: " + written.error());
  }

  catch_interruptions();
  JudgeObserver observer(plan);
  const auto verdict = linearizability::check(file.history, plan.model, {}, &observer);
  observer.clear();
  const LinearizableOutcome outcome{.plan = plan,
                                    .file = file,
                                    .verdict = verdict,
                                    .seconds = observer.seconds(),
                                    .path = arguments.history_path,
                                    .arguments = arguments.command_line};
  print_to(arguments.json_path == kStdout ? stderr : stdout, linearizable_text(outcome));
  if (arguments.json_path == kStdout) {
    print_to(stdout, linearizable_json(outcome));
  } else if (arguments.json_path) {
    const auto written = traces::write_file(*arguments.json_path, linearizable_json(outcome));
    if (!written) throw UsageError("--json: " + written.error());
  }
  if (arguments.page_path) write_page(*arguments.page_path, outcome);
  return exit_status(verdict.answer);
}

}  // namespace cli
