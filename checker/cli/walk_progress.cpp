#include "checker/cli/walk_progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "checker/cli/process.hpp"
#include "checker/cli/text.hpp"

namespace cli {
namespace {

cluster::WalkStop walk_stop(engine::StopReason reason) {
  switch (reason) {
    case engine::StopReason::Time:
      return cluster::WalkStop::Time;
    case engine::StopReason::Memory:
      return cluster::WalkStop::Memory;
    default:
      return cluster::WalkStop::Interrupted;
  }
}

}  // namespace

WalkObserver::WalkObserver(std::optional<double> seconds_max, std::optional<std::uint64_t> walks)
    : watch_(seconds_max, memory_bytes() / 4 * 3), walks_(walks) {}

std::optional<cluster::WalkStop> WalkObserver::poll(const cluster::WalkProgress& progress) {
  const auto now = Watch::Clock::now();
  if (const auto reason = watch_.reason_to_stop(now)) return walk_stop(*reason);
  if (watch_.is_time_to_print(now)) print(progress, now);
  return std::nullopt;
}

void WalkObserver::print(const cluster::WalkProgress& progress, Watch::Clock::time_point now) {
  const auto rate = static_cast<std::uint64_t>(
      static_cast<double>(progress.steps - printed_steps_) / watch_.seconds_since_line(now));
  const std::string of = walks_ ? fmt::format(" of {}", grouped(*walks_)) : "";
  const std::string after = duration_text(watch_.seconds(now));
  std::string line =
      fmt::format("walks {}{}, steps {}, {} steps/s, {}, {}", grouped(progress.walks), of,
                  grouped(progress.steps), grouped(rate), bytes_text(resident_bytes()), after);
  if (watch_.is_terminal() && line.size() >= stderr_columns()) {
    line =
        fmt::format("{}, {} walks, {} steps, {}/s, {}", after, short_number(progress.walks),
                    short_number(progress.steps), short_number(rate), bytes_text(resident_bytes()));
  }
  watch_.print(std::move(line), now);
  printed_steps_ = progress.steps;
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
