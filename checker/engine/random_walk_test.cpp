// Random walks over a small system whose rules are checked again here, step by step, on plain
// values.
#include "checker/engine/random_walk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace engine {
namespace {

// Parts hold a number each. A part raises its number by itself and tells all others; one that hears
// of a higher number takes it over and answers. A part may also fall back to 0. The record is the
// highest number that ever was.
class Rumours final : public PartModel {
 public:
  static constexpr std::uint16_t kRaise = 0;
  static constexpr std::uint16_t kFall = 1;
  static constexpr std::uint16_t kHear = 2;
  static constexpr std::uint16_t kCut = 3;
  static constexpr std::uint16_t kHeal = 4;
  static constexpr std::uint16_t kHighest = 0;  // bounds
  static constexpr std::uint16_t kInflight = 1;
  static constexpr std::uint16_t kLosses = 2;
  static constexpr std::uint16_t kDuplicates = 3;
  static constexpr std::uint16_t kCuts = 4;
  static constexpr std::uint16_t kFalls = 5;
  static constexpr std::uint32_t kAllAtTop = 9;  // a violation

  struct Message {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    int number = 0;
    bool answer = false;
    auto operator<=>(const Message&) const = default;
  };
  struct Part {
    std::uint32_t index = 0;
    int number = 0;
    auto operator<=>(const Part&) const = default;
  };

  Rumours(std::uint32_t parts, int highest) : parts_(parts), highest_(highest) {}

  std::vector<PartId> initial_parts() override {
    std::vector<PartId> ids;
    for (std::uint32_t i = 0; i < parts_; ++i) ids.push_back(part_ids_.id({i, 0}));
    return ids;
  }
  RecordId initial_record() override { return records_.id(0); }
  void internal_steps(PartId id, std::uint32_t, std::vector<Step>& steps) override {
    const Part part = part_ids_.value(id);
    if (part.number == highest_) {
      steps.push_back({.cut_off_by = kHighest + 1});
    } else {
      const Part next{part.index, part.number + 1};
      std::vector<Message> sent;
      for (std::uint32_t to = 0; to < parts_; ++to) {
        if (to != part.index) sent.push_back({part.index, to, next.number, false});
      }
      steps.push_back(step(next, sent, kRaise));
    }
    if (part.number > 0) steps.push_back(step({part.index, 0}, {}, kFall));
  }
  Step deliver(PartId id, MessageId message) override {
    const Part part = part_ids_.value(id);
    const Message heard = message_ids_.value(message);
    if (heard.answer || heard.number <= part.number) return step(part, {}, kHear);
    return step({part.index, heard.number}, {{part.index, heard.from, heard.number, true}}, kHear);
  }
  bool reads_record(PartId before, const Step& taken) const override {
    return part_ids_.value(taken.next).number > part_ids_.value(before).number;
  }
  Observed observe(RecordId record, PartId, PartId after, std::uint16_t action) override {
    const int number = part_ids_.value(after).number;
    const bool is_new = number > records_.value(record);
    return {records_.id(std::max(number, records_.value(record))),
            (is_new ? 1U : 0U) | (action == kHear ? 2U : 0U)};
  }
  std::uint32_t check(std::span<const PartId> parts, RecordId) override {
    return std::ranges::all_of(parts,
                               [&](PartId id) { return part_ids_.value(id).number == highest_; })
               ? kAllAtTop
               : 0;
  }
  std::span<const MessageId> sends(SendsId id) const override { return lists_[id]; }
  Link link(MessageId id) const override {
    return {message_ids_.value(id).from, message_ids_.value(id).to};
  }
  const std::vector<std::string>& action_names() const override { return actions_; }
  const std::vector<std::string>& bound_names() const override { return bounds_; }
  std::size_t bytes() const override { return 0; }

  [[nodiscard]] const Message& message(MessageId id) const { return message_ids_.value(id); }

