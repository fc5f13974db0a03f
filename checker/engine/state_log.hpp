// The states of all levels, written out in full: what is explored next, and what a run is rebuilt
// from. A store of fingerprints cannot tell what states it holds.
//
// Layout: a state is its half, how many messages it has, and these, as numbers of 7 bits a byte,
// the lowest first, with the top bit set in all bytes but the last: about 2 + 1.5 bytes a message.
// States lie in blocks of up to 16 KiB, in memory while there are few, and beyond in a SpillFile;
// so a level takes next to no memory, however wide it is.
//
// Threads: one appends, to the level that is being added; any number may read the levels that are
// complete.
#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "checker/engine/ids.hpp"
#include "checker/engine/spill_file.hpp"

namespace engine {

class StateLog {
 public:
  struct Block {
    std::uint32_t states = 0;
    std::uint32_t bytes = 0;
    std::int64_t at = -1;               // in the file, or
    std::unique_ptr<std::byte[]> kept;  // in memory
  };

  // Blocks of fewer bytes than this in all are kept in memory.
  static constexpr std::size_t kMemoryMax = std::size_t{8} << 20U;
  explicit StateLog(std::size_t memory_max = kMemoryMax) : memory_max_(memory_max) {}

  // Adds a state to the level that is being added.
  void append(HalfId half, std::span<const MessageId> messages) {
    put(half);
    put(static_cast<std::uint32_t>(messages.size()));
    for (const MessageId message : messages) put(message);
    ++states_;
    if (buffer_.size() >= kBlockSize) end_block();
  }
  // The level that was being added is complete.
  void end_level();

  [[nodiscard]] std::size_t levels() const { return levels_.size(); }
  // Of a level that is complete, or (levels()) the blocks of the one that is being added, once
  // end_block() was called.
  [[nodiscard]] std::span<const Block> blocks(std::size_t level) const {
    return level < levels_.size() ? levels_[level] : added_;
  }
  void end_block();

  // Its bytes; `scratch` holds them if they are read from the file.
  [[nodiscard]] std::span<const std::byte> bytes(const Block& block,
                                                 std::vector<std::byte>& scratch) const;
  // Adds a block that bytes() gave, to the level that is being added.
  void append_block(std::uint32_t states, std::span<const std::byte> bytes);

 private:
  static constexpr std::size_t kBlockSize = std::size_t{16} << 10U;

  void put(std::uint32_t number) {
    for (; number >= 0x80; number >>= 7U) {
      buffer_.push_back(static_cast<std::byte>(number | 0x80U));
    }
    buffer_.push_back(static_cast<std::byte>(number));
  }

  std::size_t memory_max_;
  std::size_t memory_ = 0;
  std::vector<std::vector<Block>> levels_;
  std::vector<Block> added_;
  std::vector<std::byte> buffer_;
  std::uint32_t states_ = 0;  // in the buffer
  SpillFile file_;
};

// Reads the states of a block one by one. Throws std::out_of_range if the bytes are none that a log
// wrote.
class StateLogReader {
 public:
  explicit StateLogReader(std::span<const std::byte> bytes) : left_(bytes) {}

  [[nodiscard]] bool at_end() const { return left_.empty(); }
  // The next state's half; its messages take the place of what `messages` holds.
  HalfId next(std::vector<MessageId>& messages) {
    const HalfId half = get();
    const std::uint32_t size = get();
    if (size > left_.size()) fail();
    messages.resize(size);
    for (MessageId& message : messages) message = get();
    return half;
  }

 private:
  std::uint32_t get() {
    std::uint32_t number = 0;
    for (std::size_t at = 0; at < left_.size() && at < kBytesMax; ++at) {
      const auto byte = static_cast<std::uint32_t>(left_[at]);
      number |= (byte & 0x7FU) << (7 * at);
      if (byte < 0x80U) {
        left_ = left_.subspan(at + 1);
        return number;
      }
    }
    fail();
  }
  [[noreturn]] static void fail() { throw std::out_of_range("no state of a level is written so"); }

  static constexpr std::size_t kBytesMax = 5;  // of a number
  std::span<const std::byte> left_;
};

}  // namespace engine
