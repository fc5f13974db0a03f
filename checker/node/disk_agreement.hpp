// How far a server's log is on its disk (DiskView::log_index), kept up to date from what each step
// says that it changed, so that whole logs need not be compared after each. Internal to this room.
#pragma once

#include <optional>
#include <string>

#include "checker/node/machine.hpp"

namespace node {

class DiskAgreement {
 public:
  // To be called after each step. Below `from` neither the log nor what the disk has of it differs
  // from what it was at the last call.
  void update(const Machine& machine, spec::Index from);
  [[nodiscard]] spec::Index log_index() const { return log_index_; }

 private:
  // A text that grows by pieces, mostly: only what is new is counted.
  class Counted {
   public:
    // How many pieces the text has.
    std::size_t count(const std::string& text);

   private:
    std::string text_;
    std::size_t pieces_ = 0;
  };

  [[nodiscard]] std::optional<spec::Index> compacted_on_disk(const Machine& machine);

  spec::Index log_index_ = 0;
  Counted text_;         // of the server's snapshot
  Counted stored_text_;  // of the disk's
};

}  // namespace node
