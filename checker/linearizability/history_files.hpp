// Histories as text: the formats of Porcupine's tests and of Jepsen, both ways.
// docs/linearizability.md describes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checker/linearizability/history.hpp"
#include "traces/result.hpp"

namespace linearizability {

enum class Format : std::uint8_t {
  // Registers: a log of jepsen.util, one event a line, in which a cas that fails is one that found
  // something else than it expected. Stores: one map a line, with a :key. No times.
  Porcupine,
  // history.edn (maps, one after the other or in a vector) or history.txt (lines). What fails took
  // no
  // effect, and that is all it tells. With times.
  Jepsen,
};

[[nodiscard]] std::string_view to_string(Format format);

struct HistoryFile {
  History history;  // by invocation
  Format format = Format::Jepsen;
};

// Without a format: Porcupine if lines come from jepsen.util or maps have a :key, else Jepsen.
// Errors name the file, line and column, and what to do: `h.edn: line 3, column 1: process 4 ...`.
//
// Ticks are the file's times, if all events have one, they never decrease, and no two events with
// an :index share one (then what shares a time is simultaneous); else the events' numbers in the
// file.
[[nodiscard]] traces::Result<HistoryFile> read_history(std::string_view text,
                                                       std::string_view file_name, Model model,
                                                       std::optional<Format> format = {});

// What read_history reads as the same history, but for names: a client that goes on after an
// operation without an answer gets a new number, as in Jepsen, and in Porcupine's format ticks are
// counted anew. There, what failed is left out, and a read that does not tell what it saw has no
// answer. A failure tells what the format cannot say.
[[nodiscard]] traces::Result<std::string> write_history(const History& history, Model model,
                                                        Format format);

}  // namespace linearizability
