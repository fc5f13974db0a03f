// Which worker owns the states of which halves, and where a worker's own halves stand, counted
// without gaps (nearly: if the workers are no power of two, some places stay empty).
//
// Asked for every transition, so a division is too dear: the low bits of a half's id choose a
// share, and the shares are dealt out to the workers in turn.
#pragma once

#include <bit>
#include <cstddef>
#include <vector>

#include "checker/engine/ids.hpp"

namespace engine {

class Shares {
 public:
  explicit Shares(std::size_t workers = 1)
      : workers_(workers),
        mask_(shares_of(workers) - 1),
        bits_(static_cast<unsigned>(std::countr_zero(mask_ + 1))),
        per_worker_((mask_ + workers) / workers) {
    for (std::size_t share = 0; share <= mask_; ++share) {
      owner_.push_back(static_cast<std::uint32_t>(share % workers));
      rank_.push_back(static_cast<std::uint32_t>(share / workers));
    }
  }

  [[nodiscard]] std::size_t workers() const { return workers_; }
  [[nodiscard]] std::size_t owner(HalfId half) const { return owner_[half & mask_]; }
  // Among the halves of its owner.
  [[nodiscard]] std::size_t place(HalfId half) const {
    return (std::size_t{half} >> bits_) * per_worker_ + rank_[half & mask_];
  }

 private:
  // Several for each worker if they cannot be one each, so that none has much more than another.
  static std::size_t shares_of(std::size_t workers) {
    return std::has_single_bit(workers) ? workers : std::bit_ceil(workers) * 8;
  }

  std::size_t workers_;
  std::size_t mask_;
  unsigned bits_;
  std::size_t per_worker_;  // shares, at most
  std::vector<std::uint32_t> owner_;
  std::vector<std::uint32_t> rank_;
};

}  // namespace engine
