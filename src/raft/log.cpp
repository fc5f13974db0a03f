#include "src/raft/log.hpp"

#include <algorithm>

#include "src/raft/contract.hpp"

namespace raft {

std::span<const Entry> Log::from(Index first, std::size_t count_max) const {
  if (!has(first)) return {};
  return entries()
      .subspan(place_of(first))
      .first(std::min(count_max, entries_.size() - place_of(first)));
}

Index Log::first_of_term_at(Index index) const {
  Index first = index;
  while (has(first.previous()) && term_at(first.previous()) == term_at(index)) {
    first = first.previous();
  }
  return first;
}

Index Log::last_of_term(Term term) const {
  Index index = last_index();
  while (has(index) && term_at(index) > term) index = index.previous();
  return term_at(index) == term ? index : Index{};
}

Index Log::membership_at(Index index) const {
  while (has(index) && at(index).kind != EntryKind::Membership) index = index.previous();
  return has(index) ? index : Index{};
}

void Log::cut_from(Index first) {
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(place_of(first)), entries_.end());
  if (last_membership_ >= first) last_membership_ = membership_at(last_index());
}

void Log::compact_through(Index index) {
  base_term_ = term_at(index);
  entries_.erase(entries_.begin(),
                 entries_.begin() + static_cast<std::ptrdiff_t>(place_of(index) + 1));
  base_index_ = index;
  if (last_membership_ <= index) last_membership_ = {};
}

bool Log::begin_behind(Index index, Term term) {
  const bool is_there = has(index) && term_at(index) == term;
  if (is_there) {
    compact_through(index);
  } else {
    *this = Log(index, term, {});
  }
  return is_there;
}

void Log::refuse_compacted() {
  throw ContractViolation("the term of a compacted entry was asked for: nobody knows it any more");
}

}  // namespace raft
