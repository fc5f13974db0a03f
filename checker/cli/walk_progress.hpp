// Live progress of random walks on stderr, as progress.hpp has it for searches. Also where a
// simulation learns that its time is up or that the user interrupted it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "checker/cluster/simulate.hpp"

namespace cli {

class WalkObserver final : public cluster::SimulateObserver {
 public:
  // `walks`: how many this process is to take, if that is known.
  WalkObserver(std::optional<double> seconds_max, std::optional<std::uint64_t> walks);

  std::optional<cluster::WalkStop> poll(const cluster::WalkProgress& progress) override;
  void on_violation_found(spec::Property property, std::uint64_t walk,
                          std::uint64_t steps) override;

  [[nodiscard]] double seconds() const;  // since the beginning
  // Takes the line off the terminal.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void print(const cluster::WalkProgress& progress, Clock::time_point now);

  std::optional<double> seconds_max_;
  std::optional<std::uint64_t> walks_;
  bool is_terminal_;
  std::uint64_t memory_bytes_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point printed_ = start_;
  Clock::time_point memory_seen_ = start_;
  std::uint64_t printed_steps_ = 0;
  bool has_line_ = false;
};

}  // namespace cli
