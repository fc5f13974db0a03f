// How the random walks of a cluster draw: schedulers say which of the possible steps come how
// often, fault profiles say what goes wrong beside them.
#pragma once

#include <cstdint>

#include "checker/engine/random_walk.hpp"

namespace cluster {

enum class Scheduler : std::uint8_t {
  Uniform,  // each possible step and each message is as likely as the other
  Pct,      // priorities of links and servers that change at a few points
  Swarm,    // a random choice of actions and faults, each with a random weight
  Mix,      // each walk draws one of the three
};

enum class Faults : std::uint8_t {
  None,        // messages arrive once and in order
  Lossy,       // messages are lost, doubled and overtaken
  Crashy,      // servers crash and restart
  Partitions,  // the network is cut into two groups and heals
  All,         // all of these
  Mix,         // each walk draws one of the five
};

// Draws the plan of one walk. The weights are by the action names of ServerModel.
void draw_plan(Scheduler scheduler, Faults faults, engine::Random& random, engine::WalkPlan& plan);

}  // namespace cluster
