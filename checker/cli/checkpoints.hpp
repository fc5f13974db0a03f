// The checkpoints of an exploration: where they go, when one is due, and what a run must have in
// common with the one that wrote them to go on from there.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "checker/cli/flags.hpp"
#include "checker/cli/gallery.hpp"
#include "checker/engine/archive.hpp"
#include "checker/engine/search.hpp"

namespace cli {

// What makes a run the run it is, by name: the flags (without dashes) that are no mere limits, and
// "program", "bug", "bug library", "properties". Two runs with equal records search the same space
// with the same code, so that one can go on where the other stopped. Written into checkpoints as
// text.
using RunRecord = std::map<std::string, std::string>;

RunRecord record_of(const Plan& plan, const std::optional<Bug>& bug);

// A checkpoint that a run goes on from. Whatever is wrong with the file throws
// engine::ArchiveError.
class Resumption {
 public:
  explicit Resumption(const std::string& directory);

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] engine::ArchiveReader& reader() { return reader_; }
  [[nodiscard]] double seconds() const { return seconds_; }  // that the search took so far

  [[nodiscard]] std::string bug() const;  // empty: none
  [[nodiscard]] std::vector<std::string> properties() const;
  [[nodiscard]] std::map<std::string, std::string> flags() const;

  // Throw UsageError that names what differs, and the remedy.
  void require_given(const std::map<std::string, std::string>& flags, const std::string& bug) const;
  void require_same(const RunRecord& run) const;

 private:
  [[noreturn]] void refuse(const std::string& flag, const std::string& value,
                           const std::string& name) const;

  std::string directory_;
  engine::ArchiveReader reader_;
  RunRecord record_;
  double seconds_ = 0;
};

class Checkpoints {
 public:
  using Warn = std::function<void(const std::string& failure)>;
  using Clock = std::chrono::steady_clock;

  // `every`: seconds between checkpoints; absent: only where the search stops. `before`: seconds
  // that the search took before this run. A checkpoint that cannot be written while the search goes
  // on is told to `warn`, and the search goes on.
  Checkpoints(std::string directory, std::optional<double> every, RunRecord record, double before,
              Warn warn);
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;
  ~Checkpoints() = default;

  [[nodiscard]] const engine::Checkpointing& seam() const { return seam_; }
  // The directory, once it has a checkpoint of this run; else empty.
  [[nodiscard]] const std::string& written() const { return written_; }
  // Why the last checkpoint could not be written; empty if it could.
  [[nodiscard]] const std::string& failure() const { return failure_; }

  // Throws UsageError unless checkpoints can be written to `directory` and none is there that is
  // not `resumed`, the directory that this run goes on from (or empty).
  static void require_place(const std::string& directory, const std::string& resumed);

 private:
  bool is_due();
  void write(const engine::Checkpointing::Save& save);

  std::string directory_;
  std::optional<double> every_;
  RunRecord record_;
  double before_;
  Warn warn_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  bool was_due_ = false;  // the checkpoint to come is one of those in between
  std::string written_;
  std::string failure_;
  engine::Checkpointing seam_;
};

}  // namespace cli
