#include "traces/test_traces.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "traces/json.hpp"

namespace traces::samples {
namespace {

using spec::EntryView;
using spec::MessageView;
using spec::Role;
using spec::ServerId;
using spec::ServerView;

// ---- the trace with every action
// -----------------------------------------------------------------

MessageView request_vote(ServerId to) {
  return {1,
          to,
          "request_vote",
          {{"term", std::uint64_t{1}},
           {"last_log_index", std::uint64_t{0}},
           {"last_log_term", std::uint64_t{0}}}};
}

MessageView vote_reply() {
  return {2, 1, "request_vote_reply", {{"term", std::uint64_t{1}}, {"vote_granted", true}}};
}

MessageView append_entries(ServerId to, std::vector<EntryView> entries) {
  return {1,
          to,
          "append_entries",
          {{"term", std::uint64_t{1}},
           {"prev_log_index", std::uint64_t{0}},
           {"prev_log_term", std::uint64_t{0}},
           {"entries", std::move(entries)},
           {"leader_commit", std::uint64_t{0}}}};
}

MessageView append_reply() {
  return {2,
          1,
          "append_entries_reply",
          {{"term", std::uint64_t{1}}, {"success", true}, {"match_index", std::uint64_t{1}}}};
}

class Builder {
 public:
  explicit Builder(Trace& trace) : trace_(trace) {
    for (ServerId id = 1; id <= trace.config.servers; ++id) {
      trace.initial.emplace_back().id = id;
      if (trace.config.async_disk) trace.initial.back().disk.emplace();
      views_.push_back(trace.initial.back());
    }
  }

  ServerView& view(ServerId id) { return views_[id - 1]; }

  // The step of a server, whose view has been changed already.
  void step(Action action, std::string outcome, std::vector<SentMessage> sent) {
    const bool acts = acts_on_server(action.kind);
    Step& step = trace_.steps.emplace_back();
    step.number = trace_.steps.size();
    step.outcome = std::move(outcome);
    step.sent = std::move(sent);
    if (acts) step.view = view(action.server);
    step.action = std::move(action);
  }

