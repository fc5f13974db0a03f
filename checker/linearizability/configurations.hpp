// The configurations that a search has been in: what has taken effect, and the value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace linearizability {

// A set of short rows of words. Rows lie end to end; a table of places finds them. Equal means that
// all words are equal: no hash stands in for a row.
class Configurations {
 public:
  Configurations();

  // False if the row is there already.
  bool insert(std::span<const std::uint64_t> row);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  [[nodiscard]] bool is_at(std::size_t place, std::span<const std::uint64_t> row) const;
  // Where the row's place stands in the table, or should.
  [[nodiscard]] std::size_t slot_of(std::span<const std::uint64_t> row) const;
  void grow();

  std::vector<std::uint64_t> words_;  // each row behind its length
  std::vector<std::uint64_t> table_;  // 0: free; else 1 + the row's place in words_
  std::size_t size_ = 0;
};

}  // namespace linearizability
