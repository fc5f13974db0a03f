#include "checker/node/memo_node.hpp"

#include <gtest/gtest.h>

#include "checker/node/raft_node.hpp"

namespace node {
namespace {

bool same(const StepResult& one, const StepResult& other) {
  const auto messages = [](const StepResult& result) {
    std::vector<std::string> all;
    for (const Message& message : result.messages) all.push_back(message.bytes);
    return all;
  };
  return one.state == other.state && messages(one) == messages(other) &&
         one.outcome == other.outcome && one.contract == other.contract;
}

TEST(MemoNode, AnswersLikeTheNode_AndAsksItOnce) {
  const auto node = make_raft_node({.servers = 3});
  MemoNode memo(*node);
  const std::string state = memo.initial_state(1);
  EXPECT_EQ(state, node->initial_state(1));
  for (int again = 0; again < 3; ++again) {
    const StepResult result = memo.step(state, {InputKind::ElectionTimeout, {}});
    EXPECT_TRUE(same(result, node->step(state, {InputKind::ElectionTimeout, {}})));
    EXPECT_EQ(memo.steps_asked(), 1U);
    EXPECT_EQ(memo.view(result.state), node->view(result.state));
    for (const Message& message : result.messages) {
      EXPECT_EQ(memo.message_view(message.bytes), node->message_view(message.bytes));
    }
  }
}

TEST(MemoNode, TellsInputsApart) {
  const auto node = make_raft_node({.servers = 1});
  MemoNode memo(*node);
  const std::string leader =
      memo.step(memo.initial_state(1), {InputKind::ElectionTimeout, {}}).state;
  std::uint64_t asked = memo.steps_asked();
  for (const Input& input : {Input{InputKind::Propose, "a"}, Input{InputKind::Propose, "b"},
                             Input{InputKind::Propose, ""}, Input{InputKind::HeartbeatTimeout, {}},
                             Input{InputKind::Read, {}, 0, 1}, Input{InputKind::Read, {}, 0, 2},
                             Input{InputKind::Transfer, {}, 1}}) {
    const StepResult result = memo.step(leader, input);
    EXPECT_TRUE(same(result, node->step(leader, input)));
    EXPECT_EQ(memo.steps_asked(), ++asked);
  }
}

}  // namespace
}  // namespace node
