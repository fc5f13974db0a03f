#include "spec/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace spec {

std::string describe(const MembershipView& membership) {
  if (!membership.is_known()) return "unknown";
  std::string text = fmt::format("{{{}}}", fmt::join(membership.voters, " "));
  if (!membership.outgoing.empty()) {
    text = fmt::format("{{{}}} and {}", fmt::join(membership.outgoing, " "), text);
  }
  if (!membership.learners.empty()) {
    text += fmt::format(", learners {{{}}}", fmt::join(membership.learners, " "));
  }
  return text;
}

std::string describe(const EntryView* entry) {
  if (entry == nullptr) return "no entry";
  if (entry->is_membership) {
    return fmt::format("the membership {} of term {}", describe(entry->membership), entry->term);
  }
  // A no-op has no command; where a faulty one does, two different no-ops must not read alike.
  if (entry->no_op && entry->command.empty()) return fmt::format("a no-op of term {}", entry->term);
  return fmt::format("{}{:?} of term {}", entry->no_op ? "a no-op " : "", entry->command,
                     entry->term);
}

}  // namespace spec
