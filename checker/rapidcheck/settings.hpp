// RapidCheck generators of what a cluster is configured with.
#pragma once

#include <rapidcheck.h>

#include <cstdint>

#include "checker/node/core_config.hpp"
#include "checker/node/node.hpp"
#include "checker/rapidcheck/show.hpp"

namespace cluster::rapid {

// Independent of the growing size that RapidCheck hands out. Shrinks towards the first.
template <class T>
rc::Gen<T> in_range(T first, T past_last) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(first, past_last));
}

// Every option there is, most of them off in most clusters, so that none hides the others. Shrinks
// towards the cluster of the paper's Figure 2.
inline rc::Gen<node::Options> options() {
  using node::Options;
  const auto rarely = rc::gen::weightedElement<bool>({{3, false}, {1, true}});
  const auto few = [](std::uint32_t most) {
    return rc::gen::weightedOneOf<std::uint32_t>(
        {{2, rc::gen::just(std::uint32_t{0})}, {1, in_range<std::uint32_t>(1, most + 1)}});
  };
  const auto any = rc::gen::build<Options>(
      rc::gen::set(&Options::servers, rc::gen::weightedElement<std::uint32_t>(
                                          {{1, 1}, {2, 2}, {8, 3}, {2, 4}, {1, 5}})),
      rc::gen::set(&Options::no_op), rc::gen::set(&Options::fast_backtracking),
      rc::gen::set(&Options::entries_per_message, few(2)), rc::gen::set(&Options::pre_vote, rarely),
      rc::gen::set(&Options::check_quorum, rarely), rc::gen::set(&Options::vote_lease, rarely),
      rc::gen::set(&Options::lease_reads), rc::gen::set(&Options::bytes_per_message, few(3)),
      rc::gen::set(&Options::appends_in_flight, few(2)),
      rc::gen::set(&Options::uncommitted, few(3)), rc::gen::set(&Options::snapshots),
      rc::gen::set(&Options::snapshot_chunk, few(8)),
      rc::gen::set(&Options::changes,
                   rc::gen::weightedElement<node::Changes>({{2, node::Changes::None},
                                                            {1, node::Changes::SingleServer},
                                                            {1, node::Changes::Joint}})),
      rc::gen::set(&Options::async_disk),
      rc::gen::set(&Options::voters, in_range<std::uint32_t>(0, 6)));
  return rc::gen::map(any, [](Options made) {
    made.lease_reads &= made.vote_lease;  // needs it
    made.voters = made.changes == node::Changes::None ? 0 : made.voters % (made.servers + 1);
    return made;
  });
}

// The same for the core.
inline rc::Gen<raft::Config> configs() {
  return rc::gen::map(options(), [](const node::Options& made) { return node::core_config(made); });
}

}  // namespace cluster::rapid
