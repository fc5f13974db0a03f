// What becomes of a run that violates a property, or that is not as a test expects: the RapidCheck
// case fails, and the run is written as a trace. While RapidCheck makes a failing run smaller, each
// smaller one that fails replaces the trace, so that the smallest is left.
#pragma once

#include <rapidcheck.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "checker/cluster/choices.hpp"
#include "traces/file.hpp"

namespace cluster::rapid {

// In the folder $RAFTCHECK_TRACE_DIR, else the working one.
inline std::filesystem::path trace_path(const std::string& name) {
  const char* folder = std::getenv("RAFTCHECK_TRACE_DIR");
  return std::filesystem::path(folder == nullptr ? "." : folder) / ("rapidcheck-" + name + ".json");
}

// Writes the run's trace; where it is and how it is replayed. `name` is part of the file's name:
// one for each property. `bug`: of the gallery, that the node has.
inline std::string written_trace(const ChosenRun& run, const std::string& name,
                                 const std::optional<std::string>& bug = std::nullopt) {
  traces::Trace trace = run.trace();
  trace.program_version = "(a RapidCheck test)";
  trace.bug = bug;
  const std::filesystem::path path = trace_path(name);
  const auto written = traces::write_trace(path, trace);
  if (!written) return "no trace: " + written.error();
  return "the run is in " + path.string() + "\nto see it: raftcheck replay " + path.string();
}

// Fails the RapidCheck case if the run violated a property.
inline void require_no_violation(const ChosenRun& run, const std::string& name,
                                 const std::optional<std::string>& bug = std::nullopt) {
  if (!run.violation()) return;
  RC_FAIL(std::string(to_string(run.violation()->property)) + " is violated at step " +
          std::to_string(run.happened().steps) + ": " + run.violation()->message + "\n" +
          written_trace(run, name, bug));
}

// The same for what the test itself expects of a run.
inline void require(bool holds, const std::string& expected, const ChosenRun& run,
                    const std::string& name) {
  if (!holds) RC_FAIL("it is not so that " + expected + "\n" + written_trace(run, name));
}

}  // namespace cluster::rapid
