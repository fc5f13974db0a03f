#include "checker/cli/watch.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "checker/cli/process.hpp"

namespace cli {
namespace {
constexpr std::chrono::milliseconds kTerminalInterval{500};
constexpr std::chrono::milliseconds kPlainInterval{5000};
constexpr std::chrono::milliseconds kMemoryInterval{2};
}  // namespace

Watch::Watch(std::optional<double> seconds_max, std::uint64_t memory_max)
    : seconds_max_(seconds_max), memory_max_(memory_max), is_terminal_(stderr_is_terminal()) {}

double Watch::seconds(Clock::time_point now) const {
  return std::chrono::duration<double>(now - start_).count();
}

double Watch::seconds_since_line(Clock::time_point now) const {
  return std::chrono::duration<double>(now - printed_).count();
}

std::optional<engine::StopReason> Watch::reason_to_stop(Clock::time_point now,
                                                        std::uint64_t memory_ahead) {
  if (is_interrupted()) return engine::StopReason::Interrupted;
  if (seconds_max_ && seconds(now) >= *seconds_max_) return engine::StopReason::Time;
  // Work that ends by itself says how far it came; what the system kills says nothing.
  if (now - memory_seen_ >= kMemoryInterval) {
    memory_seen_ = now;
    resident_ = resident_bytes();
  }
  if (resident_ + memory_ahead > memory_max_) return engine::StopReason::Memory;
  return std::nullopt;
}

bool Watch::is_time_to_print(Clock::time_point now) const {
  return now - printed_ >= (is_terminal_ ? kTerminalInterval : kPlainInterval);
}

// A line that wraps could not be redrawn. The last column stays free, since some terminals wrap
// after it.
void Watch::print(std::string line, Clock::time_point now) {
  if (is_terminal_) {
    if (line.size() >= stderr_columns()) line.resize(stderr_columns() - 1);
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  has_line_ = is_terminal_;
  printed_ = now;
}

void Watch::clear() {
  if (has_line_) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);  // before anything comes on the standard output
  }
  has_line_ = false;
}

}  // namespace cli
