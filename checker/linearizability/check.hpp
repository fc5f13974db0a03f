// Is there an order of a history's operations, each at one moment between its invocation and its
// return, in which every answer is what the object would have said? That is what linearizable
// means.
//
//   History history = {{.client = 1, .key = "k", .kind = Kind::Write, .argument = "x",
//                       .invoked = 0, .returned = 5}, ...};
//   Verdict verdict = check(history, Model::KeyValue);
//   if (verdict.answer == Answer::Illegal) std::cout << text(*verdict.explanation, history, model);
//
// Deterministic: the same history, model and limits give the same verdict, unless an observer stops
// it. To decide is NP-complete, so some histories need a limit; those that clients of a store make
// seldom do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/linearizability/history.hpp"

namespace linearizability {

enum class Answer : std::uint8_t { Legal, Illegal, Unknown };

enum class StopReason : std::uint8_t { Configurations, Memory, Time, Interrupted };

// Absent: no limit.
struct Limits {
  std::optional<std::uint64_t> configurations;  // pairs (what has taken effect, value) looked at
  std::optional<std::uint64_t> memory;          // bytes to remember them
};

struct Progress {
  std::size_t keys = 0;              // in the history
  std::size_t keys_decided = 0;      // of them
  std::size_t operations = 0;        // of the key that is looked at, those that tell something
  std::size_t placed = 0;            // the most of them that had a place in an order so far
  std::uint64_t configurations = 0;  // looked at so far, of all keys
  std::uint64_t memory = 0;          // bytes
};

// The check's only way to the world outside: asked every few thousand configurations whether to go
// on.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;
  // A reason to stop; nothing to go on.
  virtual std::optional<StopReason> poll(const Progress& progress) = 0;
};

// Operations are named by their places in the history, from 0.
using Order = std::vector<std::size_t>;

// An order of one key's operations that explains all answers. Operations without an answer that
// took no effect are not in it; nor are reads that do not tell what they saw, and failed
// operations.
struct Linearization {
  Value key;
  Order order;
  bool operator==(const Linearization&) const = default;
};

// Why a key's history is illegal. Up to the moment before `misfit` returned there is an order that
// explains all answers, the `prefix`; there is none that explains the answer of `misfit` too. What
// had not returned by then may have taken effect or not: some of it may be in the prefix.
struct Explanation {
  Value key;
  Order prefix;
  Value value;             // after the prefix
  std::size_t misfit = 0;  // a Read or a Cas
  // What a read in its place could have seen, each in some order that explains everything before
  // it: of the values that were read, written or met on the way, at most 16.
  std::vector<Value> possible{};
  bool is_complete = false;  // `possible` has all that there are
  bool operator==(const Explanation&) const = default;
};

struct Verdict {
  Answer answer = Answer::Unknown;
  // One for each key that was decided before the answer was known; all keys where it is Legal.
  std::vector<Linearization> linearizations;
  std::optional<Explanation> explanation;  // Illegal, if there was time to find it
  std::optional<StopReason> stopped_by;    // Unknown; or Illegal, and the explanation is incomplete
  Progress progress;
};

// Throws std::invalid_argument if validate() fails. Keys with few operations are decided first; the
// first one that is illegal ends the check.
[[nodiscard]] Verdict check(const History& history, Model model, const Limits& limits = {},
                            Observer* observer = nullptr);

// Lines for a reader, each with its line end.
[[nodiscard]] std::string text(const Explanation& explanation, const History& history, Model model);

}  // namespace linearizability
