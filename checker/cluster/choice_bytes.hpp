// Runs by choices as bytes, and back: what fuzz_cluster reads (fuzz/), and so what a fuzzer finds.
// Any bytes behind the first are a run. A choice takes two bytes, which mean the same wherever they
// stand and whatever the options.
//
//   0     kChoiceBytesMark, with which no text in UTF-8 begins, and so no trace
//   1..4  the options
//   then  two bytes a choice
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checker/cluster/choice.hpp"

namespace cluster {

inline constexpr std::uint8_t kChoiceBytesMark = 0xC1;
inline constexpr std::size_t kOptionBytes = 5;  // the mark included
inline constexpr std::size_t kBytesAChoice = 2;

// What two bytes say where there are so many servers, and two that say it.
Choice choice_of_bytes(std::uint8_t what, std::uint8_t which, std::uint32_t servers);
std::array<std::uint8_t, kBytesAChoice> bytes_of_choice(const Choice& choice);

// A cluster's options as the bytes behind the mark say them; missing bytes are 0.
node::Options options_of_bytes(std::string_view bytes);

// Absent unless the first byte is the mark. Missing bytes of the options are 0.
std::optional<PlannedRun> run_of_bytes(std::string_view bytes);

// Of a run with up to 5 servers: bytes that mean it, but for numbers of choices above 79 and
// options that these bytes cannot say.
std::string bytes_of_run(const PlannedRun& run);

}  // namespace cluster
