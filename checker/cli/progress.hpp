// Live progress on stderr: one line twice a second on a terminal, a plain line now and then
// elsewhere. Also where the search learns that its time is up or that the user interrupted it.
#pragma once

#include <optional>

#include "checker/cli/watch.hpp"
#include "checker/cluster/explore.hpp"

namespace cli {

class ProgressObserver final : public cluster::ExploreObserver {
 public:
  // Stops the search so many seconds from now, or before it needs more memory than that.
  ProgressObserver(std::optional<double> seconds_max, std::optional<std::uint64_t> memory_max);

  std::optional<engine::StopReason> poll(const engine::Progress& progress) override;
  void on_violation_found(const spec::Violation& violation) override;
  std::optional<engine::StopReason> poll_recovery(
      const cluster::RecoveryProgress& progress) override;
  void on_recovery_failure(const cluster::RecoveryProgress& progress) override;

  [[nodiscard]] double seconds() const { return watch_.seconds(); }  // since the beginning
  // Takes the line off the terminal.
  void clear() { watch_.clear(); }

 private:
  void print(const engine::Progress& progress, Watch::Clock::time_point now);

  Watch watch_;
  std::optional<std::uint64_t> printed_distinct_;  // nothing: the search is new here
};

}  // namespace cli
