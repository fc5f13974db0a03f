#include "checker/engine/once_networks.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "checker/engine/counting_search.hpp"
#include "checker/engine/naive_checker.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

std::map<MessageId, bool> contents(std::span<const OnceSet::Word> words) {
  std::map<MessageId, bool> found;  // whether it is pending
  OnceSet::for_each_known(words, [&](MessageId message, OnceSet::Word state) {
    found.emplace(message, OnceSet::is_pending(state));
  });
  return found;
}

RC_GTEST_PROP(OnceSet, IsAMapFromMessagesToWhetherTheyArePending, ()) {
  std::map<MessageId, bool> expected;
  OnceSet set;
  for (const auto& [message, is_spent] :
       *rc::gen::arbitrary<std::vector<std::pair<std::uint8_t, bool>>>()) {
    expected.emplace(message, true);
    set.send(message);
    if (!is_spent) continue;
    expected[message] = false;
    set.spend(message);
  }
  RC_ASSERT(contents(set.words()) == expected);
  OnceSet copy;  // built in another order
  for (auto at = expected.rbegin(); at != expected.rend(); ++at) {
    copy.send(at->first);
    if (!at->second) copy.spend(at->first);
  }
  RC_ASSERT(copy == set);
}

TEST(OnceNetworks, EqualNetworksHaveOneId_WhateverTheCandidate) {
  OnceNetworks networks;
  OnceSet set;
  EXPECT_EQ(networks.intern(set.words()), 0U);
  set.send(40);
  const NetworkId pending = networks.intern(set.words());
  set.spend(40);
  const NetworkId spent = networks.intern(set.words());
  EXPECT_NE(pending, spent);
  const std::uint32_t hash = OnceNetworks::hash_of(set.words());
  for (const NetworkId candidate : {kNone, pending, spent}) {
    EXPECT_EQ(networks.intern(set.words(), hash, candidate), spent);
  }
  EXPECT_EQ(contents(networks[pending]), (std::map<MessageId, bool>{{40, true}}));
  EXPECT_EQ(networks.size(), 3U);
}

// A model whose every other receipt leaves its message where it is, and whose halves of the
// greatest number lie outside of a constraint.
class Reluctant final : public toy::ToyModel {
 public:
  explicit Reluctant(toy::Table table) : table_(std::move(table)) {}
  HalfId initial() override { return 0; }
  void internal_steps(HalfId half, std::vector<Step>& steps) override {
    for (const auto& entry : table_.internal[half]) steps.push_back(step(entry));
  }
  Step deliver(HalfId half, MessageId message, unsigned alternative) override {
    const auto& entry = table_.reactions[half][message];
    if (!entry || (alternative == 1 && message % 2 == 0)) return {};
    Step made = step(*entry);
    made.consumes = alternative == 0 && (half + message) % 2 == 0;
    return made;
  }
  [[nodiscard]] unsigned alternatives() const override { return 2; }
  [[nodiscard]] std::size_t message_count() const override { return table_.links.size(); }
  [[nodiscard]] Link link(MessageId message) const override { return table_.links[message]; }

 private:
  Step step(const toy::Table::Entry& entry) {
    return {.next = entry.next,
            .sends = list(entry.sends),
            .is_outside = entry.next + 1 == table_.internal.size()};
  }
  toy::Table table_;
};

using OnceState = std::pair<HalfId, std::map<MessageId, bool>>;

NaiveResult naive_once(Model& model) {
  std::uint64_t outside = 0;
  const OnceState initial{model.initial(), {}};
  NaiveResult result = naive_search(initial, {}, [&](const OnceState& state, auto visit) {
    const auto take = [&](const Step& step, MessageId spent) {
      if (step.next == kNone) return;
      OnceState after{step.next, state.second};
      for (const MessageId sent : model.sends(step.sends)) after.second.emplace(sent, true);
      if (spent != kNone) after.second[spent] = false;
      if (step.is_outside) {
        ++outside;
      } else {
        visit(after, step.violation);
      }
    };
    std::vector<Step> steps;
    model.internal_steps(state.first, steps);
    for (const Step& step : steps) take(step, kNone);
    for (const auto& [message, is_pending] : state.second) {
      for (unsigned alternative = 0; is_pending && alternative < 2; ++alternative) {
        const Step step = model.deliver(state.first, message, alternative);
        take(step, step.consumes ? message : kNone);
      }
    }
  });
  result.generated += outside;
  return result;
}

rc::Gen<toy::Table> tables(std::uint32_t halves, std::uint32_t messages) {
  return rc::gen::exec([=] {
    const auto entry = [=] {
      return toy::Table::Entry{
          .next = *rc::gen::inRange<HalfId>(0, halves),
          .sends = *rc::gen::container<std::vector<MessageId>>(
              *rc::gen::inRange<std::size_t>(0, 3), rc::gen::inRange<MessageId>(0, messages))};
    };
    toy::Table table;
    for (HalfId half = 0; half < halves; ++half) {
      auto& internal = table.internal.emplace_back();
      for (int steps = *rc::gen::inRange(0, 3); steps > 0; --steps) internal.push_back(entry());
      auto& reactions = table.reactions.emplace_back(messages);
      for (auto& reaction : reactions) {
        if (*rc::gen::inRange(0, 3) > 0) reaction = entry();
      }
    }
    table.links.assign(messages, {});
    return table;
  });
}

RC_GTEST_PROP(OnceSearch, CountsWhatTheNaiveSearchCounts, ()) {
  Reluctant model(*tables(5, 5));
  const NaiveResult expected = naive_once(model);
  CountingOptions options;
  options.order = Order::Once;
  options.loss = Loss::None;
  options.inflight = kUnlimited;
  CountingSearch search(model, options);
  toy::NoObserver observer;
  const SearchResult result = search.run(observer);
  RC_ASSERT(result.progress.generated == expected.generated);
  RC_ASSERT(result.progress.distinct == expected.distinct);
  RC_ASSERT(result.progress.depth == expected.depth);
}

TEST(OnceSearch, OrbitsAddUpToTheStatesWithoutSymmetry) {
  const auto never = [](const std::vector<int>&) { return false; };
  SearchResult results[2];
  for (const bool symmetry : {false, true}) {
    toy::Broadcast model(3, 3, never, symmetry);
    CountingOptions options;
    options.order = Order::Once;
    options.loss = Loss::None;
    options.inflight = kUnlimited;
    options.symmetry = model.permutations();
    CountingSearch search(model, options);
    toy::NoObserver observer;
    results[symmetry ? 1 : 0] = search.run(observer);
  }
  EXPECT_EQ(results[1].orbits, results[0].progress.distinct);
  EXPECT_EQ(results[1].progress.depth, results[0].progress.depth);
  EXPECT_LT(results[1].progress.distinct * 4, results[0].progress.distinct);
}

}  // namespace
}  // namespace engine
