// Where two traces part: how long they are the same run, what differs at the first step where they
// are not, and which of the later steps they still share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "traces/trace.hpp"

namespace traces {

enum class PartingKind : std::uint8_t {
  None,      // the same run to the end
  Start,     // the servers differ before the first step
  Action,    // another action is taken
  Reaction,  // the same action, to which the server (or the network) reacts otherwise
  End,       // one of them ends where the other goes on
  Verdict,   // the same steps, and what they violate differs
};
// "none", "start", "action", "reaction", "end", "verdict".
const char* to_string(PartingKind kind);

// Printable. Empty: there is no such thing in that trace.
struct Difference {
  std::string what;
  std::string a;
  std::string b;
  bool operator==(const Difference&) const = default;
};

struct Parting {
  PartingKind kind = PartingKind::None;
  std::size_t common_steps = 0;  // at the beginning; the traces part behind them
  // Of the configurations, the bounds and the bug. What a trace was searched with does not make it
  // another run.
  std::vector<Difference> settings;
  std::vector<Difference> differences;  // of Start, Reaction and Verdict
};

// The words in `program_version`, and of a violation in its message, do not count.
Parting parting_of(const Trace& a, const Trace& b);

// A place in one or both traces (from 0).
struct AlignedStep {
  std::optional<std::size_t> a;
  std::optional<std::size_t> b;
  bool operator==(const AlignedStep&) const = default;
};
// The steps from `first` on, those with the same action (wherever its message was sent) side by
// side: as many as can be without changing an order. Takes time and memory by the product of the
// lengths, so beyond a few thousand steps nothing is aligned: those of `a`, then those of `b`.
std::vector<AlignedStep> aligned(const Trace& a, const Trace& b, std::size_t first);

}  // namespace traces
