// Live progress on stderr: one line twice a second on a terminal, a plain line now and then
// elsewhere. Also where the search learns that its time is up or that the user interrupted it.
#pragma once

#include <chrono>
#include <optional>

#include "checker/cluster/explore.hpp"

namespace cli {

class ProgressObserver final : public cluster::ExploreObserver {
 public:
  // Stops the search so many seconds from now, or before it needs more memory than that.
  ProgressObserver(std::optional<double> seconds_max, std::uint64_t memory_max);

  std::optional<engine::StopReason> poll(const engine::Progress& progress) override;
  void on_violation_found(const spec::Violation& violation) override;

  [[nodiscard]] double seconds() const;  // since the beginning
  // Takes the line off the terminal.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void print(const engine::Progress& progress, Clock::time_point now);

  std::optional<double> seconds_max_;
  bool is_terminal_;
  std::uint64_t memory_max_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point printed_ = start_;
  Clock::time_point memory_seen_ = start_;
  std::optional<std::uint64_t> printed_distinct_;  // nothing: the search is new here
  bool has_line_ = false;
};

}  // namespace cli
