// Histories of clients of a real object, for tests: legal by construction, and the same from the
// same seed on every machine.
#pragma once

#include <cstdint>
#include <random>

#include "checker/linearizability/history.hpp"

namespace linearizability {

struct HistoryPlan {
  Model model = Model::KeyValue;
  std::uint32_t clients = 5;
  std::uint32_t operations = 100;
  std::uint32_t keys = 1;
  std::uint32_t values = 0;  // how many different ones are written; 0: each write has its own
  // Of 100 operations; the rest are reads.
  std::uint32_t writes = 30;
  std::uint32_t changes = 0;  // append, or cas
  std::uint32_t unanswered =
      0;  // half of them take effect, some of them late; their client goes on
  std::int64_t duration_max = 100;  // ticks; each from 0
  std::int64_t pause_max = 20;      // ticks from a client's return to its next invocation; from 0
};

[[nodiscard]] History legal_history(const HistoryPlan& plan, std::uint64_t seed);

// The same with another answer of one read or cas, if there is any: seldom legal.
[[nodiscard]] History with_another_answer(History history, std::uint64_t seed);

// From 0 to `below` - 1. The standard's distributions differ between libraries.
[[nodiscard]] std::uint64_t drawn(std::mt19937_64& random, std::uint64_t below);

}  // namespace linearizability
