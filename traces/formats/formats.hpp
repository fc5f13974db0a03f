// The forms in which a trace can be shown, by name. A further one is a file here that writes it and
// a row in the table (formats.cpp).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "traces/trace.hpp"

namespace traces::formats {

// What the text is written for; formats that are files for other programs do not look at it.
struct Page {
  std::size_t columns = 100;  // lines are wrapped there
  bool colour = false;        // with the terminal's escape sequences
};

struct Format {
  const char* name;     // "markdown"
  const char* summary;  // one line for the help
  // The whole document, ended by a newline. Takes any trace that the reader takes.
  std::string (*write)(const Trace& trace, const Page& page);
};

// In the order in which they are listed; the first is the default.
std::span<const Format> all();
const Format* named(std::string_view name);  // nullptr if there is none

}  // namespace traces::formats
