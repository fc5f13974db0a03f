// Where the checkpoints of tests go.
#pragma once

#include <filesystem>

#include "checker/engine/archive.hpp"
#include "checker/engine/search.hpp"

namespace engine {

// Writes whatever is given to it, and counts.
struct Keeper {
  // So many checkpoints are due by themselves.
  explicit Keeper(const std::filesystem::path& directory, int due = 0)
      : seam{.is_due = [this, due] { return written < due; },
             .write =
                 [this, directory](const Checkpointing::Save& save) {
                   ArchiveWriter writer(directory);
                   save(writer);
                   writer.commit();
                   ++written;
                 }} {}
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper() = default;
  int written = 0;
  Checkpointing seam;
};

}  // namespace engine