 private:
  Trace& trace_;
  std::vector<ServerView> views_;
};

Action action_of(ActionKind kind, ServerId server = spec::kNoServer) {
  Action action;
  action.kind = kind;
  action.server = server;
  return action;
}

Action delivery(MessageView message, std::size_t sent_at, bool keep_copy) {
  Action action = action_of(ActionKind::Deliver, message.to);
  action.message = std::move(message);
  action.sent_at = sent_at;
  action.keep_copy = keep_copy;
  return action;
}

const EntryView kNoOp{1, true, ""};
const EntryView kCommand{1, false, "v1"};

void elect(Builder& builder) {
  ServerView& one = builder.view(1);
  one.role = Role::Candidate;
  one.current_term = 1;
  one.voted_for = 1;
  one.votes_granted = {1};
  builder.step(action_of(ActionKind::ElectionTimeout, 1), "ElectionStarted",
               {{request_vote(2), false}, {request_vote(3), true}});
  ServerView& two = builder.view(2);
  two.current_term = 1;
  two.voted_for = 1;
  builder.step(delivery(request_vote(2), 1, true), "VoteGranted", {{vote_reply(), false}});
  one.role = Role::Leader;
  one.leader = 1;
  one.votes_granted.clear();
  one.log = {kNoOp};
  one.next_index = {0, 1, 1};
  one.match_index = {0, 0, 0};
  builder.step(delivery(vote_reply(), 2, false), "Elected",
               {{append_entries(2, {kNoOp}), false}, {append_entries(3, {kNoOp}), false}});
}

void replicate(Builder& builder) {
  ServerView& one = builder.view(1);
  Action propose = action_of(ActionKind::Propose, 1);
  propose.command = "v1";
  one.log.push_back(kCommand);
  builder.step(std::move(propose), "Appended", {});
  Action cut = action_of(ActionKind::Cut);
  cut.groups = {{1, 2}, {3}};
  builder.step(std::move(cut), "", {});
  builder.step(action_of(ActionKind::HeartbeatTimeout, 1), "",
               {{append_entries(2, {kNoOp, kCommand}), false}});
  builder.step(action_of(ActionKind::Heal), "", {});
  ServerView& two = builder.view(2);
  two.log = {kNoOp};
  two.leader = 1;
  two.lease = true;
  two.commit_index = 1;
  two.last_applied = 1;
  builder.step(delivery(append_entries(2, {kNoOp}), 3, false), "EntriesAccepted",
               {{append_reply(), false}});
}

void use_lease(Builder& builder) {
  ServerView& one = builder.view(1);
  ServerView& two = builder.view(2);
  two.lease = false;
  builder.step(action_of(ActionKind::LeaseTimeout, 2), "LeaseEnded", {});
  Action read = action_of(ActionKind::Read, 1);
  read.read = 1;
  builder.step(std::move(read), "ReadAnswered", {});
  Action transfer = action_of(ActionKind::Transfer, 1);
  transfer.target = 2;
  one.transferee = 2;
  builder.step(std::move(transfer), "TransferStarted", {});
}

// ---- arbitrary traces
// ----------------------------------------------------------------------------

// Below `end`; now and then the largest number there is.
std::uint64_t number_below(std::uint64_t end) {
  return *rc::gen::weightedOneOf<std::uint64_t>(
      {{9, rc::gen::inRange<std::uint64_t>(0, end)},
       {1, rc::gen::just(std::numeric_limits<std::uint64_t>::max())}});
}

std::size_t size_below(std::size_t end) { return *rc::gen::inRange<std::size_t>(0, end); }

bool flip() { return *rc::gen::arbitrary<bool>(); }

std::string text() {
  using namespace std::string_literals;
  static const std::vector<std::string> parts = {
      "v1", "x", " ", "\"", "\\", "\n", "/", "~", "\0"s, "\x7f", "\xc3\xa9", "\xf0\x9f\x90\x99"};
  std::string joined;
  for (std::size_t i = size_below(4); i > 0; --i) joined += parts[size_below(parts.size())];
  return joined;
}

std::vector<ServerId> some_of(std::uint32_t servers) {
  std::vector<ServerId> ids;
  for (ServerId id = 1; id <= servers; ++id) {
    if (flip()) ids.push_back(id);
  }
  return ids;
}

spec::MembershipView membership() {
  spec::MembershipView view{some_of(9), some_of(9), some_of(9)};
  return view.is_known() ? view : spec::MembershipView{};
}

std::vector<EntryView> entries() {
  std::vector<EntryView> list(size_below(4));
  for (EntryView& entry : list) {
    entry.term = number_below(4);
    entry.no_op = flip();
    entry.is_membership = !entry.no_op && flip();
    if (entry.is_membership) entry.membership = membership();
    if (!entry.no_op && !entry.is_membership) entry.command = text();
  }
  return list;
}

ServerId id_up_to(std::uint32_t servers) { return *rc::gen::inRange<ServerId>(1, servers + 1); }

ServerId id_or_none(std::uint32_t servers) { return *rc::gen::inRange<ServerId>(0, servers + 1); }

MessageView message(std::uint32_t servers) {
  static const std::vector<std::string> names = {
      "term", "prev_log_index", "prev_log_term", "kind", "from", "x1", "data"};
  MessageView view{id_up_to(servers), id_up_to(servers), flip() ? "request_vote" : "gossip_2", {}};
  for (const std::string& name : names) {
    spec::FieldValue value;
    switch (size_below(5)) {
      case 3:
        value = text();
        break;
      case 0:
        value = flip();
        break;
      case 1:
        value = number_below(4);
        break;
      case 2:
        value = entries();
        break;
      default:
        continue;
    }
    view.fields.emplace_back(name, std::move(value));
  }
  return view;
}

std::vector<std::uint64_t> slots(std::uint32_t servers) {
  std::vector<std::uint64_t> list(servers);
  for (std::uint64_t& slot : list) slot = number_below(4);
  return list;
}

ServerView view(ServerId id, std::uint32_t servers, bool async_disk) {
  ServerView view;
  view.id = id;
  view.role = static_cast<Role>(size_below(4));
  view.current_term = number_below(4);
  view.voted_for = id_or_none(servers);
  view.log = entries();
  view.commit_index = number_below(4);
  view.last_applied = number_below(4);
  view.leader = id_or_none(servers);
  view.lease = flip();
  if (flip()) view.heard = some_of(servers);
  view.transferee = id_or_none(servers);
  if (flip()) view.reads = {1 + size_below(3), 7};
  if (view.role == Role::Candidate || view.role == Role::PreCandidate) {
    view.votes_granted = some_of(servers);
  }
  if (view.role == Role::Leader) {
    view.next_index = slots(servers);
    view.match_index = slots(servers);
    if (flip()) view.in_flight = slots(servers);
    view.probed = some_of(servers);
  }
  if (flip()) view.snapshot = {1 + size_below(3), number_below(4), entries(), membership()};
  if (flip()) view.membership = membership();
  if (async_disk) {
    view.disk = {number_below(4), id_or_none(servers), number_below(4), {}, {}};
    for (std::size_t i = size_below(3); i > 0; --i) view.disk->pending.push_back(1 + size_below(3));
    view.disk->pending_ends = view.disk->pending;
  }
  return view;
}

// A message of an earlier step that was not lost, with the number of that step.
std::vector<std::pair<MessageView, std::size_t>> deliverable(const Trace& trace) {
  std::vector<std::pair<MessageView, std::size_t>> found;
  for (const Step& step : trace.steps) {
    for (const SentMessage& sent : step.sent) {
      if (!sent.lost) found.emplace_back(sent.message, step.number);
    }
  }
  return found;
}

std::vector<std::vector<ServerId>> two_groups(std::uint32_t servers) {
  std::vector<std::vector<ServerId>> groups{{1}, {servers}};
  for (ServerId id = 2; id < servers; ++id) groups[size_below(2)].push_back(id);
  return groups;
}

Action action(const Trace& trace) {
  const std::uint32_t servers = trace.config.servers;
  Action action = action_of(kActionKinds[size_below(std::size(kActionKinds))]);
  if (action.kind == ActionKind::Deliver) {
    const auto candidates = deliverable(trace);
    if (!candidates.empty()) {
      const auto& [sent, sent_at] = candidates[size_below(candidates.size())];
      return delivery(sent, sent_at, flip());
    }
    action.kind = ActionKind::Crash;
  }
  if (action.kind == ActionKind::Cut && servers < 2) action.kind = ActionKind::Heal;
  if (action.kind == ActionKind::Cut) action.groups = two_groups(servers);
  if (acts_on_server(action.kind)) action.server = id_up_to(servers);
  if (action.kind == ActionKind::Propose) action.command = text();
  if (action.kind == ActionKind::Read) action.read = 1 + size_below(4);
  if (action.kind == ActionKind::Transfer) action.target = id_up_to(servers);
  if (action.kind == ActionKind::Compact) action.index = 1 + size_below(4);
  if (action.kind == ActionKind::Crash && trace.config.async_disk) action.survived = size_below(4);
  if (action.kind == ActionKind::ChangeMembership) {
    action.voters = some_of(servers);
    action.learners = some_of(servers);
  }
  return action;
}

Step step(const Trace& trace) {
  Step step;
  step.number = trace.steps.size() + 1;
  step.action = action(trace);
  step.outcome = text();
  if (!acts_on_server(step.action.kind)) return step;
  for (std::size_t i = size_below(3); i > 0; --i) {
    step.sent.push_back({message(trace.config.servers), flip()});
  }
  if (flip()) step.answered = {1 + size_below(4)};
  // Often the view stays as it was, so that few or no fields change.
  const ServerView* before = view_before(trace, trace.steps.size(), step.action.server);
  step.view =
      flip() ? *before : view(step.action.server, trace.config.servers, trace.config.async_disk);
  return step;
}

Trace trace() {
  Trace trace;
  trace.program_version = text();
  trace.config.servers = *rc::gen::inRange<std::uint32_t>(1, 10);
  trace.config.no_op = flip();
  trace.config.backtracking = flip() ? "fast" : "plain";
  trace.config.entries_per_message = *rc::gen::inRange<std::uint64_t>(0, kEntriesPerMessageMax + 1);
  trace.config.network = *rc::gen::element<std::string>("any", "unordered", "ordered");
  if (flip()) trace.config.options["pre_vote"] = 1;
  if (flip()) trace.config.options["entries_in_flight"] = 1 + size_below(9);
  trace.config.snapshots = flip();
  if (flip()) {
    trace.config.changes = flip() ? "single" : "joint";
    trace.config.voters = static_cast<std::uint32_t>(size_below(trace.config.servers + 1));
  }
  trace.config.async_disk = flip();
  if (trace.config.snapshots) trace.config.snapshot_chunk = size_below(9);
  for (std::size_t i = size_below(3); i > 0; --i) trace.bounds[text()] = text();
  if (flip()) trace.bug = "double-vote";
  trace.shortest = flip();
  for (ServerId id = 1; id <= trace.config.servers; ++id) {
    trace.initial.push_back(view(id, trace.config.servers, trace.config.async_disk));
  }
  for (std::size_t i = size_below(8); i > 0; --i) trace.steps.push_back(step(trace));
  if (flip()) {
    trace.violation = {"ElectionSafety", text(), size_below(trace.steps.size() + 1)};
  }
  if (trace.violation && flip()) {
    trace.violation->property = kRecoveryProperty;
    trace.recovery = {size_below(trace.steps.size() + 1), 1 + size_below(200), {}};
    const std::size_t up = trace.config.servers - size_below((trace.config.servers - 1) / 2 + 1);
    for (ServerId id = 1; id <= up; ++id) {
      auto& order = trace.recovery->order;
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(size_below(id)), id);
    }
  }
  return trace;
}

}  // namespace

