// What a node promises its callers, shown of the core behind its boundary on runs of clusters with
// any options, and on hostile messages and bytes.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <stdexcept>

#include "checker/node/raft_node.hpp"
#include "checker/rapidcheck/core_values.hpp"
#include "checker/rapidcheck/runs.hpp"
#include "checker/rapidcheck/test_occurrences.hpp"
#include "src/raft/canonical.hpp"

namespace cluster::rapid {
namespace {

using node::InputKind;
using node::make_raft_node;
using node::Message;
using node::StepResult;

using Images = std::vector<std::uint8_t>;

// All renamings of up to three servers; of more, two that generate the others: the first two
// servers change names, and every server takes the next one's.
std::vector<Images> renamings_of(std::size_t servers) {
  Images images(servers);
  std::iota(images.begin(), images.end(), std::uint8_t{0});
  std::vector<Images> all{images};
  if (servers > 3) {
    std::swap(images[0], images[1]);
    all.push_back(images);
    std::swap(images[0], images[1]);
    std::ranges::rotate(images, images.begin() + 1);
    all.push_back(images);
    return all;
  }
  while (std::ranges::next_permutation(images).found) all.push_back(images);
  return all;
}

// Renaming moves the order in which a server addresses the others.
std::vector<std::string> sorted_bytes(const std::vector<Message>& messages) {
  std::vector<std::string> bytes;
  bytes.reserve(messages.size());
  for (const Message& message : messages) bytes.push_back(message.bytes);
  std::ranges::sort(bytes);
  return bytes;
}

spec::ServerId renamed(spec::ServerId id, const Images& images) {
  return id == spec::kNoServer ? id : images[id - 1] + 1U;
}

void rename(spec::MembershipView& membership, const Images& images) {
  for (auto* ids : {&membership.voters, &membership.outgoing, &membership.learners}) {
    for (spec::ServerId& id : *ids) id = renamed(id, images);
    std::ranges::sort(*ids);
  }
}

spec::ServerView renamed(const spec::ServerView& view, const Images& images) {
  spec::ServerView after = view;
  after.id = renamed(view.id, images);
  after.voted_for = renamed(view.voted_for, images);
  after.leader = renamed(view.leader, images);
  for (spec::ServerId& id : after.votes_granted) id = renamed(id, images);
  std::ranges::sort(after.votes_granted);
  after.transferee = renamed(view.transferee, images);
  if (after.heard) {
    for (spec::ServerId& id : *after.heard) id = renamed(id, images);
    std::ranges::sort(*after.heard);
  }
  if (after.disk) after.disk->voted_for = renamed(after.disk->voted_for, images);
  rename(after.membership, images);
  rename(after.snapshot.membership, images);
  for (spec::EntryView& entry : after.log) rename(entry.membership, images);
  for (std::size_t i = 0; i < view.next_index.size(); ++i) {
    after.next_index[images[i]] = view.next_index[i];
    after.match_index[images[i]] = view.match_index[i];
  }
  for (std::size_t i = 0; i < view.in_flight.size(); ++i) {
    after.in_flight[images[i]] = view.in_flight[i];
  }
  for (spec::ServerId& id : after.probed) id = renamed(id, images);
  std::ranges::sort(after.probed);
  return after;
}

// Up to a few hundred choices, since all that is asked of a step here takes longer than the step.
rc::Gen<PlannedRun> any_runs() { return rc::gen::scale(0.3, runs()); }

RC_GTEST_PROP(NodeProperties, StepsThePureWay_TheSameBytesInGiveTheSameBytesOut, ()) {
  const PlannedRun run = *any_runs();
  const auto other = make_raft_node(run.options);
  for (const Occurrence& step :
       occurrences(run)) {  // again, by a node that has taken no step before
    const StepResult again = other->step(step.state, step.input());
    RC_ASSERT(again.state == step.result.state);
    RC_ASSERT(again.outcome == step.result.outcome);
    RC_ASSERT(again.contract == step.result.contract);
    RC_ASSERT(again.reads == step.result.reads);
    RC_ASSERT(again.messages.size() == step.result.messages.size());
    for (std::size_t i = 0; i < again.messages.size(); ++i) {
      RC_ASSERT(again.messages[i].from == other->view(step.state).id);
      RC_ASSERT(again.messages[i].to == step.result.messages[i].to);
      RC_ASSERT(again.messages[i].bytes == step.result.messages[i].bytes);
    }
  }
}

// renamed(step(s, i)) == step(renamed(s), renamed(i)), whatever becomes of it.
void require_renaming_commutes(node::Node& node, const Occurrence& step, const Images& images) {
  std::string payload =
      step.kind == InputKind::Receive ? node.renamed_message(step.payload, images) : step.payload;
  for (char& c : payload) {
    const bool is_id = step.kind == InputKind::ChangeMembership && c >= '1' && c <= '9';
    if (is_id) c = static_cast<char>('1' + images[static_cast<std::size_t>(c - '1')]);
  }
  const StepResult result =
      node.step(node.renamed_state(step.state, images),
                {step.kind, payload, renamed(step.target, images), step.read});
  RC_ASSERT(result.contract == step.result.contract);
  if (result.contract) return;
  RC_ASSERT(result.state == node.renamed_state(step.result.state, images));
  RC_ASSERT(result.outcome == step.result.outcome);
  RC_ASSERT(result.reads == step.result.reads);
  std::vector<Message> expected = step.result.messages;
  for (Message& message : expected) message.bytes = node.renamed_message(message.bytes, images);
  RC_ASSERT(sorted_bytes(result.messages) == sorted_bytes(expected));
}

raft::Membership without_strangers(const raft::Membership& of, std::uint32_t servers) {
  const raft::ServerSet all = raft::ServerSet::first(servers);
  return {of.voters & all, of.outgoing & all, of.learners & all};
}

// A message that nobody sent, to the server of that state. Its sender and all that it names are of
// the cluster: a node refuses the bytes of others. Nothing where it leads to a state that a node
// refuses: one whose log begins where no snapshot can end.
std::optional<Occurrence> hostile_receipt(node::Node& node, const std::string& state,
                                          raft::MessageBody body, std::uint32_t servers) {
  if (auto* append = std::get_if<raft::AppendEntries>(&body)) {
    for (raft::Entry& entry : append->entries) {
      entry.membership = without_strangers(entry.membership, servers);
    }
  }
  if (auto* install = std::get_if<raft::InstallSnapshot>(&body)) {
    install->membership = without_strangers(install->membership, servers);
  }
  const spec::ServerId to = node.view(state).id;
  const raft::Message message{{to % servers + 1}, {to}, body};
  Occurrence step{.state = state, .kind = InputKind::Receive, .payload = raft::encoded(message)};
  step.result = node.step(state, step.input());
  try {
    if (!step.result.contract) node.view(step.result.state);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
  return step;
}

const std::vector<std::string> kMessageKinds = {
    "append_entries", "append_entries_reply", "install_snapshot", "install_snapshot_reply",
    "pre_vote",       "pre_vote_reply",       "read_index",       "read_index_reply",
    "request_vote",   "request_vote_reply",   "timeout_now"};

TEST(NodeProperties, RenamesAndSteps_InEitherOrder_WhateverTheMessage) {
  std::map<std::string, int> received;
  std::map<std::string, int> hostile;
  rc::detail::checkGTest([&] {
    const PlannedRun run = *runs();
    const auto node = make_raft_node(run.options);
    const auto bodies =
        *rc::gen::container<std::vector<raft::MessageBody>>(4, raft::rapid::bodies());
    for (const Occurrence& step : occurrences(run)) {
      for (const Images& images : renamings_of(run.options.servers)) {
        require_renaming_commutes(*node, step, images);
      }
      if (step.kind == InputKind::Receive) ++received[node->message_view(step.payload).kind];
      if (run.options.servers == 1) continue;
      const raft::MessageBody& body = bodies[step.state.size() % bodies.size()];
      const auto made = hostile_receipt(*node, step.state, body, run.options.servers);
      if (!made) continue;
      require_renaming_commutes(*node, *made, renamings_of(run.options.servers).back());
      ++hostile[node->message_view(made->payload).kind];
    }
  });
  for (const std::string& kind : kMessageKinds) {
    std::cout << kind << ": " << received[kind] << ", hostile " << hostile[kind] << '\n';
    EXPECT_GT(hostile[kind], 0) << kind;
  }
}

RC_GTEST_PROP(NodeProperties, ShowsARenamedServerUnderItsNewName, ()) {
  const PlannedRun run = *any_runs();
  const node::Options& options = run.options;
  const auto node = make_raft_node(options);
  const auto renamings = renamings_of(options.servers);
  for (const Occurrence& step : occurrences(run)) {
    const spec::ServerView view = node->view(step.result.state);
    for (const Images& images : renamings) {
      RC_ASSERT(node->view(node->renamed_state(step.result.state, images)) ==
                renamed(view, images));
      for (const Message& message : step.result.messages) {
        spec::MessageView expected = node->message_view(message.bytes);
        RC_ASSERT(expected.from == message.from);
        RC_ASSERT(expected.to == message.to);
        expected.from = renamed(expected.from, images);
        expected.to = renamed(expected.to, images);
        for (auto& [name, value] : expected.fields) {
          auto* entries = std::get_if<std::vector<spec::EntryView>>(&value);
          if (entries == nullptr) continue;
          for (spec::EntryView& entry : *entries) rename(entry.membership, images);
        }
        RC_ASSERT(node->message_view(node->renamed_message(message.bytes, images)) == expected);
      }
    }
  }
}

// The names inside the state, the disk's included, follow: two renamings are one.
RC_GTEST_PROP(NodeProperties, RenamesTwice_AsOnceByBothRenamings, ()) {
  const PlannedRun run = *any_runs();
  const node::Options& options = run.options;
  const auto node = make_raft_node(options);
  const auto renamings = renamings_of(options.servers);
  const auto steps = occurrences(run);
  RC_PRE(!steps.empty());
  const std::string state = steps.back().result.state;
  RC_ASSERT(node->renamed_state(state, renamings.front()) == state);
  for (const Images& first : renamings) {
    for (const Images& second : renamings) {
      Images both(first.size());
      for (std::size_t i = 0; i < both.size(); ++i) both[i] = second[first[i]];
      RC_ASSERT(node->renamed_state(node->renamed_state(state, first), second) ==
                node->renamed_state(state, both));
    }
  }
}

rc::Gen<PlannedRun> any_runs_with_disk(bool is_async) {
  return rc::gen::mapcat(options(), [=](node::Options made) {
    made.async_disk = is_async;
    return rc::gen::scale(0.3, runs(made));
  });
}

RC_GTEST_PROP(NodeProperties, RestartsFromWhatWasDurable_AndLosesTheRest, ()) {
  const PlannedRun run = *any_runs_with_disk(false);
  const node::Options& options = run.options;
  const auto node = make_raft_node(options);
  for (const Occurrence& step : occurrences(run)) {
    // Every step's writes are durable before its messages leave, so nothing durable is behind.
    const spec::ServerView before = node->view(step.result.state);
    const StepResult restarted = node->step(step.result.state, {InputKind::Restart, {}});
    spec::ServerView expected;  // a follower that knows no leader, and has committed nothing
    expected.id = before.id;
    expected.current_term = before.current_term;
    expected.voted_for = before.voted_for;
    expected.log = before.log;
    expected.lease = options.vote_lease;
    expected.snapshot = before.snapshot;
    expected.membership = before.membership;
    expected.commit_index = expected.last_applied = before.snapshot.index;
    RC_ASSERT(node->view(restarted.state) == expected);
    RC_ASSERT(restarted.messages.empty());
    RC_ASSERT(node->step(restarted.state, {InputKind::Restart, {}}).state == restarted.state);
  }
}

// A disk that is behind: any of the writes may have come through, each only after those before it.
RC_GTEST_PROP(NodeProperties, RestartsFromAnyPartOfWhatWasPending_ButNeverFromLessThanTheDisk, ()) {
  const PlannedRun run = *any_runs_with_disk(true);
  const node::Options& options = run.options;
  const auto node = make_raft_node(options);
  std::size_t pending = 0;
  for (const Occurrence& step : occurrences(run)) {
    const spec::ServerView before = node->view(step.result.state);
    std::size_t parts = 0;
    for (const std::uint64_t write : before.disk->pending) parts += write;
    pending += parts;
    for (std::size_t survive = 0; survive <= parts; ++survive) {
      const std::string payload = std::to_string(survive);
      const StepResult result = node->step(step.result.state, {InputKind::Restart, payload});
      RC_ASSERT(!result.contract);
      const spec::ServerView after = node->view(result.state);
      RC_ASSERT(after.current_term >= before.disk->current_term);
      RC_ASSERT(after.log.size() >= before.disk->log_index);
      for (std::size_t i = 0; i < before.disk->log_index; ++i) {
        RC_ASSERT(after.log[i] == before.log[i]);
      }
      if (survive < parts) continue;
      RC_ASSERT(after.current_term == before.current_term);
      RC_ASSERT(after.voted_for == before.voted_for);
      RC_ASSERT(after.log == before.log);
    }
  }
  RC_CLASSIFY(pending > 0, "something was pending");
}

RC_GTEST_PROP(NodeProperties, RefusesBytesThatAreCutOffOrLeftOver, ()) {
  const PlannedRun run = *any_runs();
  const node::Options& options = run.options;
  const auto node = make_raft_node(options);
  const auto steps = occurrences(run);
  RC_PRE(!steps.empty());
  const Occurrence& step = steps.back();
  const std::string& state = step.result.state;
  for (std::size_t size = 0; size < state.size(); ++size) {
    RC_ASSERT_THROWS_AS(node->view(state.substr(0, size)), std::invalid_argument);
    RC_ASSERT_THROWS_AS(node->step(state.substr(0, size), step.input()), std::invalid_argument);
  }
  RC_ASSERT_THROWS_AS(node->view(state + '\0'), std::invalid_argument);
  if (step.kind != InputKind::Receive) return;
  for (std::size_t size = 0; size < step.payload.size(); ++size) {
    const std::string cut = step.payload.substr(0, size);
    RC_ASSERT_THROWS_AS(node->message_view(cut), std::invalid_argument);
    RC_ASSERT_THROWS_AS(node->step(state, {InputKind::Receive, cut}), std::invalid_argument);
  }
}

// A byte of a state or a message is changed: the bytes are refused, or they are those of another
// value, and all that can be asked of them has an answer.
RC_GTEST_PROP(NodeProperties, RefusesOrTakesChangedBytes_ButNeverBreaks, ()) {
  const PlannedRun run = *any_runs();
  const node::Options& options = run.options;
  const auto node = make_raft_node(options);
  const auto renamings = renamings_of(options.servers);
  const auto steps = occurrences(run);
  RC_PRE(!steps.empty());
  const Occurrence& step = steps.back();
  const auto change = [](std::string bytes) {
    if (bytes.empty()) return bytes;
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] = *rc::gen::arbitrary<char>();
    return bytes;
  };
  const auto ask = [](auto question) {
    try {
      question();
    } catch (const std::invalid_argument& refused) {
      RC_ASSERT(std::string(refused.what()) != "");
    }
  };
  for (int i = 0; i < 20; ++i) {
    const std::string state = change(step.result.state);
    ask([&] { node->view(state); });
    ask([&] { node->renamed_state(state, renamings.back()); });
    ask([&] { node->step(state, {InputKind::ElectionTimeout, {}}); });
    ask([&] { node->step(state, {InputKind::HeartbeatTimeout, {}}); });
    ask([&] { node->step(state, {InputKind::Propose, "v1"}); });
    ask([&] { node->step(state, {InputKind::Restart, {}}); });
    if (step.kind != InputKind::Receive) continue;
    const std::string message = change(step.payload);
    ask([&] { node->message_view(message); });
    ask([&] { node->renamed_message(message, renamings.back()); });
    ask([&] { node->step(step.result.state, {InputKind::Receive, message}); });
    ask([&] { node->step(state, {InputKind::Receive, message}); });
  }
}

}  // namespace
}  // namespace cluster::rapid
