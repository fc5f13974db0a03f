// The flags of the commands that make something of a trace by running it.
#pragma once

#include "checker/cli/flags.hpp"

namespace cli {

std::span<const Flag> shrink_flags();
std::span<const Flag> test_from_flags();
std::span<const Flag> diff_flags();
std::span<const Flag> step_flags();  // those of a cluster are explore's

}  // namespace cli
