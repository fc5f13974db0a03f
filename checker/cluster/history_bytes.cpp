#include "checker/cluster/history_bytes.hpp"

#include <array>

namespace cluster {
namespace {

void put(std::string& bytes, std::uint64_t number) {
  std::array<char, 8> low_first{};
  for (std::size_t i = 0; i < 8; ++i) low_first[i] = static_cast<char>(number >> (8 * i));
  bytes.append(low_first.data(), low_first.size());
}

void put(std::string& bytes, const spec::AskedRead& read) {
  put(bytes, read.id);
  put(bytes, read.committed);
}

void put(std::string& bytes, const spec::MembershipView& membership) {
  for (const auto* ids : {&membership.voters, &membership.outgoing, &membership.learners}) {
    put(bytes, ids->size());
    for (const spec::ServerId id : *ids) put(bytes, id);
  }
}

}  // namespace

std::string bytes_of(const spec::History& history) {
  std::string bytes;
  put(bytes, history.leaders.size());
  put(bytes, history.committed.size());
  for (const spec::ServerId leader : history.leaders) put(bytes, leader);
  for (const spec::CommittedEntry& committed : history.committed) {
    put(bytes, committed.commit_term);
    put(bytes, committed.entry.term);
    put(bytes, committed.entry.no_op ? 1 : 0);
    put(bytes, committed.entry.command.size());
    bytes += committed.entry.command;
    put(bytes, committed.entry.is_membership ? 1 : 0);
    if (committed.entry.is_membership) put(bytes, committed.entry.membership);
  }
  // Known throughout a search, or throughout not.
  if (history.first_membership.is_known()) put(bytes, history.first_membership);
  if (history.reads.empty() && !history.stale_read) return bytes;
  put(bytes, history.reads.size());
  for (const spec::AskedRead& read : history.reads) put(bytes, read);
  if (history.stale_read) {
    put(bytes, history.stale_read->read);
    put(bytes, history.stale_read->server);
    put(bytes, history.stale_read->applied);
  }
  return bytes;
}

}  // namespace cluster