Trace every_action() {
  Trace trace;
  trace.program_version = "0.1.0";
  trace.config = {3, true, "fast", 2, "unordered", true, 5, "joint", 2, true, {}};
  trace.config.options = {{"vote_lease", 1}, {"lease_reads", 1}};
  trace.bounds = {{"crashes", "1"}, {"inflight", "4"}, {"terms", "1"}};
  trace.bug = "volatile-log";
  Builder builder(trace);
  elect(builder);
  replicate(builder);
  use_lease(builder);
  trace.steps[9].answered = {1};
  ServerView& two = builder.view(2);
  Action compact = action_of(ActionKind::Compact, 2);
  compact.index = 1;
  two.snapshot = {1, 1, {kNoOp}, {}};
  builder.step(std::move(compact), "Compacted", {});
  Action change = action_of(ActionKind::ChangeMembership, 1);
  change.voters = {1, 2};
  change.learners = {3};
  EntryView membership{1, false, ""};
  membership.is_membership = true;
  membership.membership = {{1, 2}, {1, 2, 3}, {3}};
  ServerView& one = builder.view(1);
  one.log.push_back(membership);
  one.membership = membership.membership;
  builder.step(std::move(change), "ChangeAppended", {});
  two.disk->pending = {1, 2};
  two.disk->pending_ends = {1, 1};
  builder.step(action_of(ActionKind::DiskWrite, 2), "WriteAcknowledged", {});
  two = ServerView{};
  two.id = 2;
  two.disk = {1, 1, 1, {}, {}};
  two.current_term = 1;
  two.voted_for = 1;
  Action crash = action_of(ActionKind::Crash, 2);
  crash.survived = 1;
  builder.step(std::move(crash), "Restarted", {});
  trace.violation = {"LogSurvivesRestart",
                     "server 2 had an entry of term 1 at index 1 and lost it when it restarted.",
                     15};
  return trace;
}

rc::Gen<Trace> any_trace() {
  return rc::gen::exec([] { return trace(); });
}

void expect_golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(TRACES_TEST_DATA) + "/" + name;
  const char* update = std::getenv("RAFTCHECK_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  std::ostringstream expected;
  expected << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(actual, expected.str())
      << "differs from " << path << "; RAFTCHECK_UPDATE_GOLDEN=1 rewrites it";
}

}  // namespace traces::samples
