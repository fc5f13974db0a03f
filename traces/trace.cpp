#include "traces/trace.hpp"

namespace traces {

const char* to_string(ActionKind kind) {
  switch (kind) {
    case ActionKind::ElectionTimeout:
      return "election_timeout";
    case ActionKind::HeartbeatTimeout:
      return "heartbeat_timeout";
    case ActionKind::Propose:
      return "propose";
    case ActionKind::Deliver:
      return "deliver";
    case ActionKind::Crash:
      return "crash";
    case ActionKind::Cut:
      return "cut";
    case ActionKind::Heal:
      return "heal";
    case ActionKind::LeaseTimeout:
      return "lease_timeout";
    case ActionKind::Transfer:
      return "transfer";
    case ActionKind::Read:
      return "read";
    case ActionKind::Compact:
      return "compact";
    case ActionKind::ChangeMembership:
      return "change_membership";
    case ActionKind::DiskWrite:
      return "disk_write";
  }
  return "unknown";
}

std::optional<ActionKind> action_kind_named(std::string_view name) {
  for (const ActionKind kind : kActionKinds) {
    if (name == to_string(kind)) return kind;
  }
  return std::nullopt;
}

const spec::ServerView* view_before(const Trace& trace, std::size_t position,
                                    spec::ServerId server) {
  for (std::size_t i = position; i > 0; --i) {
    const std::optional<spec::ServerView>& view = trace.steps[i - 1].view;
    if (view && view->id == server) return &*view;
  }
  for (const spec::ServerView& view : trace.initial) {
    if (view.id == server) return &view;
  }
  return nullptr;
}

}  // namespace traces
