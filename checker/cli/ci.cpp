#include "checker/cli/ci.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "checker/cli/output_files.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/usage_error.hpp"
#include "traces/file.hpp"

namespace cli {

namespace fs = std::filesystem;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Steps share a summary: it is added to.
void add_job_summary(const CiReport& report, const std::string& path) {
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file << job_summary(report);
  file.close();
  if (file) return;
  fmt::print(stderr, "raftcheck: GITHUB_STEP_SUMMARY: {}: can't be written; the run goes on\n",
             harmless(path));
}

}  // namespace

void define_junit(CLI::App& command, std::string& path) {
  command
      .add_option("--junit", path,
                  "write the result as JUnit XML too, a test case for each thing that was checked "
                  "(default: not written)")
      ->type_name("FILE")
      ->group("Files");
}

void require_place_for_junit(const std::optional<std::string>& path,
                             const std::vector<std::string>& others) {
  if (!path) return;
  if (*path == kStdout) {
    throw UsageError("--junit -: the standard output has the summary; name a file");
  }
  require_writable("--junit", *path);
  std::error_code ignored;  // of files that are not there yet
  if (fs::is_character_file(*path, ignored)) return;
  for (const std::string& other : others) {
    if (*path != other && !fs::equivalent(*path, other, ignored)) continue;
    throw UsageError(
        fmt::format("--junit {}: another result would go there; name another file", *path));
  }
}

bool is_ci_told(const std::optional<std::string>& junit_path) {
  return junit_path || !environment("GITHUB_ACTIONS").empty() ||
         !environment("GITHUB_STEP_SUMMARY").empty();
}

void tell_ci(const CiReport& report, const std::optional<std::string>& junit_path,
             bool is_stdout_taken, std::vector<std::string>& failures) {
  if (junit_path) {
    const auto written = traces::write_file(*junit_path, junit_xml(report));
    if (!written) failures.push_back("--junit: " + written.error());
  }
  if (!environment("GITHUB_ACTIONS").empty()) {
    print_to(is_stdout_taken ? stderr : stdout, annotations(report));
  }
  const std::string summary = environment("GITHUB_STEP_SUMMARY");
  if (!summary.empty()) add_job_summary(report, summary);
}

}  // namespace cli
