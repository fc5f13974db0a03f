// The trace that a command is given, and what it was recorded on.
#pragma once

#include <optional>
#include <string>

#include "checker/cli/gallery.hpp"
#include "checker/cluster/replay.hpp"
#include "traces/trace.hpp"

namespace cli {

inline constexpr const char* kNoBug = "none";

// "-" is the standard input. An input of fuzz_cluster or fuzz_canary
// (checker/cluster/choice_bytes.hpp) is run, with the bug that --bug names, and is the trace of
// that run. Throws UsageError that names the file and the place in it; where no file is named, it
// says how `command` is used.
traces::Trace require_trace(const std::string& command, const std::string& path,
                            const std::string& bug_flag = "");

// The bug that is meant by --bug (empty: the trace's own; "none": the core as it is). Throws
// UsageError if there is no such bug.
std::optional<Bug> bug_of(const traces::Trace& trace, const std::string& path,
                          const std::string& flag);

// "the core as it is", or "the core with the bug double-vote".
std::string core_text(const std::optional<Bug>& bug);

// Why a replay that differs is no reproduction, with the place in the trace.
std::string replay_failure(const std::string& path, const cluster::ReplayResult& result);

}  // namespace cli
