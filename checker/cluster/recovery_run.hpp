// The fair schedule on the runner: how a state that does not recover becomes a trace, and how such
// a trace is replayed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "checker/cluster/fair_schedule.hpp"
#include "checker/cluster/runner.hpp"
#include "traces/trace.hpp"

namespace cluster {

// Takes the schedule's next action on the runner; nothing to end the schedule there.
using TakeAction = std::function<std::optional<Runner::Taken>(const traces::Action& action)>;

// Stops the faults of `runner` and runs the schedule, each step by way of `take`. A step that
// breaks a contract ends it as one that could not be taken.
ScheduleResult run_schedule(Runner& runner, const traces::RecoveryRecord& record,
                            const TakeAction& take);

// Why this is no recovery, in a sentence: of a trace up to the end of its schedule.
std::string recovery_failure(const traces::Trace& trace, const ScheduleResult& result,
                             const std::vector<spec::ServerView>& views);

}  // namespace cluster
