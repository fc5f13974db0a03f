#include "checker/cli/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "checker/cli/process.hpp"
#include "checker/cli/text.hpp"

namespace cli {
namespace {
constexpr std::chrono::milliseconds kTerminalInterval{500};
constexpr std::chrono::milliseconds kPlainInterval{5000};
constexpr std::chrono::milliseconds kMemoryInterval{2};
// Of the budget: what comes between two looks, and at the end of a search.
constexpr std::uint64_t kMemoryReserve = 50;  // a fiftieth

struct Seen {
  engine::Progress progress;
  std::uint64_t states_per_second = 0;
  double seconds = 0;
};

std::string full_line(const Seen& seen) {
  return fmt::format("generated {}, distinct {}, queue {}, depth {}, {} states/s, {}, {}",
                     grouped(seen.progress.generated), grouped(seen.progress.distinct),
                     grouped(seen.progress.queue), seen.progress.depth,
                     grouped(seen.states_per_second), bytes_text(resident_bytes()),
                     duration_text(seen.seconds));
}

// Rounded numbers where the terminal is narrow, and only what there is room for: a line that wraps
// could not be redrawn. The last column stays free, since some terminals wrap after it.
std::string progress_line(const Seen& seen, std::size_t columns) {
  std::string line = full_line(seen);
  if (line.size() < columns) return line;
  line = fmt::format("{}, {} generated, {} distinct, {} queue, depth {}, {}/s, {}",
                     duration_text(seen.seconds), short_number(seen.progress.generated),
                     short_number(seen.progress.distinct), short_number(seen.progress.queue),
                     seen.progress.depth, short_number(seen.states_per_second),
                     bytes_text(resident_bytes()));
  if (line.size() >= columns) line.resize(columns - 1);
  return line;
}
constexpr std::uint64_t kQuarters = 4;  // of the machine's memory: three of them by default
}  // namespace

ProgressObserver::ProgressObserver(std::optional<double> seconds_max,
                                   std::optional<std::uint64_t> memory_max)
    : seconds_max_(seconds_max),
      is_terminal_(stderr_is_terminal()),
      memory_max_(memory_max.value_or(memory_bytes() / kQuarters * 3)) {}

double ProgressObserver::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

std::optional<engine::StopReason> ProgressObserver::stop(Clock::time_point now,
                                                         std::uint64_t memory_ahead) {
  if (is_interrupted()) return engine::StopReason::Interrupted;
  if (seconds_max_ && std::chrono::duration<double>(now - start_).count() >= *seconds_max_) {
    return engine::StopReason::Time;
  }
  // A search that ends by itself says how far it came; one that the system kills says nothing.
  if (now - memory_seen_ >= kMemoryInterval) {
    memory_seen_ = now;
    const std::uint64_t needed = resident_bytes() + memory_ahead;
    if (needed > memory_max_ - memory_max_ / kMemoryReserve) return engine::StopReason::Memory;
  }
  return std::nullopt;
}

bool ProgressObserver::is_time_to_print(Clock::time_point now) const {
  return now - printed_ >= (is_terminal_ ? kTerminalInterval : kPlainInterval);
}

std::optional<engine::StopReason> ProgressObserver::poll(const engine::Progress& progress) {
  const Clock::time_point now = Clock::now();
  if (const auto reason = stop(now, progress.memory_ahead)) return reason;
  if (!printed_distinct_) printed_distinct_ = progress.distinct;  // more than 0 when resumed
  if (is_time_to_print(now)) print(progress, now);
  return std::nullopt;
}

std::optional<engine::StopReason> ProgressObserver::poll_recovery(
    const cluster::RecoveryProgress& progress) {
  const Clock::time_point now = Clock::now();
  if (const auto reason = stop(now, 0)) return reason;
  if (is_time_to_print(now)) {
    std::string line =
        fmt::format("recovery: {} of {} states, {} do not recover, {} steps, {}",
                    grouped(progress.checked), grouped(progress.states), grouped(progress.failing),
                    short_number(progress.steps), duration_text(seconds()));
    if (is_terminal_ && line.size() >= stderr_columns()) line.resize(stderr_columns() - 1);
    put(line);
    printed_ = now;
  }
  return std::nullopt;
}

void ProgressObserver::print(const engine::Progress& progress, Clock::time_point now) {
  const double elapsed = std::chrono::duration<double>(now - printed_).count();
  // A new search (for a shortest trace) counts from the beginning.
  const std::uint64_t before = printed_distinct_.value_or(0);
  const std::uint64_t since = progress.distinct >= before ? progress.distinct - before : 0;
  const Seen seen{
      .progress = progress,
      .states_per_second = static_cast<std::uint64_t>(static_cast<double>(since) / elapsed),
      .seconds = std::chrono::duration<double>(now - start_).count()};
  put(is_terminal_ ? progress_line(seen, stderr_columns()) : full_line(seen));
  printed_ = now;
  printed_distinct_ = progress.distinct;
}

void ProgressObserver::put(const std::string& line) {
  if (is_terminal_) {
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  has_line_ = is_terminal_;
}

void ProgressObserver::clear() {
  if (has_line_) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);  // before anything comes on the standard output
  }
  has_line_ = false;
}

void ProgressObserver::on_violation_found(const spec::Violation& violation) {
  clear();
  fmt::print(stderr, "{}",
             wrapped(std::string(to_string(violation.property)) + " is violated:", 2,
                     words_of(violation.message + "; searching for a shortest trace")));
  printed_distinct_ = 0;
}

void ProgressObserver::on_recovery_failure(const cluster::RecoveryProgress& progress) {
  clear();
  fmt::print(stderr, "{}",
             wrapped("Recovery is violated:", 2,
                     words_of(counted(progress.failing, "state does", "states do") +
                              " not recover; searching for a shortest run to one")));
  printed_distinct_ = 0;
}

}  // namespace cli
