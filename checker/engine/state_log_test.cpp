#include "checker/engine/state_log.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace engine {
namespace {

using LoggedStates = std::vector<std::pair<HalfId, std::vector<MessageId>>>;

LoggedStates read(const StateLog& log, std::size_t level) {
  LoggedStates states;
  std::vector<std::byte> scratch;
  for (const StateLog::Block& block : log.blocks(level)) {
    StateLogReader reader(log.bytes(block, scratch));
    std::uint32_t count = 0;
    for (; !reader.at_end(); ++count) {
      std::vector<MessageId> messages{77};  // whatever was there
      const HalfId half = reader.next(messages);
      states.emplace_back(half, messages);
    }
    EXPECT_EQ(count, block.states);
  }
  return states;
}

void append(StateLog& log, const LoggedStates& states) {
  for (const auto& [half, messages] : states) log.append(half, messages);
}

LoggedStates many(std::uint32_t count) {
  LoggedStates states;
  for (std::uint32_t i = 0; i < count; ++i) {
    states.emplace_back(i, std::vector<MessageId>(i % 5, i * 31));
  }
  return states;
}

// In memory, on disk, and some of each.
class StateLogs : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Kept, StateLogs,
                         testing::Values(StateLog::kMemoryMax, std::size_t{0}, std::size_t{40000}));

TEST_P(StateLogs, GiveEachLevelBack_AsItWasAdded) {
  const std::vector<LoggedStates> levels{
      {{0, {}}},
      {{127, {128}}, {128, {0, 16383, 16384}}, {kNone, {kNone, kNone - 1}}},
      {},
      many(20'000),
      {{5, std::vector<MessageId>(300, 200)}}};
  StateLog log(GetParam());
  for (std::size_t level = 0; level < levels.size(); ++level) {
    append(log, levels[level]);
    log.end_block();
    EXPECT_EQ(read(log, log.levels()), levels[level]);  // while it is being added
    log.end_level();
    EXPECT_EQ(log.levels(), level + 1);
    for (std::size_t at = 0; at <= level; ++at) EXPECT_EQ(read(log, at), levels[at]);
  }
}

TEST_P(StateLogs, TakeBlocksOfAnother) {
  StateLog log(GetParam());
  append(log, many(5'000));
  log.end_level();
  StateLog copy(GetParam());
  std::vector<std::byte> scratch;
  for (const StateLog::Block& block : log.blocks(0)) {
    copy.append_block(block.states, log.bytes(block, scratch));
  }
  copy.end_level();
  EXPECT_EQ(read(copy, 0), many(5'000));
}

TEST(StateLog, IsNotReadOn_WhereItsBytesAreDamaged) {
  const auto read_one = [](std::vector<unsigned char> numbers) {
    std::vector<MessageId> messages;
    StateLogReader reader(std::as_bytes(std::span(numbers)));
    reader.next(messages);
  };
  EXPECT_NO_THROW(read_one({1, 2, 3, 4}));
  EXPECT_THROW(read_one({1}), std::out_of_range);        // no number of messages
  EXPECT_THROW(read_one({1, 2, 3}), std::out_of_range);  // a message is missing
  EXPECT_THROW(read_one({1, 0x80}), std::out_of_range);  // a number is cut off
  EXPECT_THROW(read_one({1, 0xFF, 0xFF, 0xFF, 0x7F, 0}), std::out_of_range);  // far too many
  EXPECT_THROW(read_one({0x80, 0x80, 0x80, 0x80, 0x80, 1, 0}), std::out_of_range);
}

}  // namespace
}  // namespace engine
