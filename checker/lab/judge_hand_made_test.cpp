// Worlds made by hand, each of which a property objects to though a step changed next to nothing:
// what the judge must not take for proven.
#include <gtest/gtest.h>

#include <stdexcept>

#include "checker/lab/judge.hpp"

namespace lab {
namespace {

// Servers that are what they are said to be.
class HandMade final : public node::Live {
 public:
  explicit HandMade(std::uint32_t servers) : facts_(servers), logs_(servers) {}

  node::LiveFacts& facts_of(spec::ServerId server) { return facts_.at(server - 1); }
  void append(spec::ServerId server, spec::Term term, std::string command) {
    logs_.at(server - 1).push_back({.term = term, .command = std::move(command)});
    facts_of(server).last_index = logs_[server - 1].size();
  }
  void lead(spec::ServerId server, spec::Term term) {
    facts_of(server).role = spec::Role::Leader;
    facts_of(server).current_term = term;
    facts_of(server).match_index.assign(facts_.size(), 0);
  }

  void facts(spec::ServerId server, node::LiveFacts& facts) const override {
    facts = facts_.at(server - 1);
  }
  [[nodiscard]] node::LiveEntry entry(spec::ServerId server, spec::Index index) const override {
    const spec::EntryView& entry = logs_.at(server - 1).at(index - 1);
    return {entry.term, node::EntryKind::Command, entry.command, {}};
  }
  [[nodiscard]] spec::ServerView view(spec::ServerId server) const override {
    const node::LiveFacts& facts = facts_.at(server - 1);
    spec::ServerView view;
    view.id = server;
    view.role = facts.role;
    view.current_term = facts.current_term;
    view.log = logs_[server - 1];
    view.commit_index = facts.commit_index;
    view.match_index = facts.match_index;
    return view;
  }
  [[nodiscard]] std::string_view snapshot_data(spec::ServerId) const override { return {}; }
  [[nodiscard]] std::size_t durable_bytes(spec::ServerId) const override { return 0; }
  [[nodiscard]] bool is_judged(node::LiveHandle) const override { return false; }

  // Nobody steps them.
  const node::LiveStep& receive(node::LiveHandle) override { throw std::logic_error("no step"); }
  const node::LiveStep& step(spec::ServerId, const node::Input&) override {
    throw std::logic_error("no step");
  }
  void drop(node::LiveHandle) override {}
  [[nodiscard]] spec::MessageView message_view(node::LiveHandle) const override { return {}; }

 private:
  std::vector<node::LiveFacts> facts_;
  std::vector<std::vector<spec::EntryView>> logs_;
};

class JudgeOfHandMade : public testing::TestWithParam<Judge::Manner> {
 protected:
  // The server has taken a step, which says from where on its log changed.
  std::optional<spec::Property> judge(spec::ServerId server, spec::Index log_from = 0) {
    node::LiveStep step;
    step.log_from = log_from;
    const auto broken = judge_.judge(server, step, {});
    return broken ? std::optional(broken->property) : std::nullopt;
  }

  HandMade servers_{3};
  Judge judge_{servers_, 3, spec::kAllProperties, GetParam()};
};

TEST_P(JudgeOfHandMade, WhatIsCommittedMustBeHeld_ThoughNoLogChanges) {
  servers_.lead(1, 1);
  servers_.append(1, 1, "alone");
  ASSERT_EQ(judge(1, 1), std::nullopt);
  servers_.facts_of(1).commit_index = 1;
  EXPECT_EQ(judge(1), spec::Property::CommittedOnQuorum);
}

TEST_P(JudgeOfHandMade, WhatIsCommittedOnAQuorum_IsFine) {
  servers_.lead(1, 1);
  servers_.append(1, 1, "together");
  ASSERT_EQ(judge(1, 1), std::nullopt);
  servers_.facts_of(2).current_term = 1;
  servers_.append(2, 1, "together");
  ASSERT_EQ(judge(2, 1), std::nullopt);
  servers_.facts_of(1).match_index = {0, 1, 0};
  servers_.facts_of(1).commit_index = 1;
  EXPECT_EQ(judge(1), std::nullopt);
}

// An old leader may lack what a later term committed. If it leads again, it may not, and its log is
// what it was.
TEST_P(JudgeOfHandMade, ALeaderOfALaterTerm_MustHoldWhatItNeedNotHaveHeldBefore) {
  servers_.lead(1, 1);
  ASSERT_EQ(judge(1), std::nullopt);
  servers_.facts_of(3).current_term = 2;
  servers_.append(3, 2, "later");
  ASSERT_EQ(judge(3, 1), std::nullopt);
  servers_.lead(2, 2);
  servers_.append(2, 2, "later");
  ASSERT_EQ(judge(2, 1), std::nullopt);
  servers_.facts_of(2).match_index = {0, 0, 1};
  servers_.facts_of(2).commit_index = 1;
  ASSERT_EQ(judge(2), std::nullopt);
  ASSERT_EQ(judge(1), std::nullopt);
  servers_.lead(1, 3);
  EXPECT_EQ(judge(1), spec::Property::LeaderCompleteness);
}

INSTANTIATE_TEST_SUITE_P(Judge, JudgeOfHandMade,
                         testing::Values(Judge::Manner::Incremental, Judge::Manner::Whole),
                         [](const auto& manner) {
                           return manner.param == Judge::Manner::Whole ? "Whole" : "Quick";
                         });

}  // namespace
}  // namespace lab
