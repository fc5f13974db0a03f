// What continuous integration is told of a run: JUnit XML for whoever asks for it (--junit), and on
// GitHub Actions, which is told by its environment, annotations and a summary of the job.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "traces/trace.hpp"

namespace CLI {
class App;
}

namespace cli {

enum class CheckState {
  Held,
  Violated,
  Unknown,  // the run ended before it could be told
  Error,    // it could not be checked at all
};

// A test case of the report: a property, or a test of the lab with one setting.
struct Check {
  std::string name;
  CheckState state = CheckState::Held;
  double seconds = 0;                // spent on it alone; 0 where that is not known
  std::string message{};             // one line; empty where it held
  std::vector<std::string> files{};  // the trace and its page, where they were written
  std::string again{};               // the command that shows it again
};

struct CiReport {
  std::string command;                 // "explore"
  std::vector<std::string> arguments;  // the command line
  std::string headline;                // one line
  double seconds = 0;
  std::vector<Check> checks;
  std::vector<std::string> warnings{};   // one line each
  std::string text{};                    // the summary for people
  const traces::Trace* trace = nullptr;  // of the first violation
};

// --junit FILE.
void define_junit(CLI::App& command, std::string& path);
// Throws UsageError if it cannot be written, or is where one of the others would go.
void require_place_for_junit(const std::optional<std::string>& path,
                             const std::vector<std::string>& others);

// Whether anybody asks for a report: --junit or the environment.
bool is_ci_told(const std::optional<std::string>& junit_path);

// Writes what is asked for; annotations go to where the summary for people goes. What the flag
// named and could not be written is added to `failures`. What only the environment asks for never
// changes how a run ends: the standard error says what became of it.
void tell_ci(const CiReport& report, const std::optional<std::string>& junit_path,
             bool is_stdout_taken, std::vector<std::string>& failures);

// One document with one suite. Every string may be anything: what XML does not take becomes U+FFFD.
std::string junit_xml(const CiReport& report);
// Lines that GitHub Actions makes annotations of; empty if there is nothing to say.
std::string annotations(const CiReport& report);
// Markdown for GITHUB_STEP_SUMMARY.
std::string job_summary(const CiReport& report);

}  // namespace cli
