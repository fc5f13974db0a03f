// What clients did to an object and what they were told: the values that the linearizability
// checker judges. It knows nothing of how the object is made; a history may come from a file, a
// laboratory or a test.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "traces/result.hpp"

namespace linearizability {

// What is written and read, and what names an object: nothing (`nil`), a whole number, or text.
// Text comes last, so that a string literal is text.
using Value = std::variant<std::monostate, std::int64_t, std::string>;

// As the formats and reports write it: nil, 3, "text".
[[nodiscard]] std::string text(const Value& value);

// What the objects of a history are. There is one for each key, and they know nothing of each
// other.
enum class Model : std::uint8_t {
  Register,  // read, write, cas; nil at first
  KeyValue,  // get, put, append; text, empty at first; nil, where something is asked for, is empty
             // too
};

enum class Kind : std::uint8_t {
  Read,    // read; in a key/value store: get
  Write,   // write; in a key/value store: put
  Append,  // puts text behind the text that is there; key/value stores only
  Cas,     // compare and set: writes `argument` where `expected` stood; registers only
};

enum class Outcome : std::uint8_t {
  Ok,        // it took effect between `invoked` and `returned`
  Mismatch,  // a Cas that found something else than it expected, between `invoked` and `returned`
  Failed,    // it took no effect, ever, and tells nothing
  Unknown,   // no answer (timed out, crashed): takes effect at any time after `invoked`, or never
};

// `returned` of an operation that nobody ever gave up waiting for.
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// One operation of one client. Times are ticks of any clock that all clients share; what happens at
// one tick is simultaneous, so operations that touch overlap, and an operation may begin and end at
// one tick. But a client does one thing after the other: of two operations of one client, one that
// returned when the other was invoked comes before it (if both are of one tick altogether, the one
// that stands first in the history).
struct Operation {
  std::int64_t client = 0;
  Value key{};  // nil where there is one object
  Kind kind = Kind::Read;
  Value argument{};  // Write, Append: what; Cas: what to set
  Value expected{};  // Cas: what should be there
  Outcome outcome = Outcome::Ok;
  std::optional<Value> result{};  // Read with an answer: what it saw; absent: it does not tell
  std::int64_t invoked = 0;
  std::int64_t returned = 0;  // Unknown: when its client gave up, or kNever; no bound

  bool operator==(const Operation&) const = default;
};

// In any order, but see Operation on operations of one client at one tick.
using History = std::vector<Operation>;

// Why the model has no such operation (a kind or value that it does not have, a return before the
// invocation); empty if it has.
[[nodiscard]] std::string complaint_about(const Operation& operation, Model model);
// Whether there is nothing to complain about. The failure names the operation's place, from 0.
[[nodiscard]] traces::Result<void> validate(const History& history, Model model);

// For one line of a report: `client 3: append "x" to "k" [120, 140]`, `client 4: get "k" -> "x"
// [..]`.
[[nodiscard]] std::string text(const Operation& operation, Model model);

}  // namespace linearizability
