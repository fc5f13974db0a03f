#include "checker/cli/trace_input.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "checker/cli/output_files.hpp"
#include "checker/cli/usage_error.hpp"
#include "traces/file.hpp"
#include "traces/json.hpp"

namespace cli {
namespace {

traces::Result<traces::Trace> read_standard_input() {
  constexpr std::size_t kPiece = 1 << 16;
  std::string text;
  std::string piece(kPiece, '\0');
  std::size_t size = 0;
  // One byte beyond the limit is enough for the reader to refuse it.
  while (text.size() <= traces::kDocumentBytesMax &&
         (size = std::fread(piece.data(), 1, kPiece, stdin)) > 0) {
    text.append(piece, 0, size);
  }
  return traces::from_json(text, "standard input");
}

}  // namespace

traces::Trace require_trace(const std::string& command, const std::string& path) {
  if (path.empty()) {
    throw UsageError(
        fmt::format("{}: name the file of a trace: raftcheck {} TRACE", command, command));
  }
  auto trace = path == kStdout ? read_standard_input() : traces::read_trace(path);
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
