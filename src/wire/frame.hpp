// Frames: how a value travels or is stored, whatever it is. FORMAT.md describes the bytes.
//
//   version | kind | length of the payload | check of these | payload | check of these and it
//
// The first check is what makes the length worth believing: a reader waits for, or skips, so many
// bytes only if it holds. Each check goes on from the one before it; frames of a journal go on from
// the frame before them, so that none can be left out, doubled or moved.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "src/wire/problem.hpp"

namespace wire {

inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kHeaderBytes = 10;  // through the first check
inline constexpr std::size_t kCheckBytes = 4;
inline constexpr std::size_t kPayloadMax = std::size_t{1} << 26U;  // 64 MiB

// The numbers are for ever: a kind that is no longer used keeps its own.
enum class Kind : std::uint8_t {
  RequestVote = 1,
  RequestVoteReply = 2,
  AppendEntries = 3,
  AppendEntriesReply = 4,
  PreVote = 5,
  PreVoteReply = 6,
  TimeoutNow = 7,
  ReadIndex = 8,
  ReadIndexReply = 9,
  InstallSnapshot = 10,
  InstallSnapshotReply = 11,
  // Durable state (journal.hpp).
  JournalStart = 32,
  Write = 33,
  // Inputs other than messages, and what a step answers (byte_server.hpp).
  ElectionTimeout = 64,
  HeartbeatTimeout = 65,
  LeaseTimeout = 66,
  Propose = 67,
  Read = 68,
  Transfer = 69,
  Compact = 70,
  ChangeMembership = 71,
  Persisted = 72,
  Restart = 73,
  ProposeBatch = 74,
  Report = 96,
};

// "request_vote", ...; nullptr for a number that is no kind.
const char* to_string(Kind kind);

struct Frame {
  Kind kind{};
  std::string_view payload;  // of the bytes that were given
  std::size_t size = 0;      // of the whole frame
  std::uint32_t check = 0;   // the last one
};

// The bytes end before the frame does, which is sound so far.
struct Incomplete {
  std::size_t size_min = 0;  // the frame has at least so many bytes, more than were given
};

// The frame at the front of `bytes`, which may go on after it.
// `check_before`: of the frame before it, in a journal.
std::variant<Frame, Incomplete, Problem> front_frame(std::string_view bytes,
                                                     std::uint32_t check_before = 0);

// Throws std::length_error if the payload is longer than kPayloadMax.
std::string framed(Kind kind, std::string_view payload, std::uint32_t check_before = 0);

// The last check of a frame that framed() made.
std::uint32_t check_of(std::string_view frame);

}  // namespace wire
