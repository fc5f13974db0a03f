#include "checker/linearizability/configurations.hpp"

#include <algorithm>

namespace linearizability {
namespace {

constexpr std::size_t kTableMin = 1024;  // a power of two, like all its sizes

std::uint64_t hash_of(std::span<const std::uint64_t> row) {
  std::uint64_t hash = row.size();
  for (const std::uint64_t word : row) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  return hash * 0xbf58476d1ce4e5b9;
}

}  // namespace

Configurations::Configurations() : table_(kTableMin) {}

bool Configurations::is_at(std::size_t place, std::span<const std::uint64_t> row) const {
  if (words_[place] != row.size()) return false;
  return std::equal(row.begin(), row.end(),
                    words_.begin() + static_cast<std::ptrdiff_t>(place) + 1);
}

std::size_t Configurations::slot_of(std::span<const std::uint64_t> row) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t slot = (hash_of(row) >> 20) & mask;
  while (table_[slot] != 0 && !is_at(table_[slot] - 1, row)) slot = (slot + 1) & mask;
  return slot;
}

bool Configurations::insert(std::span<const std::uint64_t> row) {
  const std::size_t slot = slot_of(row);
  if (table_[slot] != 0) return false;
  table_[slot] = words_.size() + 1;
  words_.push_back(row.size());
  words_.insert(words_.end(), row.begin(), row.end());
  if (++size_ * 3 > table_.size() * 2) grow();
  return true;
}

void Configurations::grow() {
  table_.assign(table_.size() * 2, 0);
  for (std::size_t place = 0; place < words_.size(); place += 1 + words_[place]) {
    table_[slot_of(std::span(words_).subspan(place + 1, words_[place]))] = place + 1;
  }
}

std::size_t Configurations::bytes() const {
  return (words_.capacity() + table_.capacity()) * sizeof(std::uint64_t);
}

}  // namespace linearizability
