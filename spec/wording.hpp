// The parts of speech that violation messages share. Internal to spec.
#pragma once

#include <string>

#include "spec/view.hpp"

namespace spec {

// `"x" of term 2`, `a no-op of term 2`, or `no entry` for nullptr. Bytes that a terminal would not
// show are escaped.
std::string describe(const EntryView* entry);

// `{1 2 3}`, joint `{1 2} and {2 3}`, with learners `{1 2}, learners {3}`.
std::string describe(const MembershipView& membership);

}  // namespace spec
