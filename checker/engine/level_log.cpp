#include "checker/engine/level_log.hpp"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace engine {
namespace {

// A file without a name, or nullptr.
std::FILE* nameless_file() {
  const char* chosen = std::getenv("TMPDIR");
  std::string path = std::string(chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp") +
                     "/raftcheck-levels-XXXXXX";
  const int descriptor = ::mkstemp(path.data());
  if (descriptor < 0) return nullptr;
  ::unlink(path.c_str());
  return ::fdopen(descriptor, "w+b");
}

}  // namespace

bool LevelLog::write(std::span<const Segment> segments, std::span<const NetworkId> networks,
                     Block& block) {
  if (has_failed_) return false;
  if (!file_) file_.reset(nameless_file());
  has_failed_ = !file_ || std::fseek(file_.get(), end_, SEEK_SET) != 0 ||
                std::fwrite(segments.data(), sizeof(Segment), segments.size(), file_.get()) !=
                    segments.size() ||
                std::fwrite(networks.data(), sizeof(NetworkId), networks.size(), file_.get()) !=
                    networks.size() ||
                std::fflush(file_.get()) != 0;
  if (has_failed_) return false;
  block.offset = end_;
  end_ += static_cast<long>(segments.size_bytes() + networks.size_bytes());
  return true;
}

void LevelLog::add_level(std::span<const Segment> segments, std::span<const NetworkId> networks) {
  Block& block = blocks_.emplace_back();
  block.segments = segments.size();
  const std::size_t bytes = segments.size_bytes() + networks.size_bytes();
  if (memory_ + bytes > memory_max_ && write(segments, networks, block)) return;
  memory_ += bytes;
  block.kept_segments.assign(segments.begin(), segments.end());
  block.kept_networks.assign(networks.begin(), networks.end());
}

void LevelLog::read(long offset, void* data, std::size_t bytes) const {
  if (std::fseek(file_.get(), offset, SEEK_SET) != 0 ||
      std::fread(data, 1, bytes, file_.get()) != bytes) {
    throw std::runtime_error("the file of past levels can no longer be read");
  }
}

std::vector<LevelLog::Segment> LevelLog::segments(std::size_t level) const {
  const Block& block = blocks_[level];
  if (block.offset < 0) return block.kept_segments;
  std::vector<Segment> segments(block.segments);
  read(block.offset, segments.data(), segments.size() * sizeof(Segment));
  return segments;
}

void LevelLog::read_networks(std::size_t level, std::size_t first,
                             std::span<NetworkId> networks) const {
  const Block& block = blocks_[level];
  if (block.offset < 0) {
    const auto part = std::span(block.kept_networks).subspan(first, networks.size());
    std::copy(part.begin(), part.end(), networks.begin());
    return;
  }
  const std::size_t at = block.segments * sizeof(Segment) + first * sizeof(NetworkId);
  read(block.offset + static_cast<long>(at), networks.data(), networks.size_bytes());
}

}  // namespace engine
