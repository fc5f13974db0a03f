#include "checker/cli/output_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "checker/cli/usage_error.hpp"
#include "traces/file.hpp"

namespace cli {

namespace fs = std::filesystem;

void require_writable(const std::string& flag, const std::string& path) {
  if (path.empty()) throw UsageError(flag + " '': name a file that can be written");
  if (const auto writable = traces::check_writable(path); !writable) {
    throw UsageError(
        fmt::format("{}: {}; name a file that can be written", flag, writable.error()));
  }
}

void require_places_for_files(const std::optional<std::string>& json_path,
                              const std::string& trace_path, const std::string& trace_flag) {
  if (json_path && *json_path != kStdout) require_writable("--json", *json_path);
  if (trace_path == kStdout) {
    throw UsageError(trace_flag + " -: the standard output has the summary; name a file");
  }
  require_writable(trace_flag, trace_path);
  std::error_code ignored;  // of files that are not there yet
  if (json_path && !fs::is_character_file(*json_path, ignored) &&
      (*json_path == trace_path || fs::equivalent(*json_path, trace_path, ignored))) {
    throw UsageError(
        fmt::format("--json {}: that is where the trace would go; name another file", *json_path));
  }
}

void write_result(const std::string& flag, const std::optional<std::string>& path,
                  const std::string& text) {
  if (!path || *path == kStdout) return print_to(stdout, text);
  const auto written = traces::write_file(*path, text);
  if (!written) throw UsageError(fmt::format("{}: {}", flag, written.error()));
}

void report(const std::string& text, const std::function<std::string()>& json,
            const std::optional<std::string>& json_path, std::vector<std::string> failures) {
  print_to(json_path == kStdout ? stderr : stdout, text);
  if (json_path == kStdout) {
    print_to(stdout, json());
  } else if (json_path) {
    const auto written = traces::write_file(*json_path, json());
    if (!written) failures.push_back(fmt::format("--json: {}", written.error()));
  }
  if (!failures.empty()) throw UsageError(fmt::format("{}", fmt::join(failures, "\n")));
}

void print_to(std::FILE* stream, const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() || std::fflush(stream) != 0) {
    throw UsageError("the standard output could not be written");
  }
}

}  // namespace cli
