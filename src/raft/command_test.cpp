// Commands: bytes in the value or shared, and nobody can tell which.
#include "src/raft/command.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace raft {
namespace {

std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 26);
  return text;
}

// About where commands begin to be shared.
constexpr std::size_t kSizes[] = {0, 1, 22, 23, 24, 25, 255, 256, 70'000};

TEST(Command, HoldsItsBytes) {
  for (const std::size_t size : kSizes) {
    const Command command(text_of(size));
    EXPECT_EQ(command.bytes(), text_of(size));
    EXPECT_EQ(command.size(), size);
    EXPECT_EQ(command.empty(), size == 0);
  }
}

TEST(Command, TakesAnyBytes) {
  const std::string zeros("\0\xFF\0", 3);
  EXPECT_EQ(Command(zeros).bytes(), zeros);
  EXPECT_NE(Command(zeros), Command(std::string("\0\xFF", 2)));
  EXPECT_NE(Command(std::string(1, '\0')), Command());
}

TEST(Command, IsItsBytes_ForEquality) {
  for (const std::size_t size : kSizes) {
    const Command command(text_of(size));
    EXPECT_EQ(command, Command(text_of(size)));
    EXPECT_EQ(command, text_of(size));
    EXPECT_NE(command, text_of(size) + "!");
    EXPECT_NE(command, Command(text_of(size) + "!"));
    EXPECT_NE(Command(text_of(size) + "!"), command);
    if (size == 0) continue;
    std::string other = text_of(size);
    other.back() = '!';
    EXPECT_NE(command, Command(other));
  }
}

TEST(Command, Copies_OutliveWhatTheyWereMadeOf) {
  for (const std::size_t size : kSizes) {
    std::optional<Command> first(text_of(size));
    Command copied(*first);
    Command assigned("something else that is long enough to be shared");
    assigned = *first;
    first.reset();
    EXPECT_EQ(copied, text_of(size));
    EXPECT_EQ(assigned, text_of(size));
    const Command moved(std::move(copied));
    EXPECT_EQ(moved, text_of(size));
    copied = moved;
    EXPECT_EQ(copied, moved);
  }
}

TEST(Command, Assignment_MayBeToItself) {
  for (const std::size_t size : kSizes) {
    Command command(text_of(size));
    const Command& same = command;
    command = same;
    EXPECT_EQ(command, text_of(size));
  }
}

TEST(Command, LongBytes_AreSharedByCopies) {
  const Command shared(text_of(Command::kInlineMax + 1));
  const Command copy = shared;
  EXPECT_EQ(copy.bytes().data(), shared.bytes().data());
  const Command in_value(text_of(Command::kInlineMax));
  const Command other = in_value;
  EXPECT_NE(other.bytes().data(), in_value.bytes().data());
}

TEST(Command, Copies_MayLiveInDifferentThreads) {
  std::optional<Command> command(text_of(1000));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = *command] {
      for (int k = 0; k < 1000; ++k) EXPECT_EQ(std::vector<Command>(3, copy).back(), copy);
    });
  }
  command.reset();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace raft
