// The bytes by which histories are interned.
#pragma once

#include <string>

#include "spec/history.hpp"

namespace cluster {

// Equal histories have equal bytes: every part has a fixed width or its length before it.
std::string bytes_of(const spec::History& history);

}  // namespace cluster