 private:
  template <class T>
  struct Names {
    std::uint32_t id(const T& value) {
      const auto [at, added] = ids.emplace(value, static_cast<std::uint32_t>(values.size()));
      if (added) values.push_back(value);
      return at->second;
    }
    [[nodiscard]] const T& value(std::uint32_t id) const { return values[id]; }
    std::map<T, std::uint32_t> ids;
    std::vector<T> values;
  };

  Step step(const Part& next, const std::vector<Message>& sent, std::uint16_t action) {
    Step taken{.next = part_ids_.id(next), .action = action, .label = next.index * 8U + action};
    if (sent.empty()) return taken;
    std::vector<MessageId> list;
    for (const Message& one : sent) list.push_back(message_ids_.id(one));
    taken.sends = static_cast<SendsId>(lists_.size());
    lists_.push_back(list);
    return taken;
  }

  std::uint32_t parts_;
  int highest_;
  Names<Part> part_ids_;
  Names<Message> message_ids_;
  Names<int> records_;
  std::vector<std::vector<MessageId>> lists_{{}};
  std::vector<std::string> actions_{"raise", "fall", "hear", "cut", "heal"};
  std::vector<std::string> bounds_{"highest", "inflight", "losses", "duplicates", "cuts", "falls"};
};

// Everything goes wrong now and then.
void plan_all(Random& random, WalkPlan& plan) {
  plan.weights = {3, 1, 0, 0, 0};
  plan.deliver_weight = 1 + random.below(8);
  plan.weighs_each_message = random.below(2) == 0;
  plan.loss = kCertain / 4;
  plan.duplicate = kCertain / 4;
  plan.reorder = kCertain / 2;
  plan.cut = kCertain / 16;
  plan.heal = kCertain / 8;
  plan.by_priority = random.below(2) == 0;
  plan.change_points = random.below(4);
}

WalkOptions options_over(WalkNetwork network) {
  return {.seed = 7,
          .depth = 60,
          .network = network,
          .inflight = 4,
          .losses = 5,
          .duplicates = 2,
          .cuts = 2,
          .budgets = {{}, 3U},
          .cut_action = Rumours::kCut,
          .heal_action = Rumours::kHeal,
          .inflight_bound = Rumours::kInflight,
          .losses_bound = Rumours::kLosses,
          .duplicates_bound = Rumours::kDuplicates,
          .cuts_bound = Rumours::kCuts,
          .budget_bounds = {0, Rumours::kFalls}};
}

constexpr WalkNetwork kNetworks[] = {WalkNetwork::Any, WalkNetwork::Unordered,
                                     WalkNetwork::PerLink};

// A recorded walk without ids.
using ToldWalk =
    std::vector<std::tuple<WalkStep::Kind, std::uint32_t, std::uint32_t, Rumours::Message,
                           std::size_t, bool, std::vector<std::size_t>, std::vector<std::uint8_t>>>;

ToldWalk told(const Rumours& model, const std::vector<WalkStep>& steps) {
  ToldWalk all;
  for (const WalkStep& step : steps) {
    const bool delivers = step.kind == WalkStep::Kind::Deliver;
    all.emplace_back(step.kind, step.part, step.label,
                     delivers ? model.message(step.message) : Rumours::Message{}, step.sent_at,
                     step.keep_copy, step.lost, step.groups);
  }
  return all;
}

TEST(Random, IsTheSameOnEveryMachine) {
  constexpr std::uint64_t kFirst = 0x86753213d7564cfbULL;
  constexpr std::uint64_t kSecond = 0x4eeb5320fefabaabULL;
  Random random(1, 2);
  EXPECT_EQ(random.next(), kFirst);
  EXPECT_EQ(random.next(), kSecond);
  EXPECT_NE(Random(1, 3).next(), kFirst);
  EXPECT_NE(Random(2, 2).next(), kFirst);
  EXPECT_NE(Random(2, 1).next(), kFirst);
}

TEST(Random, DrawsEachNumberAboutAsOften) {
  Random random(3, 4);
  std::map<std::uint32_t, int> counts;
  for (int i = 0; i < 60000; ++i) ++counts[random.below(6)];
  ASSERT_EQ(counts.size(), 6U);
  for (const auto& [number, count] : counts) EXPECT_NEAR(count, 10000, 400) << number;
  int hits = 0;
  for (int i = 0; i < 60000; ++i) hits += random.chance(kCertain / 4) ? 1 : 0;
  EXPECT_NEAR(hits, 15000, 500);
  EXPECT_TRUE(random.chance(kCertain));
  EXPECT_FALSE(random.chance(0));
}

TEST(RandomWalks, AreTheSame_WhateverWasWalkedBefore) {
  for (const WalkNetwork network : kNetworks) {
    Rumours shared(3, 6);
    RandomWalks all(shared, options_over(network), plan_all);
    WalkTotals totals;
    std::vector<ToldWalk> forwards;
    for (std::uint64_t walk = 0; walk < 100; ++walk) {
      std::vector<WalkStep> steps;
      all.run(walk, totals, &steps);
      forwards.push_back(told(shared, steps));
    }
    std::set<ToldWalk> distinct(forwards.begin(), forwards.end());
    EXPECT_GT(distinct.size(), 95U);
    for (const std::uint64_t walk : {99U, 3U, 42U}) {
      Rumours fresh(3, 6);
      RandomWalks alone(fresh, options_over(network), plan_all);
      std::vector<WalkStep> steps;
      alone.run(walk, totals, &steps);
      EXPECT_EQ(told(fresh, steps), forwards[walk]);
      steps.clear();
      all.run(walk, totals, &steps);  // once more, all remembered
      EXPECT_EQ(told(shared, steps), forwards[walk]);
    }
  }
}

TEST(RandomWalks, OfOtherSeedsDiffer) {
  Rumours model(3, 6);
  WalkTotals totals;
  std::set<ToldWalk> distinct;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    WalkOptions options = options_over(WalkNetwork::Unordered);
    options.seed = seed;
    std::vector<WalkStep> steps;
    RandomWalks(model, options, plan_all).run(0, totals, &steps);
    distinct.insert(told(model, steps));
  }
  EXPECT_EQ(distinct.size(), 20U);
}

