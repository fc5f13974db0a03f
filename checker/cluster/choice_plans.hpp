// Draws the choices of a run. Each run is a swarm of its own: it draws which kinds of faults and
// inputs it has at all, and how often each comes; some runs have no faults, some nothing but. A run
// falls into a few phases, and in each some servers are slow and some links nearly dead: what a
// server misses, and what arrives long after, is what bugs are made of.
#pragma once

#include <cstddef>
#include <vector>

#include "checker/cluster/choice.hpp"
#include "checker/engine/random.hpp"
#include "checker/node/node.hpp"

namespace cluster {

// Kinds that the options rule out are not drawn.
std::vector<Choice> draw_choices(const node::Options& options, engine::Random& random,
                                 std::size_t count);

// What the network and the disks do, without any input: deliveries, losses, duplicates, crashes,
// torn disks, partitions and heals.
std::vector<Choice> draw_faults(const node::Options& options, engine::Random& random,
                                std::size_t count);

}  // namespace cluster
