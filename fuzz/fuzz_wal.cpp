// Durable state whose bytes are torn, flipped, left out or doubled: it is recovered to what some
// write left behind, or refused; never is it silently something else.
//
// The first byte says how the journal is made. Driven: a server takes inputs that the bytes choose,
// and its journal is damaged. Made up: each length and payload becomes a frame whose checks hold,
// as nobody but an adversary would write them. As it stands: the bytes are the journal.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "fuzz/bytes.hpp"
#include "fuzz/drawn_core.hpp"
#include "src/raft/contract.hpp"
#include "src/wire/byte_server.hpp"

namespace {

using fuzz::Bytes;
using wire::JournalStart;

constexpr std::size_t kInputsMax = 24;
constexpr std::size_t kWholeWrites = 40;

[[noreturn]] void fail(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  std::abort();
}

struct Journal {
  std::string bytes{};
  std::vector<std::size_t> ends{};     // of its frames
  std::vector<JournalStart> states{};  // after each of them
};

JournalStart durable_state(const raft::Server& server) {
  return {server.id, {server.hard_state, server.log, server.snapshot}};
}

void add(const std::vector<wire::Asked>& asked, const raft::Server& server, Journal& journal) {
  for (const wire::Asked& one : asked) {
    if (one.kind != wire::Kind::Write && one.kind != wire::Kind::JournalStart) continue;
    if (one.kind == wire::Kind::JournalStart) journal = {};
    journal.bytes += one.frame;
    journal.ends.push_back(journal.bytes.size());
    journal.states.push_back(durable_state(server));
  }
}

Journal driven(Bytes& bytes) {
  raft::Server drawn;
  fuzz::draw_server(bytes.slot(fuzz::kServerBytes), drawn);
  wire::ByteServer server(drawn.config, drawn.id);
  Journal journal;
  add(server.start("")->asked, server.server(), journal);
  const std::size_t inputs = 1 + bytes.below(kInputsMax);
  for (std::size_t i = 0; i < inputs; ++i) {
    const raft::Input input = fuzz::draw_input(bytes.slot(fuzz::kInputBytes), server.server());
    try {
      add(*server.take(wire::frame_of(input)), server.server(), journal);
    } catch (const raft::ContractViolation&) {
      break;  // as far as it came, the journal is sound
    }
    if (journal.ends.size() > kWholeWrites) {
      const wire::Asked renewed = server.renewed_journal();
      add({renewed}, server.server(), journal);
    }
  }
  return journal;
}

// What was done to a journal: all that comes before `sound` is as it was.
struct Damage {
  std::string bytes{};
  std::size_t sound = 0;
  bool may_be_torn = false;  // a crash could have done it
};

std::size_t frame_at(const Journal& journal, std::size_t at) {
  return static_cast<std::size_t>(std::ranges::upper_bound(journal.ends, at) -
                                  journal.ends.begin());
}
std::size_t begin_of(const Journal& journal, std::size_t frame) {
  return frame == 0 ? 0 : journal.ends[frame - 1];
}

// Up to 32 bits in a row are changed, which a CRC always finds. In the last frame that can be what
// a crash does, if what was written ends in zeros so.
Damage flipped(const Journal& journal, Bytes& bytes, std::size_t at) {
  std::string damaged = journal.bytes;
  std::uint32_t change = static_cast<std::uint32_t>(bytes.number(4)) | 1U;
  for (std::size_t i = at; i < std::min(at + 4, damaged.size()); ++i, change >>= 8U) {
    damaged[i] = static_cast<char>(static_cast<std::uint8_t>(damaged[i]) ^ (change & 0xFFU));
  }
  return {damaged, at, frame_at(journal, at) + 1 == journal.ends.size()};
}

Damage damage(const Journal& journal, Bytes& bytes) {
  const std::uint32_t how = bytes.below(6);
  const std::size_t at = bytes.number(2) % journal.bytes.size();
  const std::size_t frame = frame_at(journal, at);
  const std::size_t begin = begin_of(journal, frame);
  const std::string one = journal.bytes.substr(begin, journal.ends[frame] - begin);
  std::string damaged = journal.bytes;
  switch (how) {
    case 0:
      return {damaged.substr(0, at), at, true};
    case 1: {  // what was zero is sound all the same
      std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(at), damaged.end(), '\0');
      const auto differs = std::ranges::mismatch(damaged, journal.bytes).in1;
      return {damaged, static_cast<std::size_t>(differs - damaged.begin()), true};
    }
    case 2:  // a frame twice
      return {damaged.insert(begin, one), journal.ends[frame], false};
    case 3:  // a frame left out; the last one's loss nobody can see
      return {damaged.erase(begin, one.size()), begin, frame + 1 == journal.ends.size()};
    case 4:  // what follows the journal
      return {damaged + std::string(1 + bytes.below(20), static_cast<char>(bytes.next())),
              damaged.size(), true};
    default:
      return flipped(journal, bytes, at);
  }
}

