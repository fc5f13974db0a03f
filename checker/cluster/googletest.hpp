// A trace as the source of a GoogleTest case, which needs no other file than the installed headers
// and libraries: the run as a Scenario, a line for each step, and what is expected of it.
#pragma once

#include <string>

#include "traces/trace.hpp"

namespace cluster {

struct GoogleTestOptions {
  std::string suite;   // an identifier
  std::string name;    // an identifier
  std::string source;  // where the trace is, for the comment on top
  // Whether the run must violate the property at the recorded step, or must not violate it: a test
  // for an implementation that is known to be broken, or for one that was mended. A trace without a
  // violation must be taken to its end.
  bool expects_violation = false;
  // A node library (checker/node/library.hpp) to run it on. Empty: the core that is linked.
  std::string library{};
};

// Precondition: the trace does not contradict itself (trace_check.hpp), and its property is one of
// spec's or Recovery.
std::string googletest_of(const traces::Trace& trace, const GoogleTestOptions& options);

// Any text as an identifier of C++ that GoogleTest takes: "double-vote" becomes "double_vote".
// Empty where nothing of it is left.
std::string identifier_of(const std::string& text);

}  // namespace cluster
