#include "traces/file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "traces/json.hpp"

namespace traces {
namespace {

namespace fs = std::filesystem;

// Fails where the name exists: a temporary file never follows a link that someone laid there.
constexpr const char* kNewFile = "wbx";

std::string reason(int error) { return std::generic_category().message(error); }

// An open stream. Closing may be what reports a full disk, so close() is called and looked at;
// the destructor only cleans up after an earlier failure.
class File {
 public:
  File(const fs::path& path, const char* mode) : stream_(std::fopen(path.c_str(), mode)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (stream_ != nullptr) static_cast<void>(std::fclose(stream_));
  }

  [[nodiscard]] bool is_open() const { return stream_ != nullptr; }
  std::FILE* get() { return stream_; }

  // Everything written, flushed and, where it is a file, on the disk. Zero or an errno.
  int write_and_close(std::string_view text) {
    errno = 0;
    const bool written = std::fwrite(text.data(), 1, text.size(), stream_) == text.size();
    const bool flushed = written && std::fflush(stream_) == 0;
    // A pipe, a terminal and some file systems cannot be synchronised, which is no failure.
    const bool synced =
        flushed && (::fsync(::fileno(stream_)) == 0 || errno == EINVAL || errno == ENOTSUP);
    const int error = synced ? 0 : errno;
    const bool closed = std::fclose(std::exchange(stream_, nullptr)) == 0;
    if (error != 0 || !synced) return error != 0 ? error : EIO;
    return closed ? 0 : errno;
  }

 private:
  std::FILE* stream_;
};

// Where the bytes go: symbolic links followed, and whether a rename may replace what is there.
struct Target {
  fs::path path;
  bool by_rename = true;
};

Target target_of(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::is_symlink(fs::symlink_status(path, ignored))) {
    const fs::path resolved = fs::canonical(path, ignored);
    return {.path = resolved.empty() ? path : resolved, .by_rename = fs::is_regular_file(status)};
  }
  const bool absent = status.type() == fs::file_type::not_found;
  return {.path = path, .by_rename = absent || fs::is_regular_file(status)};
}

void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

// Beside the target, so that the rename stays within one file system. The process id keeps two
// programs apart that write the same trace at once; what an earlier one of the same id left behind
// is cleared away.
fs::path temporary_beside(const fs::path& path) {
  fs::path temporary = path;
  temporary += fmt::format(".{}.tmp", ::getpid());
  remove_quietly(temporary);
  return temporary;
}

Failure failure(const fs::path& path, std::string_view what, int error) {
  return Failure{fmt::format("{}: {}: {}", path.string(), what, reason(error))};
}

// The trace must come back as it was: found now, and not when somebody needs the file.
Result<void> verify_readable(const fs::path& path, const Trace& trace, std::string_view text) {
  const Result<Trace> again = from_json(text, path.string());
  if (!again) {
    return Failure{"this trace is not written, as it would not be read again: " + again.error()};
  }
  if (*again == trace) return {};
  return Failure{path.string() +
                 ": this trace is not written, as the format cannot hold all of it (text that is "
                 "not UTF-8, or values that its actions do not have)"};
}

}  // namespace

Result<void> write_file(const fs::path& path, std::string_view text) {
  const Target target = target_of(path);
  const fs::path destination = target.by_rename ? temporary_beside(target.path) : target.path;
  File file(destination, target.by_rename ? kNewFile : "wb");
  if (!file.is_open()) return failure(path, "cannot be created", errno);
  if (const int error = file.write_and_close(text); error != 0) {
    if (target.by_rename) remove_quietly(destination);
    return failure(path, "cannot be written", error);
  }
  if (!target.by_rename) return {};
  std::error_code error;
  fs::rename(destination, target.path, error);
  if (!error) return {};
  remove_quietly(destination);
  return failure(path, "cannot be put in place", error.value());
}

Result<Trace> read_trace(const fs::path& path) {
  File file(path, "rb");
  if (!file.is_open()) return failure(path, "cannot be opened", errno);
  std::string text;
  std::array<char, 65536> block{};
  // One byte beyond the limit is enough for from_json to see that there is too much, even where
  // the file is a device without an end.
  bool at_end = false;
  while (!at_end && text.size() <= kDocumentBytesMax) {
    errno = 0;
    const std::size_t size = std::fread(block.data(), 1, block.size(), file.get());
    if (std::ferror(file.get()) != 0) return failure(path, "cannot be read", errno);
    text.append(block.data(), size);
    at_end = std::feof(file.get()) != 0;
  }
  return from_json(text, path.string());
}

Result<void> write_trace(const fs::path& path, const Trace& trace) {
  const std::string text = to_json(trace);
  if (Result<void> readable = verify_readable(path, trace, text); !readable) return readable;
  return write_file(path, text);
}

Result<void> check_writable(const fs::path& path) {
  const Target target = target_of(path);
  if (!target.by_rename) {
    // Appending opens without emptying; a directory and a file without permission are refused. A
    // pipe must not be opened only to be closed: its reader would take that for the end.
    std::error_code ignored;
    if (fs::is_fifo(fs::status(target.path, ignored))) {
      if (::access(target.path.c_str(), W_OK) == 0) return {};
      return failure(path, "cannot be written", errno);
    }
    const File file(target.path, "ab");
    if (!file.is_open()) return failure(path, "cannot be written", errno);
    return {};
  }
  const fs::path temporary = temporary_beside(target.path);
  const File file(temporary, kNewFile);
  if (!file.is_open()) return failure(path, "cannot be created", errno);
  remove_quietly(temporary);
  return {};
}

}  // namespace traces
