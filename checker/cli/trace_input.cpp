#include "checker/cli/trace_input.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "checker/cli/output_files.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"
#include "checker/cluster/choice_bytes.hpp"
#include "checker/cluster/choices.hpp"
#include "traces/file.hpp"
#include "traces/json.hpp"

namespace cli {
namespace {

std::string read_standard_input() {
  constexpr std::size_t kPiece = 1 << 16;
  std::string text;
  std::string piece(kPiece, '\0');
  std::size_t size = 0;
  // One byte beyond the limit is enough for the reader to refuse it.
  while (text.size() <= traces::kDocumentBytesMax &&
         (size = std::fread(piece.data(), 1, kPiece, stdin)) > 0) {
    text.append(piece, 0, size);
  }
  return text;
}

bool begins_as_fuzz_input(const std::string& path) {
  return std::ifstream(path, std::ios::binary).get() == cluster::kChoiceBytesMark;
}

// The run that a fuzz input is.
traces::Trace trace_of(const cluster::PlannedRun& run, const std::string& flag) {
  const std::optional<Bug> bug =
      flag.empty() || flag == kNoBug ? std::nullopt : std::optional(bug_named(flag, "--bug"));
  NodeHolder holder(bug, run.options);
  cluster::ChosenRun chosen(*holder, run.options);
  chosen.take(run.choices);
  traces::Trace trace = chosen.trace();
  trace.program_version = kVersion;
  if (bug) trace.bug = bug->name;
  return trace;
}

}  // namespace

traces::Trace require_trace(const std::string& command, const std::string& path,
                            const std::string& bug_flag) {
  if (path.empty()) {
    throw UsageError(
        fmt::format("{}: name the file of a trace: raftcheck {} TRACE", command, command));
  }
  std::string text;
  if (path == kStdout) {
    text = read_standard_input();
  } else if (begins_as_fuzz_input(path)) {
    std::ifstream file(path, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  if (const auto run = cluster::run_of_bytes(text)) return trace_of(*run, bug_flag);
  auto trace =
      path == kStdout ? traces::from_json(text, "standard input") : traces::read_trace(path);
  if (!trace) throw UsageError(trace.error());
  return std::move(trace).value();
}

std::optional<Bug> bug_of(const traces::Trace& trace, const std::string& path,
                          const std::string& flag) {
  if (flag == kNoBug) return std::nullopt;
  if (!flag.empty()) return bug_named(flag, "--bug");
  if (!trace.bug) return std::nullopt;
  return bug_named(*trace.bug, path + ": /bug:");
}

std::string replay_failure(const std::string& path, const cluster::ReplayResult& result) {
  const std::string place = result.step == 0 ? "the start" : fmt::format("step {}", result.step);
  return fmt::format("{}: {}: the implementation no longer follows the trace at {}: {}", path,
                     result.path, place, result.explanation);
}

std::string core_text(const std::optional<Bug>& bug) {
  return bug ? "the core with the bug " + bug->name : "the core as it is";
}

}  // namespace cli
