#include "checker/engine/state_log.hpp"

#include <algorithm>

namespace engine {

void StateLog::end_block() {
  if (states_ == 0) return;
  append_block(states_, buffer_);
  buffer_.clear();
  states_ = 0;
}

void StateLog::append_block(std::uint32_t states, std::span<const std::byte> bytes) {
  Block block{.states = states,
              .bytes = static_cast<std::uint32_t>(bytes.size()),
              .at = memory_ + bytes.size() > memory_max_ ? file_.append(bytes) : -1,
              .kept = nullptr};
  if (block.at < 0) {
    block.kept = std::make_unique_for_overwrite<std::byte[]>(bytes.size());
    std::ranges::copy(bytes, block.kept.get());
    memory_ += bytes.size();
  }
  added_.push_back(std::move(block));
}

void StateLog::end_level() {
  end_block();
  added_.shrink_to_fit();
  levels_.push_back(std::move(added_));
  added_.clear();
}

std::span<const std::byte> StateLog::bytes(const Block& block,
                                           std::vector<std::byte>& scratch) const {
  if (block.kept) return {block.kept.get(), block.bytes};
  scratch.resize(block.bytes);
  file_.read(block.at, scratch);
  return scratch;
}

}  // namespace engine
