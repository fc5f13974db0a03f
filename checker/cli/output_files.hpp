// Where a command's results go: found writable before a search that may take hours, not after it.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cli {

inline constexpr const char* kStdout = "-";  // --json -

// Throws UsageError that names the flag.
void require_writable(const std::string& flag, const std::string& path);
void require_places_for_files(const std::optional<std::string>& json_path,
                              const std::string& trace_path,
                              const std::string& trace_flag = "--trace");
// To the file, or to the standard output where none or "-" is named. Throws UsageError that names
// the flag.
void write_result(const std::string& flag, const std::optional<std::string>& path,
                  const std::string& text);
// What a command came to: the text for people on the standard output, or on the standard error
// where JSON goes to the standard output. What could not be written is added to `failures`, which
// are thrown as UsageError in the end, if there are any.
void report(const std::string& text, const std::function<std::string()>& json,
            const std::optional<std::string>& json_path, std::vector<std::string> failures);
// Throws UsageError if the stream does not take it.
void print_to(std::FILE* stream, const std::string& text);

}  // namespace cli
