#include "fuzz/beginnings.hpp"

#include <algorithm>
#include <cstring>

#include "checker/engine/interner.hpp"

namespace fuzz {
namespace {

bool is_of(const Beginnings::Beginning& kept, std::span<const std::uint8_t> beginning) {
  return std::ranges::equal(kept.bytes, beginning);
}

}  // namespace

const Beginnings::Beginning* Beginnings::longest(std::span<const std::uint8_t> run) {
  places_.clear();
  std::uint64_t hash = 0;
  std::size_t from = 0;
  for (std::size_t end = cluster::kOptionBytes + kBytesApart; end <= run.size();
       end += kBytesApart) {
    for (; from < end; from += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, run.data() + from, std::min(sizeof word, end - from));
      hash = engine::mixed(hash ^ word) + end - from;
    }
    from = end;
    places_.push_back(hash % kPlaces);
  }
  for (std::size_t i = places_.size(); i-- > 0;) {
    const std::size_t size = cluster::kOptionBytes + (i + 1) * kBytesApart;
    const Beginning& kept = kept_[places_[i]];
    if (is_of(kept, run.first(size))) return &kept;
  }
  return nullptr;
}

Beginnings::Beginning* Beginnings::place_of(std::span<const std::uint8_t> run, std::size_t size) {
  const std::size_t behind = size - cluster::kOptionBytes;
  if (behind == 0 || behind % kBytesApart != 0) return nullptr;
  Beginning& place = kept_[places_[behind / kBytesApart - 1]];
  return is_of(place, run.first(size)) ? nullptr : &place;
}

void Beginnings::clear() {
  for (Beginning& beginning : kept_) beginning.bytes.clear();
}

}  // namespace fuzz
