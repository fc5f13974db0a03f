#include "checker/cli/trace_flags.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace cli {
namespace {

constexpr const char* kLimits = "Limits";

constexpr std::array kShrinkFlags = {
    Flag{"time", "SECONDS", "unlimited", kLimits,
         "stop after so many seconds with the smallest trace so far"},
};

constexpr const char* kTest = "The test";

constexpr std::array kTestFromFlags = {
    Flag{"expect", "holds|violation", "holds", kTest,
         "holds: the test fails as long as the run violates what it violated; violation: it passes "
         "as long as that happens again, at the same step"},
    Flag{"name", "SUITE.TEST", "auto", kTest,
         "the test's name; auto: after the property and the bug or file"},
    Flag{"library", "FILE", "none", kTest,
         "run it on the servers of this node library; none: on the core that is linked"},
};

constexpr std::array kDiffFlags = {
    Flag{"context", "N", "12", "What is shown", "how many lines of what follows where they part"},
};

// Of explore's flags, those that say what the cluster is.
constexpr std::array kClusterFlags = {
    "servers",      "voters",         "learners",     "compactions", "changes",
    "network",      "no-op",          "backtracking", "entries",     "pre-vote",
    "check-quorum", "vote-lease",     "lease-reads",  "bytes",       "appends-in-flight",
    "uncommitted",  "snapshot-chunk", "membership",   "disk"};

}  // namespace

std::span<const Flag> step_flags() {
  static const std::vector<Flag> kFlags = [] {
    std::vector<Flag> flags;
    for (const char* name : kClusterFlags) {
      flags.push_back(*std::ranges::find(explore_flags(), std::string_view(name), &Flag::name));
    }
    flags.push_back({"at", "N", "its end", "The trace", "with TRACE: begin behind its step N"});
    return flags;
  }();
  return kFlags;
}

std::span<const Flag> test_from_flags() { return kTestFromFlags; }

std::span<const Flag> diff_flags() { return kDiffFlags; }

std::span<const Flag> shrink_flags() { return kShrinkFlags; }

}  // namespace cli
