#include "spec/wording.hpp"

#include <fmt/format.h>

namespace spec {

std::string describe(const EntryView* entry) {
  if (entry == nullptr) return "no entry";
  // A no-op has no command; where a faulty one does, two different no-ops must not read alike.
  if (entry->no_op && entry->command.empty()) return fmt::format("a no-op of term {}", entry->term);
  return fmt::format("{}{:?} of term {}", entry->no_op ? "a no-op " : "", entry->command,
                     entry->term);
}

}  // namespace spec
