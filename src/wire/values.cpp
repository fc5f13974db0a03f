#include "src/wire/values.hpp"

#include <type_traits>

#include "src/raft/canonical.hpp"

template <>
inline constexpr raft::Outcome raft::kLastOf<raft::Outcome> = raft::Outcome::WriteAcknowledged;

namespace wire {
namespace {

using raft::field_names;

// A payload is the canonical bytes of a value. These pin what they are made of: whoever changes the
// core's types must say here what becomes of the format, and of what was written in the old one.
template <class T>
constexpr bool has_fields(std::string_view names) {
  return field_names(static_cast<const T*>(nullptr)) == names;
}
static_assert(
    has_fields<raft::RequestVote>("term, last_log_index, last_log_term, leadership_transfer"));
static_assert(has_fields<raft::RequestVoteReply>("term, vote_granted"));
static_assert(has_fields<raft::AppendEntries>(
    "term, prev_log_index, prev_log_term, entries, leader_commit, round"));
static_assert(has_fields<raft::AppendEntriesReply>(
    "term, success, match_index, conflict_term, conflict_index, round"));
static_assert(has_fields<raft::PreVote>("term, last_log_index, last_log_term"));
static_assert(has_fields<raft::PreVoteReply>("term, vote_granted"));
static_assert(has_fields<raft::TimeoutNow>("term"));
static_assert(has_fields<raft::ReadIndex>("term, id"));
static_assert(has_fields<raft::ReadIndexReply>("term, id, read_index"));
static_assert(has_fields<raft::InstallSnapshot>(
    "term, last_included_index, last_included_term, offset, data, done, membership"));
static_assert(
    has_fields<raft::InstallSnapshotReply>("term, last_included_index, stored, installed"));
static_assert(has_fields<raft::Entry>("term, kind, command, membership"));
static_assert(has_fields<raft::Membership>("voters, outgoing, learners"));
static_assert(has_fields<raft::HardState>("current_term, voted_for"));
static_assert(has_fields<raft::Snapshot>("index, term, data, membership"));
static_assert(has_fields<raft::Durable>("hard_state, log, snapshot"));
static_assert(
    has_fields<raft::Write>("hard_state, snapshot, log_from, entries, last_index, last_term"));
static_assert(has_fields<raft::Propose>("command"));
static_assert(has_fields<raft::ProposeBatch>("commands"));
static_assert(has_fields<raft::Read>("id"));
static_assert(has_fields<raft::Transfer>("to"));
static_assert(has_fields<raft::Compact>("through, data"));
static_assert(has_fields<raft::ChangeMembership>("voters, learners"));
static_assert(has_fields<raft::Persisted>("hard_state, last_index, last_term"));
static_assert(has_fields<raft::Restart>("durable"));
static_assert(static_cast<int>(raft::EntryKind::Membership) == 2);
static_assert(static_cast<int>(raft::Outcome::WriteAcknowledged) == 46);

// The kind of a frame that holds a T. A type without one does not compile.
template <class T>
constexpr Kind kKindOf = T::has_no_kind;
template <>
constexpr Kind kKindOf<raft::RequestVote> = Kind::RequestVote;
template <>
constexpr Kind kKindOf<raft::RequestVoteReply> = Kind::RequestVoteReply;
template <>
constexpr Kind kKindOf<raft::AppendEntries> = Kind::AppendEntries;
template <>
constexpr Kind kKindOf<raft::AppendEntriesReply> = Kind::AppendEntriesReply;
template <>
constexpr Kind kKindOf<raft::PreVote> = Kind::PreVote;
template <>
constexpr Kind kKindOf<raft::PreVoteReply> = Kind::PreVoteReply;
template <>
constexpr Kind kKindOf<raft::TimeoutNow> = Kind::TimeoutNow;
template <>
constexpr Kind kKindOf<raft::ReadIndex> = Kind::ReadIndex;
template <>
constexpr Kind kKindOf<raft::ReadIndexReply> = Kind::ReadIndexReply;
template <>
constexpr Kind kKindOf<raft::InstallSnapshot> = Kind::InstallSnapshot;
template <>
constexpr Kind kKindOf<raft::InstallSnapshotReply> = Kind::InstallSnapshotReply;
template <>
constexpr Kind kKindOf<raft::ElectionTimeout> = Kind::ElectionTimeout;
template <>
constexpr Kind kKindOf<raft::HeartbeatTimeout> = Kind::HeartbeatTimeout;
template <>
constexpr Kind kKindOf<raft::LeaseTimeout> = Kind::LeaseTimeout;
template <>
constexpr Kind kKindOf<raft::Propose> = Kind::Propose;
template <>
constexpr Kind kKindOf<raft::ProposeBatch> = Kind::ProposeBatch;
template <>
constexpr Kind kKindOf<raft::Read> = Kind::Read;
template <>
constexpr Kind kKindOf<raft::Transfer> = Kind::Transfer;
template <>
constexpr Kind kKindOf<raft::Compact> = Kind::Compact;
template <>
constexpr Kind kKindOf<raft::ChangeMembership> = Kind::ChangeMembership;
template <>
constexpr Kind kKindOf<raft::Persisted> = Kind::Persisted;
template <>
constexpr Kind kKindOf<raft::Restart> = Kind::Restart;
template <>
constexpr Kind kKindOf<Report> = Kind::Report;
template <>
constexpr Kind kKindOf<JournalStart> = Kind::JournalStart;
template <>
constexpr Kind kKindOf<raft::Write> = Kind::Write;

template <class T>
std::string bytes_of(const T& value) {
  if constexpr (std::is_empty_v<T>) {
    return {};
  } else {
    return raft::encoded(value);
  }
}

template <class T>
std::string frame_of_value(const T& value, std::uint32_t check_before = 0) {
  return framed(kKindOf<T>, bytes_of(value), check_before);
}

template <class T>
T value_in(std::string_view payload) {
  if constexpr (std::is_empty_v<T>) {
    raft::Decoder(payload).expect_end();
    return {};
  } else {
    return raft::decoded<T>(payload);
  }
}

// Reads the payload into the alternative of the variant whose kind it is; false if there is none.
template <class... Ts>
bool read_alternative(Kind kind, raft::Decoder& decoder, std::variant<Ts...>& value) {
  const auto read = [&](auto alternative) {
    decoder.get(alternative);
    value = std::move(alternative);
    return true;
  };
  return ((kind == kKindOf<Ts> && read(Ts{})) || ...);
}

// With what the payload of a message begins.
struct Link {
  raft::ServerId from{};
  raft::ServerId to{};
};
RAFT_FIELDS(Link, from, to)

raft::Message message_in(const Frame& frame) {
  Link link;
  raft::Message message;
  raft::Decoder decoder(frame.payload);
  decoder.get(link);
  message.from = link.from;
  message.to = link.to;
  read_alternative(frame.kind, decoder, message.body);
  decoder.expect_end();
  return message;
}

bool holds_message(Kind kind) { return kind <= Kind::InstallSnapshotReply; }

template <class T>
bool read_input(const Frame& frame, raft::Input& input) {
  if constexpr (std::is_same_v<T, raft::Receive>) {
    if (!holds_message(frame.kind)) return false;
    input = raft::Receive{message_in(frame)};
  } else {
    if (frame.kind != kKindOf<T>) return false;
    input = value_in<T>(frame.payload);
  }
  return true;
}

template <class... Ts>
bool read_any(const Frame& frame, std::variant<Ts...>& input) {
  return (read_input<Ts>(frame, input) || ...);
}

template <class T>
bool read(const Frame& frame, T& value) {
  if (frame.kind != kKindOf<T>) return false;
  value = value_in<T>(frame.payload);
  return true;
}
bool read(const Frame& frame, raft::Message& message) {
  if (!holds_message(frame.kind)) return false;
  message = message_in(frame);
  return true;
}
bool read(const Frame& frame, raft::Input& input) { return read_any(frame, input); }

template <class T>
const char* wanted() {
  if constexpr (std::is_same_v<T, raft::Message>) {
    return "a message";
  } else if constexpr (std::is_same_v<T, raft::Input>) {
    return "an input";
  } else {
    return to_string(kKindOf<T>);
  }
}

}  // namespace

std::string frame_of(const raft::Message& message) {
  std::string payload;
  raft::Encoder encoder(payload);
  encoder.put(Link{message.from, message.to});
  return std::visit(
      [&](const auto& body) {
        encoder.put(body);
        return framed(kKindOf<std::remove_cvref_t<decltype(body)>>, payload);
      },
      message.body);
}

std::string frame_of(const raft::Input& input) {
  return std::visit(
      [](const auto& value) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, raft::Receive>) {
          return frame_of(value.message);
        } else {
          return frame_of_value(value);
        }
      },
      input);
}

