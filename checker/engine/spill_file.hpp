// A file without a name in TMPDIR (or /var/tmp): it takes no memory and vanishes with the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace engine {

// Threads: one appends; any number may read what they were told of.
class SpillFile {
 public:
  SpillFile() = default;
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;
  ~SpillFile();

  // Adds the bytes at the end and says where they begin; a negative number if they could not be
  // written: they, and whatever comes later, must then stay in memory.
  std::int64_t append(std::span<const std::byte> bytes);
  // Throws std::runtime_error if what was written cannot be read any more.
  void read(std::int64_t at, std::span<std::byte> bytes) const;

 private:
  int fd_ = -1;
  bool has_failed_ = false;
  std::int64_t end_ = 0;
};

}  // namespace engine
