// RapidCheck generators of runs of a cluster, and of the faults in them:
//
//   RC_GTEST_PROP(MyRaft, Runs_KeepEveryProperty, ()) {
//     const cluster::PlannedRun run = *cluster::rapid::runs();
//     const auto node = make_my_node(run.options);
//     cluster::ChosenRun chosen(*node, run.options);
//     chosen.take(run.choices);
//     cluster::rapid::require_no_violation(chosen, "MyRaft");  // failing_run.hpp
//   }
//
// A run fails within a second or so to a few dozen choices; how, run_shrinks.hpp says.
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "checker/cluster/choice_plans.hpp"
#include "checker/cluster/choices.hpp"
#include "checker/rapidcheck/run_shrinks.hpp"
#include "checker/rapidcheck/settings.hpp"

namespace cluster::rapid {

// Runs of RapidCheck's nominal size have up to so many choices; most of them find nothing to do.
inline constexpr std::size_t kChoicesMax = 1200;

namespace detail {

using Draw = std::vector<Choice> (*)(const node::Options&, engine::Random&, std::size_t);

// From half as many to as many as the size says.
inline PlannedRun drawn_run(const node::Options& options, Draw draw, rc::Random source, int size) {
  engine::Random random(source.next(), 0);
  const auto most =
      static_cast<std::uint32_t>(kChoicesMax * static_cast<std::size_t>(size) / rc::kNominalSize);
  const std::size_t count = 1 + most / 2 + random.below(most / 2 + 1);
  return {options, draw(options, random, count)};
}

inline rc::Gen<PlannedRun> runs_by(const node::Options& options, Draw draw) {
  return [=](const rc::Random& source, int size) {
    return shrinkable_run(drawn_run(options, draw, source, size), false, kChoicesMax / 2);
  };
}

}  // namespace detail

// Of clusters with these options, which do not shrink.
inline rc::Gen<PlannedRun> runs(const node::Options& options) {
  return detail::runs_by(options, draw_choices);
}

// Of any clusters. The options shrink too.
inline rc::Gen<PlannedRun> runs() {
  return [](const rc::Random& source, int size) {
    rc::Random of_options = source;
    rc::Random of_choices = of_options.split();
    const node::Options made = options()(of_options, size).value();
    return shrinkable_run(detail::drawn_run(made, draw_choices, of_choices, size), true,
                          kChoicesMax / 2);
  };
}

// What goes wrong, for whoever brings inputs of their own: deliveries, losses, duplicates, crashes
// with torn disks, partitions, heals.
inline rc::Gen<std::vector<Choice>> fault_schedules(const node::Options& options) {
  return rc::gen::map(detail::runs_by(options, draw_faults),
                      [](PlannedRun run) { return std::move(run.choices); });
}

}  // namespace cluster::rapid
