#include "src/wire/frame.hpp"

#include <span>

#include "src/checksum/crc32c.hpp"

namespace wire {
namespace {

constexpr std::size_t kLengthAt = 2;
constexpr std::size_t kHeaderCheckAt = 6;

std::uint32_t load(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return number;
}

void store(std::uint32_t number, std::string& bytes) {
  for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(number >> (8 * i)));
}

std::uint32_t continued(std::uint32_t check, std::string_view bytes) {
  return checksum::crc32c(std::as_bytes(std::span(bytes)), check);
}

}  // namespace

std::string to_string(const Problem& problem) {
  return "byte " + std::to_string(problem.at) + ": " + problem.what;
}

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::RequestVote:
      return "request_vote";
    case Kind::RequestVoteReply:
      return "request_vote_reply";
    case Kind::AppendEntries:
      return "append_entries";
    case Kind::AppendEntriesReply:
      return "append_entries_reply";
    case Kind::PreVote:
      return "pre_vote";
    case Kind::PreVoteReply:
      return "pre_vote_reply";
    case Kind::TimeoutNow:
      return "timeout_now";
    case Kind::ReadIndex:
      return "read_index";
    case Kind::ReadIndexReply:
      return "read_index_reply";
    case Kind::InstallSnapshot:
      return "install_snapshot";
    case Kind::InstallSnapshotReply:
      return "install_snapshot_reply";
    case Kind::JournalStart:
      return "journal_start";
    case Kind::Write:
      return "write";
    case Kind::ElectionTimeout:
      return "election_timeout";
    case Kind::HeartbeatTimeout:
      return "heartbeat_timeout";
    case Kind::LeaseTimeout:
      return "lease_timeout";
    case Kind::Propose:
      return "propose";
    case Kind::Read:
      return "read";
    case Kind::Transfer:
      return "transfer";
    case Kind::Compact:
      return "compact";
    case Kind::ChangeMembership:
      return "change_membership";
    case Kind::Persisted:
      return "persisted";
    case Kind::Restart:
      return "restart";
    case Kind::ProposeBatch:
      return "propose_batch";
    case Kind::Report:
      return "report";
  }
  return nullptr;
}

std::variant<Frame, Incomplete, Problem> front_frame(std::string_view bytes,
                                                     std::uint32_t check_before) {
  if (!bytes.empty() && static_cast<unsigned char>(bytes[0]) != kVersion) {
    return Problem{0, "version " + std::to_string(static_cast<unsigned char>(bytes[0])) +
                          " of the format, of which version " + std::to_string(kVersion) +
                          " is known here"};
  }
  if (bytes.size() < kHeaderBytes) return Incomplete{kHeaderBytes + kCheckBytes};
  const std::uint32_t header_check = continued(check_before, bytes.substr(0, kHeaderCheckAt));
  if (load(bytes, kHeaderCheckAt) != header_check) {
    return Problem{kHeaderCheckAt, "the header's check is wrong: damaged, or not a frame"};
  }
  const auto kind = static_cast<Kind>(bytes[1]);
  if (to_string(kind) == nullptr) {
    return Problem{
        1, "no kind has the number " + std::to_string(static_cast<unsigned char>(bytes[1]))};
  }
  const std::size_t length = load(bytes, kLengthAt);
  if (length > kPayloadMax) {
    return Problem{kLengthAt, "a payload of " + std::to_string(length) + " bytes, more than " +
                                  std::to_string(kPayloadMax)};
  }
  const std::size_t size = kHeaderBytes + length + kCheckBytes;
  if (bytes.size() < size) return Incomplete{size};
  const std::string_view payload = bytes.substr(kHeaderBytes, length);
  const std::uint32_t check = continued(header_check, payload);
  if (load(bytes, kHeaderBytes + length) != check) {
    return Problem{kHeaderBytes + length, "the payload's check is wrong: damaged"};
  }
  return Frame{kind, payload, size, check};
}

std::string framed(Kind kind, std::string_view payload, std::uint32_t check_before) {
  if (payload.size() > kPayloadMax) {
    throw std::length_error("a " + std::string(to_string(kind)) + " of " +
                            std::to_string(payload.size()) +
                            " bytes is too long for a frame; snapshots can be sent in chunks");
  }
  std::string frame;
  frame.reserve(kHeaderBytes + payload.size() + kCheckBytes);
  frame.push_back(static_cast<char>(kVersion));
  frame.push_back(static_cast<char>(kind));
  store(static_cast<std::uint32_t>(payload.size()), frame);
  const std::uint32_t header_check = continued(check_before, frame);
  store(header_check, frame);
  frame += payload;
  store(continued(header_check, payload), frame);
  return frame;
}

std::uint32_t check_of(std::string_view frame) { return load(frame, frame.size() - kCheckBytes); }

}  // namespace wire
