#include "checker/engine/spill_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace engine {
namespace {

int open_nameless() {
  const char* chosen = std::getenv("TMPDIR");
  std::string path = std::string(chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp") +
                     "/raftcheck-levels-XXXXXX";
  const int fd = ::mkstemp(path.data());
  if (fd >= 0) ::unlink(path.c_str());
  return fd;
}

}  // namespace

SpillFile::~SpillFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::int64_t SpillFile::append(std::span<const std::byte> bytes) {
  if (has_failed_) return -1;
  if (fd_ < 0) fd_ = open_nameless();
  has_failed_ = fd_ < 0;
  for (std::size_t done = 0; !has_failed_ && done < bytes.size();) {
    const auto written = ::pwrite(fd_, bytes.data() + done, bytes.size() - done,
                                  end_ + static_cast<std::int64_t>(done));
    if (written > 0) {
      done += static_cast<std::size_t>(written);
    } else if (written == 0 || errno != EINTR) {
      has_failed_ = true;
    }
  }
  if (has_failed_) return -1;
  const std::int64_t at = end_;
  end_ += static_cast<std::int64_t>(bytes.size());
  return at;
}

void SpillFile::read(std::int64_t at, std::span<std::byte> bytes) const {
  for (std::size_t done = 0; done < bytes.size();) {
    const auto got = ::pread(fd_, bytes.data() + done, bytes.size() - done,
                             at + static_cast<std::int64_t>(done));
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (got == 0 || errno != EINTR) {
      throw std::runtime_error("the file of past levels can no longer be read");
    }
  }
}

}  // namespace engine
