// Changes runs (checker/cluster/choice_bytes.hpp) as somebody does who knows what they are: choices
// are inserted, left out, repeated, moved and changed whole, servers trade places, and things that
// belong together, such as a request and its answer, come together. From the same bytes and seed
// comes the same run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fuzz {

// Changes the first `size` bytes of `bytes` in place; at most all of them are used. The size then.
std::size_t mutate_run(std::span<std::uint8_t> bytes, std::size_t size, std::uint64_t seed);

// The options of one of them, as a rule the first, and choices of both: a piece of the other in or
// behind the first. Half the time it changes the first as above. Writes to `out`; how many bytes.
std::size_t cross_runs(std::span<const std::uint8_t> one, std::span<const std::uint8_t> other,
                       std::span<std::uint8_t> out, std::uint64_t seed);

}  // namespace fuzz
