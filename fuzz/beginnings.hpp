// How runs began that were taken before, and where that led: a run that begins as one of them goes
// on from there. Most runs of a fuzzer are an earlier one with a change near its end.
//
// A table of fixed size, in which a new beginning takes the place of an old one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/cluster/choice_bytes.hpp"
#include "checker/cluster/remembered_run.hpp"

namespace fuzz {

// What was taken of a run's choices.
struct Taken {
  std::uint32_t choices = 0;  // that were possible when their turn came
  std::uint32_t passed = 0;   // that were not
};

class Beginnings {
 public:
  // Beginnings end behind every so many choices.
  static constexpr std::size_t kBytesApart = 6 * cluster::kBytesAChoice;

  struct Beginning {
    std::vector<std::uint8_t> bytes;  // of the run, options included; empty: none is here
    cluster::RememberedRun::State place;
    std::vector<std::uint64_t> seen;  // what a fuzzer is told of it
    Taken taken;
  };

  Beginnings() : kept_(kPlaces) {}

  // Names the beginnings of a run, which is a mark, options and choices. nullptr, or the longest
  // that was kept. Valid until the next call of anything here.
  const Beginning* longest(std::span<const std::uint8_t> run);
  // Where that one is to be kept which ends behind so many bytes of the run that longest() was
  // asked about last; nullptr if none does, or it is kept already.
  Beginning* place_of(std::span<const std::uint8_t> run, std::size_t size);
  void clear();

 private:
  static constexpr std::size_t kPlaces = 4096;

  std::vector<Beginning> kept_;
  std::vector<std::size_t> places_;  // of the run's beginnings, shortest first
};

}  // namespace fuzz
