// Contracts: conditions that no correct cluster can break. Always on, in every build.
#pragma once

#include <stdexcept>

namespace raft {

// A condition that the implementation relies on does not hold: a bug here or in another server, or
// storage that gave back something else than was written. The server must not go on.
class ContractViolation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// Throws ContractViolation(why) unless the condition holds. `why` is a sentence for the reader of
// the counterexample.
#define CONTRACT(condition, why)                            \
  do {                                                      \
    if (!(condition)) throw ::raft::ContractViolation(why); \
  } while (false)

}  // namespace raft