std::string frame_of(const Report& report) { return frame_of_value(report); }
std::string frame_of(const JournalStart& start, std::uint32_t check_before) {
  return frame_of_value(start, check_before);
}
std::string frame_of(const raft::Write& write, std::uint32_t check_before) {
  return frame_of_value(write, check_before);
}

template <class T>
Decoded<T> payload_of(const Frame& frame, std::size_t at) {
  T value{};
  try {
    if (read(frame, value)) return value;
  } catch (const raft::DecodeError& error) {
    const std::string field = error.field().empty() ? "" : "." + error.field();
    return Problem{at + kHeaderBytes + error.at(),
                   to_string(frame.kind) + field + ": " + error.reason()};
  }
  return Problem{at + 1,
                 to_string(frame.kind) + std::string(", where ") + wanted<T>() + " was expected"};
}

template <class T>
Decoded<T> decoded(std::string_view bytes) {
  const auto front = front_frame(bytes);
  if (const auto* problem = std::get_if<Problem>(&front)) return *problem;
  if (const auto* incomplete = std::get_if<Incomplete>(&front)) {
    return Problem{bytes.size(), "the frame ends too early: it has at least " +
                                     std::to_string(incomplete->size_min) + " bytes"};
  }
  const Frame& frame = std::get<Frame>(front);
  if (frame.size < bytes.size()) return Problem{frame.size, "bytes are left over"};
  return payload_of<T>(frame, 0);
}

#define WIRE_INSTANTIATE(T)                               \
  template Decoded<T> decoded<T>(std::string_view bytes); \
  template Decoded<T> payload_of<T>(const Frame& frame, std::size_t at);
WIRE_INSTANTIATE(raft::Message)
WIRE_INSTANTIATE(raft::Input)
WIRE_INSTANTIATE(Report)
WIRE_INSTANTIATE(JournalStart)
WIRE_INSTANTIATE(raft::Write)
#undef WIRE_INSTANTIATE

}  // namespace wire
