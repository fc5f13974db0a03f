#include "src/raft/log.hpp"

#include <algorithm>

namespace raft {

std::span<const Entry> Log::from(Index first, std::size_t count_max) const {
  if (!has(first)) return {};
  return entries()
      .subspan(first.value - 1)
      .first(std::min(count_max, entries_.size() - (first.value - 1)));
}

Index Log::first_of_term_at(Index index) const {
  Index first = index;
  while (first.value > 1 && term_at(first.previous()) == term_at(index)) first = first.previous();
  return first;
}

Index Log::last_of_term(Term term) const {
  Index index = last_index();
  while (index.value > 0 && term_at(index) > term) index = index.previous();
  return index.value > 0 && term_at(index) == term ? index : Index{};
}

void Log::truncate_from(Index first) {
  if (has(first)) {
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(first.value - 1), entries_.end());
  }
}

}  // namespace raft
