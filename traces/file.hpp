// Traces in files. Nothing that was there is lost when a write fails: the document goes to a
// temporary file beside its place, which is renamed once every byte is known to be written.
#pragma once

#include <filesystem>
#include <string_view>

#include "traces/result.hpp"
#include "traces/trace.hpp"

namespace traces {

// Reads and checks a whole file; errors as from_json, with `path` for the file's name.
Result<Trace> read_trace(const std::filesystem::path& path);

// Writes a text, replacing a file that is there. A symbolic link is followed; what is neither a
// file nor absent (a pipe, /dev/stdout) is written in place, since it cannot be renamed over. On
// failure a regular file at `path` is as it was, and no temporary file remains.
Result<void> write_file(const std::filesystem::path& path, std::string_view text);

// Writes `trace` as write_file does. Refuses a trace that would not read back equal (see to_json),
// so that a file written is a file that replays.
Result<void> write_trace(const std::filesystem::path& path, const Trace& trace);

// Whether write_file could create its file: asked before a long search that may end in one. Leaves
// nothing behind, and what is at `path` untouched. Says nothing about room on the disk.
Result<void> check_writable(const std::filesystem::path& path);

}  // namespace traces
