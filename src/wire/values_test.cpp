// Values there and back, against frames that were written down, and what is said of others.
#include "src/wire/values.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <new>
#include <sstream>

#include "src/raft/canonical.hpp"
#include "src/wire/test_values.hpp"

namespace {

// Every byte that the program asks for while it is watched.
std::size_t allocated = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

// Not inlined: g++ 12 would take one for the other half of the library's own.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocated += size;
  if (void* memory = std::malloc(size)) return memory;  // NOLINT(cppcoreguidelines-no-malloc)
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace wire {
namespace {

std::string hex(std::string_view bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4U];
    text += kDigits[static_cast<unsigned char>(byte) & 0xFU];
  }
  return text;
}

std::string name_of(const std::string& frame) { return to_string(static_cast<Kind>(frame[1])); }

// What a frame holds, encoded again; empty if it cannot be decoded.
std::string recoded(const std::string& frame) {
  if (const auto input = decoded<raft::Input>(frame)) return frame_of(*input);
  if (const auto report = decoded<Report>(frame)) return frame_of(*report);
  if (const auto start = decoded<JournalStart>(frame)) return frame_of(*start);
  if (const auto write = decoded<raft::Write>(frame)) return frame_of(*write);
  return "";
}

TEST(Values, ComeBackEqual) {
  for (const raft::Input& input : test::inputs()) {
    EXPECT_EQ(decoded<raft::Input>(frame_of(input)).value(), input);
    const auto* receive = std::get_if<raft::Receive>(&input);
    if (receive == nullptr) continue;
    EXPECT_EQ(frame_of(receive->message), frame_of(input));
    EXPECT_EQ(decoded<raft::Message>(frame_of(input)).value(), receive->message);
  }
  EXPECT_EQ(decoded<Report>(frame_of(test::some_report())).value(), test::some_report());
  EXPECT_EQ(decoded<Report>(frame_of(Report{})).value(), Report{});
  const JournalStart start{raft::ServerId{3}, test::some_durable()};
  EXPECT_EQ(decoded<JournalStart>(frame_of(start)).value(), start);
  EXPECT_EQ(decoded<raft::Write>(frame_of(test::some_write())).value(), test::some_write());
  EXPECT_EQ(decoded<raft::Write>(frame_of(raft::Write{})).value(), raft::Write{});
}

// The file changes only with the version: what was written once must be read for ever.
TEST(Values, HaveTheFramesThatWereWrittenDown) {
  const std::string path = std::string(WIRE_TESTDATA) + "/golden.txt";
  std::string text;
  for (const std::string& frame : test::frames()) text += name_of(frame) + ' ' + hex(frame) + '\n';
  if (std::getenv("RAFTCHECK_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  const std::string golden{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, golden);
}

TEST(Values, OfEveryKindAreAmongThem) {
  std::size_t kinds = 0;
  for (int number = 0; number < 256; ++number) {
    if (to_string(static_cast<Kind>(number)) != nullptr) ++kinds;
  }
  EXPECT_EQ(test::frames().size(), kinds);
}

// Payloads cut short, with a byte more, or with a byte changed: refused, or another value's only
// frame.
TEST(Values, AreCanonical) {
  std::size_t refused = 0;
  std::size_t others = 0;
  const auto look_at = [&](Kind kind, const std::string& payload) {
    const std::string frame = framed(kind, payload);
    const std::string again = recoded(frame);
    if (again.empty()) ++refused;
    if (again.empty()) return;
    EXPECT_EQ(hex(again), hex(frame));
    ++others;
  };
  for (const std::string& frame : test::frames()) {
    const auto kind = static_cast<Kind>(frame[1]);
    const std::string payload =
        frame.substr(kHeaderBytes, frame.size() - kHeaderBytes - kCheckBytes);
    for (std::size_t size = 0; size < payload.size(); ++size) {
      look_at(kind, payload.substr(0, size));
    }
    look_at(kind, payload + '\0');
    for (std::size_t at = 0; at < payload.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed = payload;
        changed[at] = static_cast<char>(byte);
        look_at(kind, changed);
      }
    }
  }
  EXPECT_GT(refused, 1000U);
  EXPECT_GT(others, 1000U);
}

std::string problem_of(Kind kind, const std::string& payload) {
  const auto input = decoded<raft::Input>(framed(kind, payload));
  return input ? "" : to_string(input.problem());
}

TEST(Values, SayWhichFieldIsWrongAndWhere) {
  EXPECT_EQ(problem_of(Kind::RequestVote, "\x01"),
            "byte 11: request_vote.to: the bytes end too early");
  EXPECT_EQ(problem_of(Kind::RequestVoteReply, "\x01\x02\x07\x02"),
            "byte 13: request_vote_reply.vote_granted: a number is out of range");
  EXPECT_EQ(problem_of(Kind::AppendEntries, std::string("\x01\x02\x07\x00\x00\x02"
                                                        "\x07\x00\x00\x07\x03\x00",
                                                        12)),
            "byte 20: append_entries.entries[1].kind: no such enumerator");
  EXPECT_EQ(problem_of(Kind::TimeoutNow, std::string("\x01\x02\x87\x00", 4)),
            "byte 12: timeout_now.term: a number is not in its shortest form");
  EXPECT_EQ(problem_of(Kind::TimeoutNow, "\x01\x02\x07\x07"),
            "byte 13: timeout_now: bytes are left over");
  EXPECT_EQ(problem_of(Kind::ElectionTimeout, "x"),
            "byte 10: election_timeout: bytes are left over");
  EXPECT_EQ(problem_of(Kind::Restart, "\x07\x02\x04\x01\x02\x07"),
            "byte 14: restart.durable.log.entries: a count exceeds the bytes that are left");
}

TEST(Values, AreRefused_WhereAnotherKindIsExpected) {
  const std::string vote = frame_of(test::inputs().back());
  EXPECT_EQ(to_string(decoded<Report>(vote).problem()),
            "byte 1: install_snapshot_reply, where report was expected");
  const std::string report = frame_of(test::some_report());
  EXPECT_EQ(to_string(decoded<raft::Input>(report).problem()),
            "byte 1: report, where an input was expected");
  EXPECT_EQ(to_string(decoded<raft::Message>(report).problem()),
            "byte 1: report, where a message was expected");
}

TEST(Values, AreRefused_UnlessTheyAreOneWholeFrame) {
  const std::string frame = frame_of(test::inputs().back());
  EXPECT_EQ(to_string(decoded<raft::Input>(frame + frame).problem()),
            "byte " + std::to_string(frame.size()) + ": bytes are left over");
  EXPECT_EQ(to_string(decoded<raft::Input>(frame.substr(0, frame.size() - 1)).problem()),
            "byte 19: the frame ends too early: it has at least 20 bytes");
  EXPECT_EQ(to_string(decoded<raft::Input>("").problem()),
            "byte 0: the frame ends too early: it has at least 14 bytes");
}

// Counts and sizes that claim much, in a payload of a few bytes and in one of a megabyte of
// the smallest entries.
TEST(Values, NeverAllocateMoreThanTheirBytesJustify) {
  const std::string huge("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
  std::vector<std::string> payloads;
  for (const char* front : {"\x01\x02\x07\x01\x01", "\x01\x02\x07\x01\x01\x01\x07"}) {
    payloads.push_back(front + huge);
    payloads.push_back(front + huge + "some more");
  }
  std::string many("\x01\x02\x07\x01\x01", 5);
  raft::Encoder(many).put(std::uint64_t{1'000'000});
  for (int entry = 0; entry < 1'000'000; ++entry) many += std::string("\x01\x00\x00", 3);
  payloads.push_back(many + std::string("\x00", 1));  // complete but for one number
  payloads.push_back(many.substr(0, many.size() / 2));
  for (const std::string& payload : payloads) {
    const std::string frame = framed(Kind::AppendEntries, payload);
    allocated = 0;
    EXPECT_FALSE(decoded<raft::Message>(frame));
    // Entries of 3 bytes take sizeof(Entry) in a list that doubles; texts of errors a little.
    EXPECT_LT(allocated, 1000 + payload.size() / 3 * sizeof(raft::Entry) * 4);
  }
}

}  // namespace
}  // namespace wire
