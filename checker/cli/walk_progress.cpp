#include "checker/cli/walk_progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "checker/cli/process.hpp"
#include "checker/cli/text.hpp"

namespace cli {
namespace {
constexpr std::chrono::milliseconds kTerminalInterval{500};
constexpr std::chrono::milliseconds kPlainInterval{5000};
constexpr std::chrono::milliseconds kMemoryInterval{250};
}  // namespace

WalkObserver::WalkObserver(std::optional<double> seconds_max, std::optional<std::uint64_t> walks)
    : seconds_max_(seconds_max),
      walks_(walks),
      is_terminal_(stderr_is_terminal()),
      memory_bytes_(memory_bytes()) {}

double WalkObserver::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

std::optional<cluster::WalkStop> WalkObserver::poll(const cluster::WalkProgress& progress) {
  if (is_interrupted()) return cluster::WalkStop::Interrupted;
  const Clock::time_point now = Clock::now();
  if (seconds_max_ && std::chrono::duration<double>(now - start_).count() >= *seconds_max_) {
    return cluster::WalkStop::Time;
  }
  if (now - memory_seen_ >= kMemoryInterval) {
    memory_seen_ = now;
    if (resident_bytes() > memory_bytes_ / 4 * 3) return cluster::WalkStop::Memory;
  }
  if (now - printed_ >= (is_terminal_ ? kTerminalInterval : kPlainInterval)) print(progress, now);
  return std::nullopt;
}

void WalkObserver::print(const cluster::WalkProgress& progress, Clock::time_point now) {
  const double elapsed = std::chrono::duration<double>(now - printed_).count();
  const auto rate =
      static_cast<std::uint64_t>(static_cast<double>(progress.steps - printed_steps_) / elapsed);
  const std::string of = walks_ ? fmt::format(" of {}", grouped(*walks_)) : "";
  const std::string after = duration_text(std::chrono::duration<double>(now - start_).count());
  std::string line =
      fmt::format("walks {}{}, steps {}, {} steps/s, {}, {}", grouped(progress.walks), of,
                  grouped(progress.steps), grouped(rate), bytes_text(resident_bytes()), after);
  if (is_terminal_) {
    const std::size_t columns = stderr_columns();  // the last one stays free
    if (line.size() >= columns) {
      line = fmt::format("{}, {} walks, {} steps, {}/s, {}", after, short_number(progress.walks),
                         short_number(progress.steps), short_number(rate),
                         bytes_text(resident_bytes()));
    }
    if (line.size() >= columns) line.resize(columns - 1);
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  has_line_ = is_terminal_;
  printed_ = now;
  printed_steps_ = progress.steps;
}

void WalkObserver::clear() {
  if (has_line_) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);  // before anything comes on the standard output
  }
  has_line_ = false;
}

void WalkObserver::on_violation_found(spec::Property property, std::uint64_t walk,
                                      std::uint64_t steps) {
  clear();
  fmt::print(stderr, "{}",
             wrapped(std::string(to_string(property)) + " is violated", 2,
                     words_of(fmt::format("in walk {}, after {}; shrinking it", grouped(walk),
                                          counted(steps, "step", "steps")))));
}

}  // namespace cli
