#include "checker/engine/level_log.hpp"

namespace engine {

bool LevelLog::write(std::span<const Segment> segments, std::span<const NetworkId> networks,
                     Block& block) {
  const std::int64_t at = file_.append(std::as_bytes(segments));
  if (at < 0 || file_.append(std::as_bytes(networks)) < 0) return false;
  block.offset = at;
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

std::vector<LevelLog::Segment> LevelLog::segments(std::size_t level) const {
  const Block& block = blocks_[level];
  if (block.offset < 0) return block.kept_segments;
  std::vector<Segment> segments(block.segments);
  file_.read(block.offset, std::as_writable_bytes(std::span(segments)));
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
  file_.read(block.offset + static_cast<std::int64_t>(at), std::as_writable_bytes(networks));
}

}  // namespace engine
