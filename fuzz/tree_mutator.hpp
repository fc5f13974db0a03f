// Changes text that is a tree written with brackets (JSON, EDN) as a tree: what stands between two
// brackets, or a word, is left out, repeated, put elsewhere or in another's place. Half of the
// changes are libFuzzer's own, of bytes and with its dictionary.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fuzz {

// For LLVMFuzzerCustomMutator. From the same bytes and seed comes the same text, but for
// libFuzzer's part.
std::size_t mutate_text(std::uint8_t* data, std::size_t size, std::size_t max_size,
                        unsigned int seed);

}  // namespace fuzz
