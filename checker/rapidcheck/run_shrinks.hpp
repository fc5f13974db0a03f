// How a failing run is made smaller, one candidate after the other: choices are left out in pieces,
// large ones first, then pairs of them, and last what is left is made simpler. Where a candidate
// fails too, its own shrinks go on at the size of piece that it was found with, so that a run of
// many choices does not begin anew each time (delta debugging: Zeller, Hildebrandt).
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "checker/cluster/choices.hpp"

namespace cluster::rapid {

// One thing made simpler each, options only if they may change. None is a run that was simpler, so
// that shrinking ends.
inline std::vector<PlannedRun> simplified(const PlannedRun& run, bool may_change_options) {
  std::vector<PlannedRun> simpler;
  const auto try_options = [&](auto change) {
    PlannedRun changed = run;
    if (may_change_options && change(changed.options)) simpler.push_back(std::move(changed));
  };
  const auto try_zero = [&](auto member) {
    try_options([=](node::Options& options) {
      const auto before = std::exchange(options.*member, {});
      return before != options.*member;
    });
  };
  try_options([](node::Options& options) {
    if (options.servers == 1) return false;
    --options.servers;
    options.voters = std::min(options.voters, options.servers);
    return true;
  });
  try_zero(&node::Options::no_op);
  try_options(
      [](node::Options& options) { return !std::exchange(options.fast_backtracking, true); });
  try_zero(&node::Options::entries_per_message);
  for (const node::Feature& feature : node::features()) {
    try_options([&](node::Options& options) {
      const bool was_on = feature.get(options) != 0;
      feature.set(options, 0);
      options.lease_reads &= options.vote_lease;  // needs it
      return was_on;
    });
  }
  try_zero(&node::Options::snapshots);
  try_zero(&node::Options::snapshot_chunk);
  try_options([](node::Options& options) {
    options.voters = 0;
    return std::exchange(options.changes, node::Changes::None) != node::Changes::None;
  });
  try_zero(&node::Options::voters);
  try_zero(&node::Options::async_disk);
  for (std::size_t i = 0; i < run.choices.size(); ++i) {
    const Choice& choice = run.choices[i];
    const auto with = [&](const Choice& other) {
      simpler.push_back(run);
      simpler.back().choices[i] = other;
    };
    Choice other = choice;
    other.kind = ChoiceKind::Deliver;
    if (choice.kind == ChoiceKind::Duplicate) with(other);
    other = choice;
    other.number = 0;
    if (choice.number > 0) with(other);
    other.number = choice.number / 2;
    if (choice.number > 1) with(other);
  }
  return simpler;
}

inline rc::Shrinkable<PlannedRun> shrinkable_run(PlannedRun run, bool may_change_options,
                                                 std::size_t piece);

// The candidates for a run in their order.
class RunShrinks {
 public:
  RunShrinks(PlannedRun run, bool may_change_options, std::size_t piece)
      : run_(std::move(run)),
        may_change_options_(may_change_options),
        piece_(std::min(piece, run_.choices.size())),
        end_(run_.choices.size()) {}

  rc::Maybe<rc::Shrinkable<PlannedRun>> operator()() {
    if (piece_ > 0) return without_piece();
    if (run_.choices.size() <= kPairsMax && second_ < run_.choices.size()) return without_pair();
    if (!is_simplified_) simpler_ = simplified(run_, may_change_options_);
    is_simplified_ = true;
    if (next_ == simpler_.size()) return rc::Nothing;
    return shrinkable_run(simpler_[next_++], may_change_options_, 1);
  }

 private:
  // Two elections that both go up a term can only be left out together. There are many pairs in a
  // long run.
  static constexpr std::size_t kPairsMax = 40;

  [[nodiscard]] PlannedRun without(std::size_t begin, std::size_t end) const {
    PlannedRun rest{run_.options, {}};
    const auto at = [&](std::size_t place) {
      return run_.choices.begin() + static_cast<std::ptrdiff_t>(place);
    };
    rest.choices.assign(run_.choices.begin(), at(begin));
    rest.choices.insert(rest.choices.end(), at(end), run_.choices.end());
    return rest;
  }

  // From the end on: what comes late often matters to nothing.
  rc::Shrinkable<PlannedRun> without_piece() {
    const std::size_t begin = end_ > piece_ ? end_ - piece_ : 0;
    auto candidate = shrinkable_run(without(begin, end_), may_change_options_, piece_);
    end_ = begin;
    if (end_ == 0) {
      piece_ /= 2;
      end_ = run_.choices.size();
    }
    return candidate;
  }

  rc::Shrinkable<PlannedRun> without_pair() {
    PlannedRun rest = without(second_, second_ + 1);
    rest.choices.erase(rest.choices.begin() + static_cast<std::ptrdiff_t>(first_));
    if (++first_ == second_) {
      first_ = 0;
      ++second_;
    }
    return shrinkable_run(std::move(rest), may_change_options_, 1);
  }

  PlannedRun run_;
  bool may_change_options_;
  std::size_t piece_;  // how many choices are left out at once; 0: all pieces were
  std::size_t end_;    // of the next piece
  std::size_t first_ = 0;
  std::size_t second_ = 1;
  bool is_simplified_ = false;
  std::vector<PlannedRun> simpler_;
  std::size_t next_ = 0;
};

inline rc::Shrinkable<PlannedRun> shrinkable_run(PlannedRun run, bool may_change_options,
                                                 std::size_t piece) {
  return rc::shrinkable::shrink(rc::fn::constant(std::move(run)), [=](PlannedRun value) {
    return rc::makeSeq<RunShrinks>(std::move(value), may_change_options, piece);
  });
}

}  // namespace cluster::rapid
