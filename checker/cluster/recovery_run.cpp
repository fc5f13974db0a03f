#include "checker/cluster/recovery_run.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cluster {
namespace {

using traces::Action;

Action action_of(traces::ActionKind kind, spec::ServerId server) {
  Action action;
  action.kind = kind;
  action.server = server;
  return action;
}

class RunnerCluster {
 public:
  struct Message {
    spec::MessageView view;
    std::size_t sent_at = 0;
  };

  RunnerCluster(Runner& runner, const TakeAction& take) : runner_(runner), take_(take) {}

  [[nodiscard]] ServerFacts facts(spec::ServerId server) const {
    return facts_of(runner_.views()[server - 1]);
  }
  [[nodiscard]] static spec::ServerId to(const Message& message) { return message.view.to; }
  [[nodiscard]] const std::vector<Message>& sent() const { return sent_; }

  std::optional<ScheduledEffect> heartbeat(spec::ServerId server) {
    return take(action_of(traces::ActionKind::HeartbeatTimeout, server));
  }
  std::optional<ScheduledEffect> timeout(spec::ServerId server) {
    return take(action_of(traces::ActionKind::ElectionTimeout, server));
  }
  std::optional<ScheduledEffect> lease_timeout(spec::ServerId server) {
    return take(action_of(traces::ActionKind::LeaseTimeout, server));
  }
  std::optional<ScheduledEffect> propose(spec::ServerId server) {
    Action action = action_of(traces::ActionKind::Propose, server);
    action.command = kRecoveryCommand;
    return take(action);
  }
  std::optional<ScheduledEffect> write(spec::ServerId server) {
    return take(action_of(traces::ActionKind::DiskWrite, server));
  }
  std::optional<ScheduledEffect> receive(const Message& message) {
    Action action = action_of(traces::ActionKind::Deliver, message.view.to);
    action.message = message.view;
    action.sent_at = message.sent_at;
    return take(action);
  }

 private:
  std::optional<ScheduledEffect> take(const Action& action) {
    const std::optional<Runner::Taken> taken = take_(action);
    if (!taken || taken->step.outcome == kContractOutcome) return std::nullopt;
    sent_.clear();
    for (const traces::SentMessage& sent : taken->step.sent) {
      sent_.push_back({sent.message, taken->step.number});
    }
    return taken->timers;
  }

  Runner& runner_;
  const TakeAction& take_;
  std::vector<Message> sent_;
};

// `views`: of the servers that are up.
std::string why(const ScheduleResult& result, const std::vector<spec::ServerView>& views,
                const std::string& last_outcome) {
  if (result.end == ScheduleEnd::Stopped && last_outcome == kContractOutcome) {
    return "the last step broke the implementation's own contract";
  }
  spec::Term term = 0;
  for (const spec::ServerView& view : views) term = std::max(term, view.current_term);
  const auto leader = std::ranges::find_if(views, [&](const spec::ServerView& view) {
    return view.role == spec::Role::Leader && view.current_term == term;
  });
  if (leader == views.end()) {
    return fmt::format("no server leads term {}{}", term,
                       result.end == ScheduleEnd::Stuck ? ", and no timer runs any more" : "");
  }
  const spec::Index proposed = facts_of(*leader).proposed;
  if (proposed == 0) {
    return fmt::format("server {} leads term {}, but its log has no new command", leader->id, term);
  }
  const auto behind = std::ranges::find_if(views, [&](const spec::ServerView& view) {
    return view.commit_index < proposed || facts_of(view).proposed != proposed;
  });
  if (behind == views.end()) return fmt::format("term {} has more than one leader", term);
  return fmt::format(
      "server {} leads term {}, but its new command at index {} is not committed at "
      "server {}",
      leader->id, term, proposed, behind->id);
}

}  // namespace

ScheduleResult run_schedule(Runner& runner, const traces::RecoveryRecord& record,
                            const TakeAction& take) {
  runner.stop_faults();
  RunnerCluster cluster(runner, take);
  return FairSchedule<RunnerCluster>(cluster, record.order, record.steps).run();
}

std::string recovery_failure(const traces::Trace& trace, const ScheduleResult& result,
                             const std::vector<spec::ServerView>& views) {
  const std::size_t after = trace.recovery->after;
  const std::string since =
      after == 0 ? std::string("before the first step") : fmt::format("after step {}", after);
  std::vector<spec::ServerView> up = views;
  std::erase_if(up, [&](const spec::ServerView& view) {
    return std::ranges::find(trace.recovery->order, view.id) == trace.recovery->order.end();
  });
  const std::string last = result.steps == 0 ? std::string() : trace.steps.back().outcome;
  return fmt::format("faults stop {}, and {} fair step{} later the cluster has not recovered: {}.",
                     since, result.steps, result.steps == 1 ? "" : "s", why(result, up, last));
}

}  // namespace cluster
