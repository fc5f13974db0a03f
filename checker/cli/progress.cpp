#include "checker/cli/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "checker/cli/process.hpp"
#include "checker/cli/text.hpp"

namespace cli {
namespace {
constexpr std::uint64_t kQuarters = 4;  // of the machine's memory: three of them by default
// Of the budget: what comes between two looks, and at the end of a search.
constexpr std::uint64_t kMemoryReserve = 50;  // a fiftieth

std::uint64_t without_reserve(std::uint64_t bytes) { return bytes - bytes / kMemoryReserve; }

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

// Rounded numbers where the terminal is narrow.
std::string progress_line(const Seen& seen, std::size_t columns) {
  const std::string line = full_line(seen);
  if (line.size() < columns) return line;
  return fmt::format("{}, {} generated, {} distinct, {} queue, depth {}, {}/s, {}",
                     duration_text(seen.seconds), short_number(seen.progress.generated),
                     short_number(seen.progress.distinct), short_number(seen.progress.queue),
                     seen.progress.depth, short_number(seen.states_per_second),
                     bytes_text(resident_bytes()));
}
}  // namespace

ProgressObserver::ProgressObserver(std::optional<double> seconds_max,
                                   std::optional<std::uint64_t> memory_max)
    : watch_(seconds_max, without_reserve(memory_max.value_or(memory_bytes() / kQuarters * 3))) {}

std::optional<engine::StopReason> ProgressObserver::poll(const engine::Progress& progress) {
  const auto now = Watch::Clock::now();
  if (const auto reason = watch_.reason_to_stop(now, progress.memory_ahead)) return reason;
  if (!printed_distinct_) printed_distinct_ = progress.distinct;  // more than 0 when resumed
  if (watch_.is_time_to_print(now)) print(progress, now);
  return std::nullopt;
}

std::optional<engine::StopReason> ProgressObserver::poll_recovery(
    const cluster::RecoveryProgress& progress) {
  const auto now = Watch::Clock::now();
  if (const auto reason = watch_.reason_to_stop(now)) return reason;
  if (watch_.is_time_to_print(now)) {
    watch_.print(
        fmt::format("recovery: {} of {} states, {} do not recover, {} steps, {}",
                    grouped(progress.checked), grouped(progress.states), grouped(progress.failing),
                    short_number(progress.steps), duration_text(watch_.seconds(now))),
        now);
  }
  return std::nullopt;
}

void ProgressObserver::print(const engine::Progress& progress, Watch::Clock::time_point now) {
  // A new search (for a shortest trace) counts from the beginning.
  const std::uint64_t before = printed_distinct_.value_or(0);
  const std::uint64_t since = progress.distinct >= before ? progress.distinct - before : 0;
  const Seen seen{.progress = progress,
                  .states_per_second = static_cast<std::uint64_t>(static_cast<double>(since) /
                                                                  watch_.seconds_since_line(now)),
                  .seconds = watch_.seconds(now)};
  watch_.print(watch_.is_terminal() ? progress_line(seen, stderr_columns()) : full_line(seen), now);
  printed_distinct_ = progress.distinct;
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
