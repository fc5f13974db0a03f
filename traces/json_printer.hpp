// Inside this room only: JSON text that people can read. The library's own dump() puts every number
// of every array on a line of its own, which makes a short trace a thousand lines long.
#pragma once

#include <string>

#include "traces/json_values.hpp"

namespace traces::internal {

// Indented by 2. An array or object that fits into 100 columns stays on one line; one whose parts
// each do gets as many of them a line as fit; any other has a part a line. No newline at the end.
// Bytes that are not UTF-8 become U+FFFD.
std::string print(const Json& value);

}  // namespace traces::internal
