#include "src/wire/journal.hpp"

#include <limits>

namespace wire {
namespace {

using raft::Durable;
using raft::Write;

constexpr std::uint64_t kIndexMax = std::numeric_limits<std::uint64_t>::max();

// Why no server whose disk is `durable` asks for the write; empty if one might.
std::string objection(const Durable& durable, const Write& write) {
  if (write.hard_state && write.hard_state->current_term < durable.hard_state.current_term) {
    return "the term goes back";
  }
  if (write.snapshot && write.snapshot->index <= durable.snapshot.index) {
    return "the snapshot goes back";
  }
  if (!write.log_from) return write.entries.empty() ? "" : "entries that begin nowhere";
  // The snapshot comes first, and takes with it all that it does not agree with.
  raft::Log log = durable.log;
  if (write.snapshot && write.snapshot->index > log.base_index()) {
    log.begin_behind(write.snapshot->index, write.snapshot->term);
  }
  if (*write.log_from <= log.base_index()) return "entries that are compacted";
  if (*write.log_from > log.last_index().next()) return "entries behind a gap";
  if (write.entries.size() > kIndexMax - write.log_from->value) return "entries without an index";
  return "";
}

Decoded<Durable> after(Durable durable, const Write& write, std::size_t at) {
  std::string why = objection(durable, write);
  if (why.empty()) {
    raft::write_parts(durable, write, raft::parts_of(write));
    const bool ends_as_said =
        durable.log.last_index() == write.last_index && durable.log.last_term() == write.last_term;
    if (ends_as_said) return durable;
    why = "the log does not end where the write says";
  }
  return Problem{at, "the write does not follow from those before it: " + why};
}

// Whether nothing but zeros stands where the frame goes wrong.
bool is_unwritten(std::string_view rest, const Problem& problem) {
  return rest.find_first_not_of('\0', problem.at) == std::string_view::npos;
}

// Adds what the frame says to what was recovered before it.
std::optional<Problem> add(const Frame& frame, bool is_first, Recovered& recovered) {
  const std::size_t at = recovered.bytes;
  if (is_first) {
    auto start = payload_of<JournalStart>(frame, at);
    if (!start) return start.problem();
    recovered.state = std::move(*start);
  } else {
    const auto write = payload_of<Write>(frame, at);
    if (!write) return write.problem();
    auto durable = after(std::move(recovered.state.durable), *write, at);
    if (!durable) return durable.problem();
    recovered.state.durable = std::move(*durable);
    ++recovered.writes;
  }
  recovered.bytes += frame.size;
  recovered.check = frame.check;
  return std::nullopt;
}

}  // namespace

Decoded<Recovered> recover(std::string_view bytes) {
  Recovered recovered;
  while (recovered.bytes < bytes.size()) {
    const std::size_t at = recovered.bytes;
    const bool is_first = at == 0;
    const std::string_view rest = bytes.substr(at);
    const auto front = front_frame(rest, recovered.check);
    if (const auto* frame = std::get_if<Frame>(&front)) {
      if (auto problem = add(*frame, is_first, recovered)) return *std::move(problem);
      continue;
    }
    const auto* problem = std::get_if<Problem>(&front);
    const bool is_torn = problem == nullptr || is_unwritten(rest, *problem);
    if (!is_torn) return Problem{at + problem->at, problem->what};
    if (!is_first) recovered.torn = Problem{at, "the last write is torn"};
    break;
  }
  if (recovered.bytes == 0) return Problem{0, "no journal was begun here"};
  return recovered;
}

}  // namespace wire