void check_damaged(const Journal& journal, const Damage& damage) {
  const auto recovered = wire::recover(damage.bytes);
  if (!recovered) {
    if (recovered.problem().what.empty()) fail("refused for no reason");
    // A first frame that is torn is no journal; zeros behind one may be more than a crash leaves.
    const bool is_cut = damage.bytes.size() <= journal.bytes.size() &&
                        journal.bytes.starts_with(damage.bytes) &&
                        damage.bytes.size() >= journal.ends.front();
    if (is_cut) fail("a journal that is cut short was refused");
    return;
  }
  if (recovered->bytes > damage.sound) fail("what was damaged was recovered");
  if (!damage.may_be_torn) fail("a damaged journal was taken for one that is torn");
  const std::size_t frames = recovered->writes + 1;
  if (frames > journal.ends.size() || journal.ends[frames - 1] != recovered->bytes) {
    fail("what was recovered does not end where a write does");
  }
  if (recovered->state != journal.states[frames - 1]) fail("another state was recovered");
  const bool has_next = frames < journal.ends.size();
  if (has_next && journal.ends[frames] <= damage.sound) fail("a write that is sound was lost");
}

// What any journal promises, whoever wrote it.
void check_any(const std::string& bytes) {
  const auto recovered = wire::recover(bytes);
  if (!recovered) {
    if (recovered.problem().what.empty() || recovered.problem().at > bytes.size()) {
      fail("refused for no reason, or nowhere");
    }
    return;
  }
  if (recovered->bytes > bytes.size()) fail("more was recovered than is there");
  const std::string whole = bytes.substr(0, recovered->bytes);
  const auto again = wire::recover(whole);
  if (!again || again->torn || again->state != recovered->state) {
    fail("cut off where it says, a journal is another one");
  }
  wire::JournalWriter writer;
  writer.resume(*recovered);
  const raft::Log& log = recovered->state.durable.log;
  const raft::Write nothing{.last_index = log.last_index(), .last_term = log.last_term()};
  const auto longer = wire::recover(whole + writer.append(nothing));
  if (!longer || longer->writes != recovered->writes + 1 || longer->state != recovered->state) {
    fail("a journal does not go on where it was cut off");
  }
}

// Whether a server starts from it or does not, it says so.
void start_from(const std::string& bytes, Bytes& options) {
  raft::Server drawn;
  fuzz::draw_server(options.slot(fuzz::kServerBytes), drawn);
  wire::ByteServer server(drawn.config, drawn.id);
  try {
    const auto started = server.start(bytes);
    if (!started && started.problem().what.empty()) fail("not started for no reason");
  } catch (const raft::ContractViolation&) {
    // No server can have left that behind.
  }
}

std::string made_up(Bytes& bytes) {
  std::string journal;
  std::uint32_t check = 0;
  for (bool is_first = true; !bytes.empty(); is_first = false) {
    const std::string payload(bytes.slot(bytes.next()).rest());
    journal +=
        wire::framed(is_first ? wire::Kind::JournalStart : wire::Kind::Write, payload, check);
    check = wire::check_of(journal);
  }
  return journal;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const std::uint32_t how = bytes.below(4);
  if (how >= 2) {
    const Journal journal = driven(bytes);
    check_damaged(journal, {journal.bytes, journal.bytes.size(), true});
    check_any(journal.bytes);
    const Damage damaged = damage(journal, bytes);
    check_damaged(journal, damaged);
    check_any(damaged.bytes);
    return 0;
  }
  Bytes options = bytes.slot(how == 1 ? fuzz::kServerBytes : 0);
  const std::string journal = how == 1 ? made_up(bytes) : std::string(bytes.rest());
  check_any(journal);
  start_from(journal, options);
  return 0;
}
