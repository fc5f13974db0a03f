#include "traces/formats/formats.hpp"

#include <algorithm>
#include <array>

#include "traces/formats/writers.hpp"

namespace traces::formats {
namespace {

constexpr std::array kFormats = {
    Format{"text", "a table for the terminal", text::write},
    Format{"markdown", "tables for an issue or a review", markdown::write},
    Format{"shiviz", "a log with vector clocks, for ShiViz", shiviz::write},
    Format{"dot", "a space-time diagram, for Graphviz", dot::write},
    Format{"tla", "a TLA+ module that has the trace as its only behaviour", tla::write},
};

}  // namespace

std::span<const Format> all() { return kFormats; }

const Format* named(std::string_view name) {
  const auto* found = std::ranges::find(kFormats, name, &Format::name);
  return found == kFormats.end() ? nullptr : &*found;
}

}  // namespace traces::formats
