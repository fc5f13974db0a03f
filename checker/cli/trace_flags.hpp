// The flags of the commands that make something of a trace by running it.
#pragma once

#include "checker/cli/flags.hpp"

namespace cli {

std::span<const Flag> shrink_flags();

}  // namespace cli
