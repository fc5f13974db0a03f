// The events of a history file, each as it stands there: what maps and lines have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checker/linearizability/edn.hpp"

namespace linearizability {

enum class Event : std::uint8_t { Invoke, Ok, Fail, Info };

struct Record {
  std::size_t offset = 0;  // in the text
  std::int64_t process = 0;
  Event event = Event::Invoke;
  std::string function{};      // of :f
  std::optional<Edn> key{};    // of :key
  std::optional<Edn> value{};  // of :value; absent: there is none
  std::string error{};         // of :error, or what a line has behind the value; empty: none
  std::optional<std::int64_t> time{};
  bool has_index = false;
  std::size_t number = 0;  // among all events of the file
};

struct Records {
  std::vector<Record> records;
  bool is_log = false;  // lines, and they say that they come from jepsen.util
};

// Without those of processes that have a name and no number: Jepsen's nemesis.
[[nodiscard]] traces::Result<Records> read_records(std::string_view text, std::string_view name);

}  // namespace linearizability