TEST(RandomWalks, OfShardsAddUpToTheRun) {
  constexpr std::uint64_t kWalks = 90;
  const auto totals_of = [&](std::uint64_t shard, std::uint64_t shards, WalkTotals& totals) {
    Rumours model(3, 4);
    RandomWalks walks(model, options_over(WalkNetwork::Unordered), plan_all);
    for (std::uint64_t walk = shard; walk < kWalks; walk += shards) walks.run(walk, totals);
  };
  WalkTotals whole;
  WalkTotals parts;
  totals_of(0, 1, whole);
  for (std::uint64_t shard = 0; shard < 4; ++shard) totals_of(shard, 4, parts);
  EXPECT_EQ(parts.walks, kWalks);
  EXPECT_EQ(parts.walks, whole.walks);
  EXPECT_EQ(parts.steps, whole.steps);
  EXPECT_EQ(parts.action_counts, whole.action_counts);
  EXPECT_EQ(parts.bounds_met, whole.bounds_met);
  EXPECT_EQ(parts.witnesses, whole.witnesses);
  EXPECT_EQ(whole.witnesses, 3U);
  for (const std::uint64_t met : whole.bounds_met) EXPECT_GT(met, 0U);
  for (const std::uint64_t count : whole.action_counts) EXPECT_GT(count, 0U);
}

// The network as its rules say it is, message by message.
class Referee {
 public:
  Referee(WalkNetwork network, std::size_t parts) : network_(network), numbers_(parts) {}

