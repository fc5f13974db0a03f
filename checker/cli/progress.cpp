#include "checker/cli/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "checker/cli/process.hpp"
#include "checker/cli/text.hpp"

namespace cli {
namespace {
constexpr std::chrono::milliseconds kTerminalInterval{500};
constexpr std::chrono::milliseconds kPlainInterval{5000};
}  // namespace

ProgressObserver::ProgressObserver(std::optional<double> seconds_max)
    : seconds_max_(seconds_max), is_terminal_(stderr_is_terminal()) {}

double ProgressObserver::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

std::optional<engine::StopReason> ProgressObserver::poll(const engine::Progress& progress) {
  if (is_interrupted()) return engine::StopReason::Interrupted;
  const Clock::time_point now = Clock::now();
  if (seconds_max_ && std::chrono::duration<double>(now - start_).count() >= *seconds_max_) {
    return engine::StopReason::Time;
  }
  if (now - printed_ >= (is_terminal_ ? kTerminalInterval : kPlainInterval)) print(progress, now);
  return std::nullopt;
}

void ProgressObserver::print(const engine::Progress& progress, Clock::time_point now) {
  const double elapsed = std::chrono::duration<double>(now - printed_).count();
  // A new search (for a shortest trace) counts from the beginning.
  const std::uint64_t since =
      progress.distinct >= printed_distinct_ ? progress.distinct - printed_distinct_ : 0;
  const std::string line = fmt::format(
      "generated {}  distinct {}  queue {}  depth {}  {} states/s  {}  {:.0f} s",
      grouped(progress.generated), grouped(progress.distinct), grouped(progress.queue),
      progress.depth, grouped(static_cast<std::uint64_t>(static_cast<double>(since) / elapsed)),
      bytes_text(resident_bytes()), std::chrono::duration<double>(now - start_).count());
  if (is_terminal_) {
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  has_line_ = is_terminal_;
  printed_ = now;
  printed_distinct_ = progress.distinct;
}

void ProgressObserver::clear() {
  if (has_line_) fmt::print(stderr, "\r\x1b[K");
  has_line_ = false;
}

void ProgressObserver::on_violation_found(const spec::Violation& violation) {
  clear();
  fmt::print(stderr, "{} is violated ({}); searching for a shortest trace\n",
             to_string(violation.property), violation.message);
  printed_distinct_ = 0;
}

}  // namespace cli
