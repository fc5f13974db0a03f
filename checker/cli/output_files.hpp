// Where a command's results go: found writable before a search that may take hours, not after it.
#pragma once

#include <cstdio>
#include <optional>
#include <string>

namespace cli {

inline constexpr const char* kStdout = "-";  // --json -

// Throws UsageError that names the flag.
void require_writable(const std::string& flag, const std::string& path);
void require_places_for_files(const std::optional<std::string>& json_path,
                              const std::string& trace_path);
// To the file, or to the standard output where none or "-" is named. Throws UsageError that names
// the flag.
void write_result(const std::string& flag, const std::optional<std::string>& path,
                  const std::string& text);
// Throws UsageError if the stream does not take it.
void print_to(std::FILE* stream, const std::string& text);

}  // namespace cli
