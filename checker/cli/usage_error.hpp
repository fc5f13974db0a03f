// What the user got wrong, or what the surroundings refused: printed as it is, exit status 2.
#pragma once

#include <stdexcept>

namespace cli {

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The exit statuses of every command.
enum ExitStatus : int {
  kHolds = 0,     // no violation, and the space within the bounds is exhausted
  kViolated = 1,  // a property is violated (a trace is written), or a trace's violation reproduces
  kUsage = 2,     // usage, files, or a trace that the implementation no longer follows
  kStopped = 3,   // stopped at a limit or interrupted: nothing is said about the rest
};

}  // namespace cli