  void follow(const Rumours& model, const WalkStep& step) {
    ++step_;
    if (step.kind == WalkStep::Kind::Cut) {
      EXPECT_TRUE(groups_.empty());
      EXPECT_EQ(std::set(step.groups.begin(), step.groups.end()).size(), 2U);
      groups_ = step.groups;
      ++cuts;
    } else if (step.kind == WalkStep::Kind::Heal) {
      EXPECT_FALSE(groups_.empty());
      groups_.clear();
    } else if (step.kind == WalkStep::Kind::Deliver) {
      receive(model.message(step.message), step);
    } else {
      act(step);
    }
    if (network_ != WalkNetwork::Any) {
      EXPECT_LE(flying_.size(), 4U);
    }
  }

  int cuts = 0;
  int losses = 0;
  int copies = 0;
  int falls = 0;

 private:
  struct Flying {
    Rumours::Message message;
    std::size_t sent_at = 0;
  };

  void receive(const Rumours::Message& message, const WalkStep& step) {
    EXPECT_EQ(step.part, message.to);
    EXPECT_TRUE(groups_.empty() || groups_[message.from] == groups_[message.to]);
    const auto found = std::ranges::find_if(flying_, [&](const Flying& one) {
      return one.message == message && one.sent_at == step.sent_at;
    });
    ASSERT_NE(found, flying_.end());
    if (network_ == WalkNetwork::PerLink) {
      EXPECT_EQ(found, std::ranges::find_if(flying_,
                                            [&](const Flying& one) {
                                              return one.message.from == message.from &&
                                                     one.message.to == message.to;
                                            }))
          << "not the first of its link";
    }
    if (step.keep_copy) {
      EXPECT_EQ(network_, WalkNetwork::Unordered);
      ++copies;
    } else if (network_ != WalkNetwork::Any) {
      flying_.erase(found);
    }
    if (message.answer || message.number <= numbers_[message.to]) {
      EXPECT_TRUE(step.lost.empty());
      return;
    }
    numbers_[message.to] = message.number;
    send({{message.to, message.from, message.number, true}}, step);
  }

  void act(const WalkStep& step) {
    if (step.label % 8 == Rumours::kFall) {
      numbers_[step.part] = 0;
      ++falls;
      return;
    }
    ++numbers_[step.part];
    std::vector<Rumours::Message> sent;
    for (std::uint32_t to = 0; to < numbers_.size(); ++to) {
      if (to != step.part) sent.push_back({step.part, to, numbers_[step.part], false});
    }
    send(sent, step);
  }

  void send(const std::vector<Rumours::Message>& sent, const WalkStep& step) {
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const bool crosses = !groups_.empty() && groups_[sent[i].from] != groups_[sent[i].to];
      const bool is_lost = std::ranges::count(step.lost, i) == 1;
      EXPECT_FALSE(crosses && is_lost);
      if (is_lost) ++losses;
      if (crosses || is_lost) continue;
      const bool is_known =
          std::ranges::any_of(flying_, [&](const Flying& one) { return one.message == sent[i]; });
      if (network_ == WalkNetwork::Any && is_known) continue;
      flying_.push_back({sent[i], step_});
    }
  }

  WalkNetwork network_;
  std::vector<int> numbers_;
  std::vector<Flying> flying_;
  std::vector<std::uint8_t> groups_;
  std::size_t step_ = 0;
};

TEST(RandomWalks, ObeyTheirNetworkAndTheirBudgets) {
  for (const WalkNetwork network : kNetworks) {
    Rumours model(3, 6);
    RandomWalks walks(model, options_over(network), plan_all);
    WalkTotals totals;
    int copies = 0;
    int losses = 0;
    int cuts = 0;
    for (std::uint64_t walk = 0; walk < 300; ++walk) {
      std::vector<WalkStep> steps;
      const RandomWalks::End end = walks.run(walk, totals, &steps);
      EXPECT_EQ(end.steps, steps.size());
      EXPECT_LE(end.steps, 60U);
      Referee referee(network, 3);
      for (const WalkStep& step : steps) referee.follow(model, step);
      EXPECT_LE(referee.copies, 2);
      EXPECT_LE(referee.losses, 5);
      EXPECT_LE(referee.cuts, 2);
      EXPECT_LE(referee.falls, 3);
      copies += referee.copies;
      losses += referee.losses;
      cuts += referee.cuts;
      if (HasFailure()) return;
    }
    EXPECT_EQ(copies > 0, network == WalkNetwork::Unordered);
    EXPECT_EQ(losses > 0, network != WalkNetwork::Any);
    EXPECT_EQ(cuts > 0, network != WalkNetwork::Any);
  }
}

