// What a trace is shown on.
#pragma once

#include "checker/cli/flags.hpp"
#include "traces/formats/formats.hpp"

namespace cli {

std::span<const Flag> show_flags();

// From --color and --columns, and what the standard output is unless the text goes to a file.
// Throws UsageError.
traces::formats::Page page_of(const FlagValues& values, bool is_file);

}  // namespace cli
