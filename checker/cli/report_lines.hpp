// Lines that the summaries of all commands are made of.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace cli {

using Out = std::back_insert_iterator<std::string>;

inline constexpr std::size_t kValueColumn = 32;  // where the values begin

// "  name    value".
void line(Out out, std::string_view name, std::string_view value);

// What happened at least once, and what never did. `fired`: a bit for each spec::Witness.
// `possible`: of those that did not fire, the ones that could have.
void add_witness_lines(Out out, std::uint32_t fired, std::uint32_t possible);

}  // namespace cli
