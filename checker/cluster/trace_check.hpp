// What a trace must keep to before it is worth replaying: its own configuration and bounds. The
// reader (traces/json.hpp) knows only the form.
#pragma once

#include <optional>
#include <string>

#include "traces/trace.hpp"

namespace cluster {

// Something in a trace that is not as it should be: a JSON pointer into it, and a sentence.
struct TraceFault {
  std::string path;
  std::string explanation;
};

// The first place where the trace contradicts its configuration or exceeds its bounds.
std::optional<TraceFault> contradiction(const traces::Trace& trace);

}  // namespace cluster
