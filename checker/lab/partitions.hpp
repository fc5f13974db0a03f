// The shapes in which a network falls apart, as the links that are left open.
#pragma once

#include "checker/engine/random.hpp"
#include "checker/lab/network.hpp"

namespace lab {

enum class Shape : std::uint8_t {
  Split,      // two sides
  Thirds,     // three sides
  Bridge,     // two sides, and a server that reaches both and is reached by both
  Chain,      // each reaches its neighbours in a row
  Ring,       // each reaches a majority, and hardly two the same one
  OneWay,     // two sides; what one of them sends does not arrive, what the other sends does
  Isolated,   // the victim reaches nobody, and nobody reaches it
  Deaf,       // nothing arrives at the victim
  Mute,       // nothing that the victim sends arrives
  Scattered,  // any links, one direction at a time
};
inline constexpr std::uint32_t kShapes = 10;

// The shape with its servers drawn; `victim` is who it is about, if it is about one. Of at least
// three servers; each closes some link.
Links partition(Shape shape, std::uint32_t servers, std::uint32_t victim, engine::Random& dice);

// Open between servers of one side. `sides` by server, from server 1 on.
Links sides_apart(const std::vector<std::uint32_t>& sides);

}  // namespace lab
