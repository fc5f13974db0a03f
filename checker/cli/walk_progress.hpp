// Live progress of random walks on stderr, as progress.hpp has it for searches. Also where a
// simulation learns that its time is up or that the user interrupted it.
#pragma once

#include <optional>

#include "checker/cli/watch.hpp"
#include "checker/cluster/simulate.hpp"

namespace cli {

class WalkObserver final : public cluster::SimulateObserver {
 public:
  // `walks`: how many this process is to take, if that is known.
  WalkObserver(std::optional<double> seconds_max, std::optional<std::uint64_t> walks);

  std::optional<cluster::WalkStop> poll(const cluster::WalkProgress& progress) override;
  void on_violation_found(spec::Property property, std::uint64_t walk,
                          std::uint64_t steps) override;

  [[nodiscard]] double seconds() const { return watch_.seconds(); }  // since the beginning
  // Takes the line off the terminal.
  void clear() { watch_.clear(); }

 private:
  void print(const cluster::WalkProgress& progress, Watch::Clock::time_point now);

  Watch watch_;
  std::optional<std::uint64_t> walks_;
  std::uint64_t printed_steps_ = 0;
};

}  // namespace cli
