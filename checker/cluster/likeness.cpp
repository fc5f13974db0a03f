#include "checker/cluster/likeness.hpp"

#include <algorithm>
#include <bit>

#include "checker/engine/interner.hpp"

namespace cluster {
namespace {

using spec::Index;
using spec::ServerView;

class Likeness {
 public:
  void add(std::uint64_t value) { hash_ = engine::mixed(hash_ ^ value) + value; }
  // From `most` on it makes no difference.
  void add(std::uint64_t value, std::uint64_t most) { add(std::min(value, most)); }
  [[nodiscard]] std::uint64_t number() const { return engine::mixed(hash_); }

 private:
  std::uint64_t hash_ = 0;
};

// Its last entry, by whether the term grows there, and what of it is committed, compacted and
// durable.
void add_log(const ServerView& server, Likeness& likeness) {
  const std::size_t size = server.log.size();
  if (size > 0) {
    const spec::Term before = size == 1 ? 0 : server.log[size - 2].term;
    likeness.add(server.log.back().term == before ? 1 : 2);
    likeness.add(server.log.back().is_membership ? 1 : 0);
  }
  likeness.add(size == 0 || server.log.back().term == server.current_term ? 0 : 1);
  likeness.add(size - std::min<std::size_t>(size, server.commit_index), 1);
  likeness.add(size - std::min<std::size_t>(size, server.snapshot.index), 1);
  likeness.add(server.snapshot.index, 1);
  if (server.disk) likeness.add(size == server.disk->log_index ? 1 : 2);
}

// The sorts of followers that there are: which is which, and how many, does not matter.
void add_followers(const ServerView& server, Likeness& likeness) {
  std::uint64_t sorts = 0;
  for (std::size_t i = 0; i < server.match_index.size(); ++i) {
    if (i + 1 == server.id) continue;
    const Index match = server.match_index[i];
    const bool is_complete = match >= server.log.size();
    const std::uint64_t sort = is_complete ? 2 : match > server.commit_index ? 1 : 0;
    sorts |= std::uint64_t{1} << sort;
  }
  likeness.add(sorts);
}

std::uint64_t set_of(const std::vector<spec::ServerId>& ids) {
  std::uint64_t set = 0;
  for (const spec::ServerId id : ids) set |= std::uint64_t{1} << id % 64U;
  return set;
}

// Whether some majority of one and some majority of the other have nobody in common.
bool may_part(std::uint64_t one, std::uint64_t other) {
  const auto in_common = [&](std::uint64_t voters) {
    const int majority = std::popcount(voters) / 2 + 1;
    return std::max(0, majority - std::popcount(voters & ~(one & other)));
  };
  return in_common(one) + in_common(other) <= std::popcount(one & other);
}

// Quorums of the memberships: while joint, of both sets of voters.
bool may_part(const Bearing& one, const Bearing& other) {
  if (one.voters == 0 || other.voters == 0) return false;  // not known: it elects nobody
  for (const std::uint64_t voters : {one.voters, one.outgoing}) {
    for (const std::uint64_t others : {other.voters, other.outgoing}) {
      if (voters != 0 && others != 0 && !may_part(voters, others)) return false;
    }
  }
  return true;
}

}  // namespace

std::uint64_t likeness(const ServerView& server) {
  Likeness likeness;
  likeness.add(static_cast<std::uint64_t>(server.role));
  likeness.add(server.current_term, 1);
  likeness.add(server.voted_for == spec::kNoServer ? 0 : server.voted_for == server.id ? 1 : 2);
  likeness.add(server.leader == spec::kNoServer ? 0 : server.leader == server.voted_for ? 1 : 2);
  likeness.add(server.votes_granted.size(), 1);
  likeness.add(server.lease ? 1 : 0);
  likeness.add(server.heard ? 1 + std::min<std::size_t>(server.heard->size(), 1) : 0);
  likeness.add(server.transferee == spec::kNoServer ? 0 : 1);
  likeness.add(server.reads.size(), 1);
  add_log(server, likeness);
  add_followers(server, likeness);
  if (!server.membership.is_known()) return likeness.number();
  likeness.add(server.membership.voters.size(), 2);
  likeness.add(server.membership.outgoing.empty() ? 0 : 1);
  likeness.add(server.membership.learners.empty() ? 0 : 1);
  likeness.add(std::ranges::count(server.membership.voters, server.id) == 0 ? 0 : 1);
  return likeness.number();
}

std::uint64_t outline(const ServerView& server) {
  Likeness outline;
  const std::size_t size = server.log.size();
  outline.add(static_cast<std::uint64_t>(server.role));
  outline.add(server.voted_for == spec::kNoServer ? 0 : server.voted_for == server.id ? 1 : 2);
  outline.add(size - std::min<std::size_t>(size, server.commit_index), 1);
  outline.add(size == 0 || server.log.back().term == server.current_term ? 0 : 1);
  outline.add(server.snapshot.index, 1);
  outline.add(server.lease ? 1 : 0);
  outline.add(server.transferee == spec::kNoServer ? 0 : 1);
  outline.add(server.membership.outgoing.empty() ? 0 : 1);
  return outline.number();
}

std::uint64_t likeness(const spec::MessageView& message) {
  Likeness likeness;
  for (const char letter : message.kind) likeness.add(static_cast<unsigned char>(letter));
  for (const auto& [name, value] : message.fields) {
    if (const bool* flag = std::get_if<bool>(&value)) likeness.add(*flag ? 1 : 2);
    if (const auto* entries = std::get_if<std::vector<spec::EntryView>>(&value)) {
      likeness.add(entries->size(), 2);
    }
  }
  return likeness.number();
}

Bearing bearing(const ServerView& server) {
  Bearing bearing{.term = server.current_term, .commit_index = server.commit_index};
  Likeness membership;
  for (const auto* ids :
       {&server.membership.voters, &server.membership.outgoing, &server.membership.learners}) {
    membership.add(ids->size());
    for (const spec::ServerId id : *ids) membership.add(id);
  }
  bearing.membership = membership.number();
  bearing.voters = set_of(server.membership.voters);
  bearing.outgoing = set_of(server.membership.outgoing);
  const bool follows = server.role == spec::Role::Follower;
  bearing.role = follows ? 0 : server.role == spec::Role::Leader ? 1 : 2;
  bearing.role = bearing.role * 4 + (server.lease ? 2 : 0) + (server.reads.empty() ? 0 : 1);
  return bearing;
}

std::uint64_t standing(std::span<const Bearing> servers) {
  spec::Term term = 0;
  const Bearing* ahead = &servers.front();
  for (const Bearing& server : servers) {
    term = std::max(term, server.term);
    if (server.commit_index > ahead->commit_index) ahead = &server;
  }
  // The sorts that there are, of 48; and of servers that do not go by the membership of who is
  // ahead.
  std::uint64_t sorts = 0;
  std::uint64_t apart = 0;
  std::uint64_t parted = 0;  // the same, where two leaders may come of it
  for (const Bearing& server : servers) {
    unsigned sort = server.role * 2 + (server.term == term ? 1 : 0);
    sort = sort * 2 + (server.commit_index == ahead->commit_index ? 1 : 0);
    const std::uint64_t bit = std::uint64_t{1} << sort;
    if (server.membership == ahead->membership) {
      sorts |= bit;
    } else {
      (may_part(server, *ahead) ? parted : apart) |= bit;
    }
  }
  Likeness standing;
  standing.add(sorts);
  standing.add(apart);
  standing.add(parted);
  return standing.number();
}

}  // namespace cluster
