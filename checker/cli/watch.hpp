// What long work on the terminal has in common: a line of progress on stderr, twice a second on a
// terminal (each in the place of the last one) and now and then elsewhere, and the reasons to stop.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "checker/engine/search.hpp"

namespace cli {

class Watch {
 public:
  using Clock = std::chrono::steady_clock;

  // Work is to stop so many seconds from now, or when it needs more than `memory_max` bytes.
  Watch(std::optional<double> seconds_max, std::uint64_t memory_max);

  // Interrupted, Time or Memory, if one of them is a reason to stop now. `memory_ahead`: bytes that
  // the work is about to need beside those it has.
  std::optional<engine::StopReason> reason_to_stop(Clock::time_point now,
                                                   std::uint64_t memory_ahead = 0);

  [[nodiscard]] double seconds() const { return seconds(Clock::now()); }  // since the beginning
  [[nodiscard]] double seconds(Clock::time_point now) const;
  [[nodiscard]] bool is_time_to_print(Clock::time_point now) const;
  // Between the last line and `now`.
  [[nodiscard]] double seconds_since_line(Clock::time_point now) const;
  [[nodiscard]] bool is_terminal() const { return is_terminal_; }

  void print(std::string line, Clock::time_point now);
  // Takes the line off the terminal.
  void clear();

 private:
  std::optional<double> seconds_max_;
  std::uint64_t memory_max_;
  bool is_terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point printed_ = start_;
  Clock::time_point memory_seen_ = start_;
  std::uint64_t resident_ = 0;  // bytes, then
  bool has_line_ = false;
};

}  // namespace cli
