// Journals: what was written comes back; a torn end is cut off; whatever else is wrong is refused.
#include "src/wire/journal.hpp"

#include <gtest/gtest.h>

#include "src/wire/test_values.hpp"

namespace wire {
namespace {

using raft::Index;
using raft::ServerId;
using raft::Term;
using raft::Write;

raft::Entry command(std::uint64_t term, std::string text) {
  return {Term{term}, raft::EntryKind::Command, std::move(text)};
}

Write vote(std::uint64_t term, const Write& before) {
  return {.hard_state = raft::HardState{Term{term}, ServerId{2}},
          .last_index = before.last_index,
          .last_term = before.last_term};
}

// A vote, entries, a conflict, a snapshot of what is there, another of more, entries behind it.
std::vector<Write> some_writes() {
  std::vector<Write> writes{vote(1, {})};
  writes.push_back({.log_from = Index{1},
                    .entries = {command(1, "a"), command(1, "b"), command(1, "c")},
                    .last_index = Index{3},
                    .last_term = Term{1}});
  writes.push_back(vote(2, writes.back()));
  writes.push_back({.log_from = Index{3},
                    .entries = {command(2, "d"), command(2, "e")},
                    .last_index = Index{4},
                    .last_term = Term{2}});
  writes.push_back({.snapshot = raft::Snapshot{Index{2}, Term{1}, "ab", {}},
                    .last_index = Index{4},
                    .last_term = Term{2}});
  writes.push_back({.hard_state = raft::HardState{Term{5}, ServerId{}},
                    .snapshot = raft::Snapshot{Index{9}, Term{4}, std::string(5, '\0'), {}},
                    .log_from = Index{10},
                    .entries = {command(5, std::string("\0\0\0", 3))},
                    .last_index = Index{10},
                    .last_term = Term{5}});
  return writes;
}

struct Journal {
  std::string bytes;
  std::vector<std::size_t> ends;        // of the frames
  std::vector<raft::Durable> states{};  // after each
};

Journal journal_of(const std::vector<Write>& writes) {
  JournalWriter writer;
  Journal journal{.bytes = writer.begin({ServerId{3}, {}}), .ends = {}};
  journal.ends.push_back(journal.bytes.size());
  journal.states.emplace_back();
  for (const Write& write : writes) {
    journal.bytes += writer.append(write);
    journal.ends.push_back(journal.bytes.size());
    journal.states.push_back(journal.states.back());
    raft::write_parts(journal.states.back(), write, raft::parts_of(write));
  }
  return journal;
}

// How many frames end at or before `size`.
std::size_t whole_frames(const Journal& journal, std::size_t size) {
  std::size_t count = 0;
  while (count < journal.ends.size() && journal.ends[count] <= size) ++count;
  return count;
}

void expect_prefix(const Journal& journal, const Decoded<Recovered>& recovered,
                   std::size_t frames) {
  ASSERT_TRUE(recovered) << to_string(recovered.problem());
  EXPECT_EQ(recovered->state.id, ServerId{3});
  EXPECT_EQ(recovered->writes, frames - 1);
  EXPECT_EQ(recovered->bytes, journal.ends[frames - 1]);
  EXPECT_EQ(recovered->state.durable, journal.states[frames - 1]);
}

TEST(Journal, GivesBackWhatWasWritten) {
  const Journal journal = journal_of(some_writes());
  const auto recovered = recover(journal.bytes);
  expect_prefix(journal, recovered, journal.ends.size());
  EXPECT_EQ(recovered->torn, std::nullopt);
}

TEST(Journal, IsCutOffBeforeAWriteThatWasCutShort) {
  const Journal journal = journal_of(some_writes());
  for (std::size_t size = journal.ends[0]; size < journal.bytes.size(); ++size) {
    const auto recovered = recover(std::string_view(journal.bytes).substr(0, size));
    const std::size_t frames = whole_frames(journal, size);
    expect_prefix(journal, recovered, frames);
    EXPECT_EQ(recovered->torn.has_value(), journal.ends[frames - 1] != size);
    EXPECT_EQ(recovered->torn.value_or(Problem{recovered->bytes, ""}).at, recovered->bytes);
  }
}

// As a file system leaves it that has made room before it wrote. Where the zeros begin within a
// check, what was there of it cannot be told from damage.
TEST(Journal, IsCutOffBeforeAWriteThatWasNotWrittenToItsEnd) {
  const Journal journal = journal_of(some_writes());
  std::size_t refused = 0;
  for (std::size_t size = journal.ends[0]; size < journal.bytes.size(); ++size) {
    std::string bytes = journal.bytes.substr(0, size);
    bytes.append(journal.bytes.size() + 100 - size, '\0');
    const auto recovered = recover(bytes);
    if (!recovered) ++refused;
    if (recovered) expect_prefix(journal, recovered, whole_frames(journal, size));
  }
  EXPECT_LE(refused, 6U * (journal.ends.size() - 1));
}

TEST(Journal, GoesOnWhereItWasCutOff) {
  const std::vector<Write> writes = some_writes();
  const Journal journal = journal_of(writes);
  const std::string torn = journal.bytes.substr(0, journal.ends[3] + 5);
  const auto recovered = recover(torn);
  expect_prefix(journal, recovered, 4);
  JournalWriter writer;
  writer.resume(*recovered);
  std::string bytes = torn.substr(0, recovered->bytes);
  for (std::size_t i = 3; i < writes.size(); ++i) bytes += writer.append(writes[i]);
  EXPECT_EQ(bytes, journal.bytes);
}

TEST(Journal, IsRefused_WhereverABitIsFlipped) {
  const Journal journal = journal_of(some_writes());
  for (std::size_t bit = 0; bit < 8 * journal.bytes.size(); ++bit) {
    std::string bytes = journal.bytes;
    bytes[bit / 8] ^= static_cast<char>(1U << bit % 8);
    EXPECT_FALSE(recover(bytes)) << bit;
  }
}

TEST(Journal, IsRefused_WhereAWriteIsMissingDoubledOrElsewhere) {
  const Journal journal = journal_of(some_writes());
  const auto frame = [&](std::size_t i) {
    const std::size_t begin = i == 0 ? 0 : journal.ends[i - 1];
    return journal.bytes.substr(begin, journal.ends[i] - begin);
  };
  const std::string front = journal.bytes.substr(0, journal.ends[1]);
  EXPECT_FALSE(recover(front + frame(3) + frame(4)));
  EXPECT_FALSE(recover(front + frame(1)));
  EXPECT_FALSE(recover(front + frame(3) + frame(2)));
  EXPECT_FALSE(recover(frame(1)));
  EXPECT_FALSE(recover(frame(0) + frame(0)));
}

TEST(Journal, IsRefused_UnlessItWasBegun) {
  const Journal journal = journal_of({});
  for (const std::string& bytes :
       {std::string(), std::string(100, '\0'), journal.bytes.substr(0, journal.bytes.size() - 1)}) {
    EXPECT_EQ(to_string(recover(bytes).problem()), "byte 0: no journal was begun here");
  }
  EXPECT_EQ(to_string(recover(frame_of(vote(1, {}))).problem()),
            "byte 1: write, where journal_start was expected");
}

// Frames that hold, of writes that no server asks for after those before.
TEST(Journal, IsRefused_WhereAWriteDoesNotFollow) {
  std::vector<Write> writes = some_writes();
  const Write last = writes.back();
  const auto refusal = [&](Write write) {
    writes.back() = std::move(write);
    const Journal journal = journal_of(writes);
    const auto recovered = recover(journal.bytes);
    if (recovered) return std::string();
    EXPECT_EQ(recovered.problem().at, journal.ends[journal.ends.size() - 2]);
    return recovered.problem().what.substr(
        sizeof "the write does not follow from those before it:");
  };
  writes.push_back(last);
  EXPECT_EQ(refusal(vote(4, last)), "the term goes back");
  EXPECT_EQ(refusal({.snapshot = raft::Snapshot{Index{9}, Term{4}, "", {}}}),
            "the snapshot goes back");
  EXPECT_EQ(refusal({.entries = {command(5, "f")}}), "entries that begin nowhere");
  EXPECT_EQ(refusal({.log_from = Index{9}, .entries = {command(5, "f")}}),
            "entries that are compacted");
  EXPECT_EQ(refusal({.log_from = Index{12}, .entries = {command(5, "f")}}), "entries behind a gap");
  EXPECT_EQ(refusal({.log_from = Index{11},
                     .entries = {command(5, "f")},
                     .last_index = Index{12},
                     .last_term = Term{5}}),
            "the log does not end where the write says");
  EXPECT_EQ(refusal({.log_from = Index{11},
                     .entries = {command(5, "f")},
                     .last_index = Index{11},
                     .last_term = Term{4}}),
            "the log does not end where the write says");
  const Index end{~std::uint64_t{0}};
  EXPECT_EQ(refusal({.snapshot = raft::Snapshot{Index{end.value - 1}, Term{5}, "", {}},
                     .log_from = end,
                     .entries = {command(5, "f")}}),
            "entries without an index");
  EXPECT_EQ(refusal(vote(5, last)), "");
}

}  // namespace
}  // namespace wire
