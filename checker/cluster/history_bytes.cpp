#include "checker/cluster/history_bytes.hpp"

namespace cluster {
namespace {

void put(std::string& bytes, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(number >> (8 * i)));
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
  if (history.first_membership.is_known()) put(bytes, history.first_membership);
  return bytes;
}

}  // namespace cluster
