#include "traces/formats/formats.hpp"

#include <algorithm>
#include <array>

#include "traces/formats/writers.hpp"

namespace traces::formats {
namespace {

constexpr std::array kFormats = {
    Format{"text", "a table for the terminal", text::write},
    Format{"markdown", "tables for an issue or a review", markdown::write},
    Format{"mermaid", "a sequence diagram, for Mermaid", mermaid::write},
    Format{"html", "a page to look at in a browser, in one file", html::write},
    Format{"itf", "Apalache's and Quint's Informal Trace Format", itf::write},
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
