#include "checker/cli/trace_flags.hpp"

#include <array>

namespace cli {
namespace {

constexpr const char* kLimits = "Limits";

constexpr std::array kShrinkFlags = {
    Flag{"time", "SECONDS", "unlimited", kLimits,
         "stop after so many seconds with the smallest trace so far"},
};

}  // namespace

std::span<const Flag> shrink_flags() { return kShrinkFlags; }

}  // namespace cli