TEST(RandomWalks, WithoutLossWaitForRoom) {
  WalkOptions options = options_over(WalkNetwork::Unordered);
  options.losses = 0;
  options.inflight = 1;  // raising sends two messages
  Rumours model(3, 6);
  WalkTotals totals;
  RandomWalks walks(model, options, plan_all);
  for (std::uint64_t walk = 0; walk < 20; ++walk) walks.run(walk, totals);
  EXPECT_EQ(totals.action_counts[Rumours::kRaise], 0U);
  EXPECT_EQ(totals.bounds_met[Rumours::kInflight], 20U);
}

TEST(RandomWalks, StopAtAViolation) {
  Rumours model(2, 2);
  RandomWalks walks(model, options_over(WalkNetwork::Unordered), plan_all);
  WalkTotals totals;
  int found = 0;
  for (std::uint64_t walk = 0; walk < 50; ++walk) {
    std::vector<WalkStep> steps;
    const RandomWalks::End end = walks.run(walk, totals, &steps);
    if (end.violation == 0) continue;
    EXPECT_EQ(end.violation, Rumours::kAllAtTop);
    EXPECT_EQ(end.steps, steps.size());
    ++found;
  }
  EXPECT_GT(found, 10);
}

// Within a walk whose priorities never change, of two links with messages the same one always wins.
TEST(RandomWalks, ByPriority_PreferTheSameLink) {
  WalkOptions options = options_over(WalkNetwork::PerLink);
  options.losses.reset();
  options.inflight = 8;
  Rumours model(3, 6);
  RandomWalks walks(model, options, [](Random&, WalkPlan& plan) {
    plan.weights = {1, 1, 0, 0, 0};
    plan.by_priority = true;
  });
  std::set<std::uint32_t> orders;  // of the two links of part 0
  for (std::uint64_t walk = 0; walk < 40; ++walk) {
    WalkTotals totals;
    std::vector<WalkStep> steps;
    walks.run(walk, totals, &steps);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> waiting;  // links, by message
    std::set<
        std::pair<std::pair<std::uint32_t, std::uint32_t>, std::pair<std::uint32_t, std::uint32_t>>>
        beaten;
    std::vector<int> numbers(3, 0);
    for (const WalkStep& step : steps) {
      if (step.kind == WalkStep::Kind::Deliver) {
        const Rumours::Message& heard = model.message(step.message);
        const std::pair link{heard.from, heard.to};
        for (const auto& other : waiting) {
          if (other != link) beaten.insert({link, other});
        }
        waiting.erase(std::ranges::find(waiting, link));
        if (heard.answer || heard.number <= numbers[heard.to]) continue;
        numbers[heard.to] = heard.number;
        if (step.lost.empty()) waiting.emplace_back(heard.to, heard.from);
      } else if (step.label % 8 == Rumours::kFall) {
        numbers[step.part] = 0;
      } else {
        ++numbers[step.part];
        for (std::uint32_t to = 0, i = 0; to < 3; ++to) {
          if (to == step.part) continue;
          if (std::ranges::count(step.lost, i++) == 0) waiting.emplace_back(step.part, to);
        }
      }
    }
    for (const auto& [winner, loser] : beaten) {
      EXPECT_FALSE(beaten.contains({loser, winner}));
    }
    orders.insert(beaten.contains({{0, 1}, {0, 2}}) ? 1U : 0U);
  }
  EXPECT_EQ(orders.size(), 2U);  // but not in every walk
}

}  // namespace
}  // namespace engine
