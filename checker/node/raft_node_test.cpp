#include "checker/node/raft_node.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <stdexcept>

#include "src/raft/contract.hpp"

namespace node {
namespace {

using Images = std::vector<std::uint8_t>;

std::vector<Images> all_renamings(std::size_t servers) {
  Images images(servers);
  std::iota(images.begin(), images.end(), std::uint8_t{0});
  std::vector<Images> all;
  do {
    all.push_back(images);
  } while (std::ranges::next_permutation(images).found);
  return all;
}

// What a random run brings about: a server's state, an input to it and what came of it.
struct Occurrence {
  spec::ServerId server = spec::kNoServer;
  std::string state{};
  InputKind kind{};
  std::string payload{};
  spec::ServerId target = spec::kNoServer;
  std::uint64_t read = 0;
  StepResult result{};
  [[nodiscard]] Input input() const { return {kind, payload, target, read}; }
};

Options any_options() {
  return {.servers = *rc::gen::inRange(1U, 5U),
          .no_op = *rc::gen::arbitrary<bool>(),
          .fast_backtracking = *rc::gen::arbitrary<bool>(),
          .entries_per_message = *rc::gen::inRange(0U, 3U),
          .pre_vote = *rc::gen::arbitrary<bool>(),
          .check_quorum = *rc::gen::arbitrary<bool>(),
          .vote_lease = *rc::gen::arbitrary<bool>(),
          .snapshots = *rc::gen::arbitrary<bool>(),
          .snapshot_chunk = *rc::gen::inRange(0U, 8U),
          .changes = *rc::gen::element(Changes::None, Changes::SingleServer, Changes::Joint),
          .async_disk = *rc::gen::arbitrary<bool>()};
}

// A run of a cluster whose messages may arrive late, twice and out of order. Mostly deliveries, of
// new messages for the most part, so that it gets beyond the first election.
std::vector<Occurrence> any_run(Node& node, const Options& options, std::size_t steps) {
  std::vector<std::string> states;
  for (spec::ServerId id = 1; id <= options.servers; ++id) {
    states.push_back(node.initial_state(id));
  }
  std::vector<Message> sent;
  std::vector<Occurrence> run;
  const auto rolls = *rc::gen::container<std::vector<std::uint32_t>>(
      2 * steps, rc::gen::resize(100, rc::gen::arbitrary<std::uint32_t>()));
  for (std::size_t i = 0; i < steps; ++i) {
    const std::uint32_t what = rolls[2 * i] % 20;
    const std::uint32_t which = rolls[2 * i + 1];
    Occurrence step{.server = 1 + which % options.servers};
    if (what < 10 && !sent.empty()) {
      const std::size_t recent = std::min<std::size_t>(sent.size(), what < 8 ? 4 : 100);
      const Message& message = sent[sent.size() - 1 - which % recent];
      step.kind = InputKind::Receive;
      step.server = message.to;
      step.payload = message.bytes;
    } else if (what < 12) {
      step.kind = InputKind::ElectionTimeout;
    } else if (what < 13) {
      step.kind = InputKind::HeartbeatTimeout;
    } else if (what < 15) {
      step.kind = InputKind::Propose;
      step.payload = "v" + std::to_string(which % 3);
    } else if (what < 16) {
      step.kind = InputKind::Restart;
    } else if (what < 17) {
      step.kind = InputKind::LeaseTimeout;
    } else if (what < 19) {
      step.kind = InputKind::Read;
      step.read = i + 1;
    } else {
      step.kind = InputKind::Transfer;
      step.target = 1 + which / options.servers % options.servers;
    }
    if (options.async_disk && rolls[2 * i] / 16 % 2 == 0) {
      step = {.server = 1 + which % options.servers};
      step.kind = InputKind::DiskWrite;
    }
    step.state = states[step.server - 1];
    const spec::Index applied = node.view(step.state).last_applied;
    if (options.snapshots && what == 12 && applied > 0) {
      step.kind = InputKind::Compact;
      step.payload = std::to_string(1 + which % applied);
    }
    if (what == 13) {
      step.kind = InputKind::ChangeMembership;
      step.payload = std::to_string(1 + which % options.servers) + " " +
                     std::to_string(1 + which / 8 % options.servers) + ";";
    }
    step.result = node.step(step.state, step.input());
    states[step.server - 1] = step.result.state;
    sent.insert(sent.end(), step.result.messages.begin(), step.result.messages.end());
    run.push_back(std::move(step));
  }
  return run;
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
  return after;
}

RC_GTEST_PROP(RaftNode, StepsThePureWay_TheSameBytesInGiveTheSameBytesOut, ()) {
  const Options options = any_options();
  const auto node = make_raft_node(options);
  const auto run = any_run(*node, options, 60);
  const auto other = make_raft_node(options);
  for (const Occurrence& step : run) {  // again, by a node that has taken no step before
    const StepResult again = other->step(step.state, step.input());
    RC_ASSERT(again.state == step.result.state);
    RC_ASSERT(again.outcome == step.result.outcome);
    RC_ASSERT(again.contract == step.result.contract);
    RC_ASSERT(again.messages.size() == step.result.messages.size());
    for (std::size_t i = 0; i < again.messages.size(); ++i) {
      RC_ASSERT(again.messages[i].from == step.server);
      RC_ASSERT(again.messages[i].to == step.result.messages[i].to);
      RC_ASSERT(again.messages[i].bytes == step.result.messages[i].bytes);
    }
  }
}

RC_GTEST_PROP(RaftNode, RenamesAndSteps_InEitherOrder, ()) {
  const Options options = any_options();
  const auto node = make_raft_node(options);
  const auto renamings = all_renamings(options.servers);
  std::map<std::string, int> outcomes;
  for (const Occurrence& step : any_run(*node, options, 60)) {
    ++outcomes[step.result.outcome];
    for (const Images& images : renamings) {
      std::string payload = step.kind == InputKind::Receive
                                ? node->renamed_message(step.payload, images)
                                : step.payload;
      for (char& c : payload) {
        const bool is_id = step.kind == InputKind::ChangeMembership && c >= '1' && c <= '9';
        if (is_id) c = static_cast<char>('1' + images[static_cast<std::size_t>(c - '1')]);
      }
      const StepResult result =
          node->step(node->renamed_state(step.state, images),
                     {step.kind, payload, renamed(step.target, images), step.read});
      RC_ASSERT(result.state == node->renamed_state(step.result.state, images));
      RC_ASSERT(result.outcome == step.result.outcome);
      std::vector<Message> expected = step.result.messages;
      for (Message& message : expected) {
        message.bytes = node->renamed_message(message.bytes, images);
      }
      RC_ASSERT(sorted_bytes(result.messages) == sorted_bytes(expected));
    }
  }
  RC_CLASSIFY(outcomes["BecameLeader"] > 0, "a leader");
  RC_CLASSIFY(outcomes["ProposalAppended"] > 0, "a proposal");
  RC_CLASSIFY(outcomes["Acknowledged"] > 0, "an acknowledgement");
}

RC_GTEST_PROP(RaftNode, ShowsARenamedServerUnderItsNewName, ()) {
  const Options options = any_options();
  const auto node = make_raft_node(options);
  const auto renamings = all_renamings(options.servers);
  for (const Occurrence& step : any_run(*node, options, 40)) {
    const spec::ServerView view = node->view(step.result.state);
    RC_ASSERT(view.id == step.server);
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
RC_GTEST_PROP(RaftNode, RenamesTwice_AsOnceByBothRenamings, ()) {
  const Options options = any_options();
  const auto node = make_raft_node(options);
  const auto renamings = all_renamings(options.servers);
  const auto run = any_run(*node, options, 30);
  const std::string state = run.back().result.state;
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

RC_GTEST_PROP(RaftNode, RestartsFromWhatWasDurable_AndLosesTheRest, ()) {
  Options options = any_options();
  options.async_disk = false;
  const auto node = make_raft_node(options);
  for (const Occurrence& step : any_run(*node, options, 60)) {
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
RC_GTEST_PROP(RaftNode, RestartsFromAnyPartOfWhatWasPending_ButNeverFromLessThanTheDisk, ()) {
  Options options = any_options();
  options.async_disk = true;
  const auto node = make_raft_node(options);
  std::size_t pending = 0;
  for (const Occurrence& step : any_run(*node, options, 60)) {
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

RC_GTEST_PROP(RaftNode, RefusesBytesThatAreCutOffOrLeftOver, ()) {
  const Options options = any_options();
  const auto node = make_raft_node(options);
  const Occurrence step = any_run(*node, options, 30).back();
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
RC_GTEST_PROP(RaftNode, RefusesOrTakesChangedBytes_ButNeverBreaks, ()) {
  const Options options = any_options();
  const auto node = make_raft_node(options);
  const auto renamings = all_renamings(options.servers);
  const Occurrence step = any_run(*node, options, 40).back();
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

RC_GTEST_PROP(RaftNode, RefusesGarbage, (const std::string& garbage)) {
  const auto node = make_raft_node({.servers = 3});
  const std::string bytes = garbage + '\xFF';  // ends in the middle of a number
  RC_ASSERT_THROWS_AS(node->view(bytes), std::invalid_argument);
  RC_ASSERT_THROWS_AS(node->message_view(bytes), std::invalid_argument);
  RC_ASSERT_THROWS_AS(node->step(bytes, {InputKind::Restart, {}}), std::invalid_argument);
  RC_ASSERT_THROWS_AS(node->step(node->initial_state(1), {InputKind::Receive, bytes}),
                      std::invalid_argument);
  const Images identity{0, 1, 2};
  RC_ASSERT_THROWS_AS(node->renamed_state(bytes, identity), std::invalid_argument);
  RC_ASSERT_THROWS_AS(node->renamed_message(bytes, identity), std::invalid_argument);
}

TEST(RaftNode, RefusesTheStateOfAnotherCluster) {
  const auto three = make_raft_node({.servers = 3});
  const auto five = make_raft_node({.servers = 5});
  EXPECT_THROW(three->view(five->initial_state(1)), std::invalid_argument);
  EXPECT_THROW(five->view(three->initial_state(1)), std::invalid_argument);
}

TEST(RaftNode, IsNotMade_WithoutServersOrWithTooMany) {
  EXPECT_THROW(make_raft_node({.servers = 0}), raft::ContractViolation);
  EXPECT_THROW(make_raft_node({.servers = 65}), raft::ContractViolation);
}

TEST(RaftNode, StartsAsAFollowerInTermZero) {
  const auto node = make_raft_node({.servers = 3});
  spec::ServerView expected;
  expected.id = 2;
  EXPECT_EQ(node->view(node->initial_state(2)), expected);
}

// Two clusters that know nothing of each other elect different leaders in the same term.
TEST(RaftNode, SaysWhichContractWasBroken_AndGivesNoState) {
  const auto node = make_raft_node({.servers = 2});
  const auto elect = [&](spec::ServerId leader) {
    const auto candidate =
        node->step(node->initial_state(leader), {InputKind::ElectionTimeout, {}});
    const auto voter = node->step(node->initial_state(3 - leader),
                                  {InputKind::Receive, candidate.messages[0].bytes});
    return node->step(candidate.state, {InputKind::Receive, voter.messages[0].bytes}).state;
  };
  const StepResult heartbeat = node->step(elect(2), {InputKind::HeartbeatTimeout, {}});
  ASSERT_EQ(heartbeat.messages.size(), 1U);
  const StepResult result = node->step(elect(1), {InputKind::Receive, heartbeat.messages[0].bytes});
  ASSERT_TRUE(result.contract.has_value());
  EXPECT_NE(*result.contract, "");
  EXPECT_TRUE(result.state.empty());
  EXPECT_TRUE(result.messages.empty());
}

// One election and one entry among three servers, told through the views of states and messages.
class Story : public testing::Test {
 protected:
  // Steps a server; checks that it stays within its contract.
  std::vector<Message> step(spec::ServerId server, InputKind kind,
                            const std::string& payload = {}) {
    std::string& state = states_[server - 1];
    const StepResult result = node_->step(state, {kind, payload});
    EXPECT_FALSE(result.contract.has_value());
    state = result.state;
    outcome_ = result.outcome;
    return result.messages;
  }
  spec::ServerView view(spec::ServerId server) { return node_->view(states_[server - 1]); }

  Node& node() { return *node_; }
  [[nodiscard]] const std::string& outcome() const { return outcome_; }

 private:
  std::unique_ptr<Node> node_ = make_raft_node({.servers = 3});
  std::vector<std::string> states_{node_->initial_state(1), node_->initial_state(2),
                                   node_->initial_state(3)};
  std::string outcome_;
};

TEST_F(Story, OfAnElectionAndAnEntry_IsToldByTheViews) {
  const auto requests = step(2, InputKind::ElectionTimeout);
  EXPECT_EQ(outcome(), "ElectionStarted");
  spec::ServerView candidate;
  candidate.id = 2;
  candidate.role = spec::Role::Candidate;
  candidate.current_term = 1;
  candidate.voted_for = 2;
  candidate.votes_granted = {2};
  EXPECT_EQ(view(2), candidate);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(node().message_view(requests[0].bytes),
            (spec::MessageView{2,
                               1,
                               "request_vote",
                               {{"term", std::uint64_t{1}},
                                {"last_log_index", std::uint64_t{0}},
                                {"last_log_term", std::uint64_t{0}}}}));

  const auto votes = step(1, InputKind::Receive, requests[0].bytes);
  EXPECT_EQ(outcome(), "VoteGranted");
  EXPECT_EQ(view(1).voted_for, 2U);
  EXPECT_EQ(view(1).current_term, 1U);
  ASSERT_EQ(votes.size(), 1U);
  EXPECT_EQ(node().message_view(votes[0].bytes),
            (spec::MessageView{
                1, 2, "request_vote_reply", {{"term", std::uint64_t{1}}, {"vote_granted", true}}}));

  step(2, InputKind::Receive, votes[0].bytes);
  EXPECT_EQ(outcome(), "BecameLeader");
  EXPECT_EQ(view(2).role, spec::Role::Leader);
  EXPECT_EQ(view(2).next_index, (std::vector<spec::Index>{1, 0, 1}));
  EXPECT_EQ(view(2).match_index, (std::vector<spec::Index>{0, 0, 0}));

  const auto appends = step(2, InputKind::Propose, "x");
  EXPECT_EQ(outcome(), "ProposalAppended");
  EXPECT_EQ(view(2).log, (std::vector<spec::EntryView>{{1, false, "x"}}));
  ASSERT_EQ(appends.size(), 2U);
  EXPECT_EQ(node().message_view(appends[1].bytes),
            (spec::MessageView{2,
                               3,
                               "append_entries",
                               {{"term", std::uint64_t{1}},
                                {"prev_log_index", std::uint64_t{0}},
                                {"prev_log_term", std::uint64_t{0}},
                                {"entries", std::vector<spec::EntryView>{{1, false, "x"}}},
                                {"leader_commit", std::uint64_t{0}}}}));

  const auto acknowledgements = step(3, InputKind::Receive, appends[1].bytes);
  EXPECT_EQ(outcome(), "AppendAccepted");
  EXPECT_EQ(view(3).log, view(2).log);
  EXPECT_EQ(view(3).leader, 2U);
  ASSERT_EQ(acknowledgements.size(), 1U);
  EXPECT_EQ(node().message_view(acknowledgements[0].bytes),
            (spec::MessageView{3,
                               2,
                               "append_entries_reply",
                               {{"term", std::uint64_t{1}},
                                {"success", true},
                                {"match_index", std::uint64_t{1}},
                                {"conflict_term", std::uint64_t{0}},
                                {"conflict_index", std::uint64_t{0}}}}));

  step(2, InputKind::Receive, acknowledgements[0].bytes);
  EXPECT_EQ(view(2).commit_index, 1U);
  EXPECT_EQ(view(2).last_applied, 1U);
  EXPECT_EQ(view(2).match_index, (std::vector<spec::Index>{0, 0, 1}));
}

TEST_F(Story, OfACrash_LeavesTermVoteAndLogAlone) {
  const auto requests = step(1, InputKind::ElectionTimeout);
  step(1, InputKind::Receive, step(3, InputKind::Receive, requests[1].bytes)[0].bytes);
  step(1, InputKind::Propose, "x");
  EXPECT_EQ(view(1).role, spec::Role::Leader);
  EXPECT_TRUE(step(1, InputKind::Restart).empty());
  EXPECT_EQ(outcome(), "Restarted");
  spec::ServerView restarted;
  restarted.id = 1;
  restarted.current_term = 1;
  restarted.voted_for = 1;
  restarted.log = {{1, false, "x"}};
  EXPECT_EQ(view(1), restarted);
}

TEST(RaftNode, LeadsAndCommitsAlone_InAClusterOfOne) {
  const auto node = make_raft_node({.servers = 1});
  std::string state = node->initial_state(1);
  state = node->step(state, {InputKind::ElectionTimeout, {}}).state;
  EXPECT_EQ(node->view(state).role, spec::Role::Leader);  // a majority of one
  state = node->step(state, {InputKind::Propose, "x"}).state;
  EXPECT_EQ(node->view(state).commit_index, 1U);
}

}  // namespace
}  // namespace node
