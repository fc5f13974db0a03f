// The values that have frames, and their way there and back. FORMAT.md lists the payloads.
//
// Canonical: a value has one frame, and what decodes encodes to the same bytes. Nothing is said
// here about whether a value makes sense: that is for the step function, which is total.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/raft/disk.hpp"
#include "src/raft/effects.hpp"
#include "src/raft/input.hpp"
#include "src/wire/frame.hpp"
#include "src/wire/problem.hpp"

namespace wire {

// With what a journal begins: whose it is, and what was durable then.
struct JournalStart {
  raft::ServerId id{};
  raft::Durable durable{};
  bool operator==(const JournalStart&) const = default;
};
RAFT_FIELDS(JournalStart, id, durable)

// What a step came to and asks of its driver, beside writes and messages (raft::Effects). Holds the
// entries themselves: whoever reads it need not know the server's log.
struct Report {
  raft::Outcome outcome = raft::Outcome::None;
  raft::Index proposed{};
  raft::ServerId leader{};
  std::optional<raft::Snapshot> restore{};  // the state machine becomes what this holds
  raft::Index first{};                      // then these are applied, from this index on
  std::vector<raft::Entry> apply{};
  std::vector<std::uint64_t> reads{};
  bool reset_election = false;
  bool reset_heartbeat = false;
  bool reset_lease = false;
  bool operator==(const Report&) const = default;
};
RAFT_FIELDS(Report, outcome, proposed, leader, restore, first, apply, reads, reset_election,
            reset_heartbeat, reset_lease)

// Throws std::length_error if it is longer than a frame can be. Of an input that is a Receive, the
// message's frame.
std::string frame_of(const raft::Message& message);
std::string frame_of(const raft::Input& input);
std::string frame_of(const Report& report);
std::string frame_of(const JournalStart& start, std::uint32_t check_before = 0);
std::string frame_of(const raft::Write& write, std::uint32_t check_before = 0);

// T: one of the above. `bytes` must be one frame that holds one, and nothing else.
template <class T>
Decoded<T> decoded(std::string_view bytes);

// Of a frame's payload, `at` bytes into what the problem's place counts from.
template <class T>
Decoded<T> payload_of(const Frame& frame, std::size_t at);

}  // namespace wire
