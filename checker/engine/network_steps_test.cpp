#include "checker/engine/network_steps.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <set>
#include <tuple>
#include <vector>

#include "checker/engine/naive_checker.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

using Messages = std::vector<MessageId>;

// Six messages over two links between servers 1 and 2. One half, whose internal steps send the
// lists that a test asks for; every message can be received, and answers nothing. Its one renaming
// turns message m into 5 - m, and links with it; whether it turns the half into itself is up to the
// test.
class Letters final : public toy::ToyModel {
 public:
  explicit Letters(std::vector<Messages> sent, bool is_symmetric = false) {
    for (const Messages& list : sent) steps_.push_back({.next = 0, .sends = this->list(list)});
    if (is_symmetric) automorphisms_ = {1};
  }
  HalfId initial() override { return 0; }
  void internal_steps(HalfId, std::vector<Step>& steps) override { steps = steps_; }
  Step deliver(HalfId, MessageId, unsigned) override { return {.next = 0}; }
  [[nodiscard]] std::size_t message_count() const override { return 6; }
  [[nodiscard]] Link link(MessageId message) const override {
    return message < 3 ? Link{1, 2} : Link{2, 1};
  }
  std::span<const Renaming> automorphisms(HalfId) override { return automorphisms_; }
  MessageId renamed(MessageId message, Renaming) override { return 5 - message; }
  [[nodiscard]] std::size_t renaming_count() const override { return 2; }

 private:
  std::vector<Step> steps_;
  std::vector<Renaming> automorphisms_;
};

NetworkOptions with(Order order, Loss loss, std::size_t inflight) {
  NetworkOptions options;
  options.order = order;
  options.loss = loss;
  options.inflight = inflight;
  return options;
}

// One way of one step: what was received, what is then on the network, what was lost of what the
// step sent.
struct Way {
  MessageId spent = kNone;
  Messages messages;
  std::uint32_t lost = 0;
  auto operator<=>(const Way&) const = default;
};
struct Ways {
  std::vector<Way> all;
  int cuts = 0;
  bool operator==(const Ways&) const = default;
};

template <class List>
Ways ways(Letters& model, const NetworkOptions& options, const Messages& before) {
  HalfGraph graph(model);
  NetworkSteps<List> steps(graph, options);
  List list;
  list.assign(before);
  steps.start(0, list);
  Ways result;
  const auto cut = [&](unsigned) { ++result.cuts; };
  steps.for_each_step(
      [&](EdgeId id, MessageId spent) {
        const auto visit = [&](const typename NetworkSteps<List>::Outcome& outcome) {
          Way& way = result.all.emplace_back();
          way.spent = spent;
          way.lost = outcome.lost;
          outcome.messages->for_each([&](MessageId each) { way.messages.push_back(each); });
        };
        steps.for_each_outcome(id, spent, visit, cut);
      },
      cut);
  return result;
}

TEST(NetworkSteps, LoseEveryPart_FewestLossesFirst) {
  Letters model({{2, 0}});
  const auto options = with(Order::Unordered, Loss::Free, 4);
  const Ways found = ways<MessageList>(model, options, {});
  EXPECT_EQ(found.cuts, 0);
  EXPECT_EQ(found.all, (std::vector<Way>{{kNone, {0, 2}, 0},
                                         {kNone, {0}, 1},  // the first that was sent
                                         {kNone, {2}, 2},
                                         {kNone, {}, 3}}));
  EXPECT_EQ(ways<SortedBag<4>>(model, options, {}), found);
}

TEST(NetworkSteps, SayThatTheCapacityForbadeAWay) {
  Letters model({{0, 1}});
  const Ways free = ways<SortedBag<2>>(model, with(Order::Unordered, Loss::Free, 2), {5});
  EXPECT_EQ(free.cuts, 1);
  EXPECT_EQ(free.all, (std::vector<Way>{
                          {kNone, {1, 5}, 1}, {kNone, {0, 5}, 2}, {kNone, {5}, 3}, {5, {}, 0}}));
  const Ways full = ways<SortedBag<2>>(model, with(Order::Unordered, Loss::Free, 2), {5, 5});
  EXPECT_EQ(full.cuts, 1);
  EXPECT_EQ(full.all, (std::vector<Way>{{kNone, {5, 5}, kNone}, {5, {5}, 0}}));
  const Ways lossless = ways<SortedBag<2>>(model, with(Order::Unordered, Loss::None, 2), {5});
  EXPECT_EQ(lossless.cuts, 1);
  EXPECT_EQ(lossless.all, (std::vector<Way>{{5, {}, 0}}));
}

TEST(NetworkSteps, ReceiveOneOfEqualCopies_OrTheFirstOfALink) {
  Letters model({});
  const Ways bag = ways<MessageList>(model, with(Order::Unordered, Loss::None, 4), {1, 1, 3, 4});
  EXPECT_EQ(bag.all, (std::vector<Way>{{1, {1, 3, 4}, 0}, {3, {1, 1, 4}, 0}, {4, {1, 1, 3}, 0}}));
  const Ways queues = ways<MessageList>(model, with(Order::PerLink, Loss::None, 4), {2, 1, 4, 3});
  EXPECT_EQ(queues.all, (std::vector<Way>{{2, {1, 4, 3}, 0}, {4, {2, 1, 3}, 0}}));
}

TEST(NetworkSteps, KeepTheOrderOfSendingWithinALinkOnly_WhenOrdered) {
  Letters model({{4, 2, 3, 0}});
  const Ways found = ways<MessageList>(model, with(Order::PerLink, Loss::None, 6), {1, 5});
  EXPECT_EQ(found.all.front().messages, (Messages{1, 2, 0, 5, 4, 3}));
}

// Of a network and its mirror image, the least is taken.
TEST(NetworkSteps, NameANetworkByTheLeastOfItsRenamings_WhereTheHalfAllowsIt) {
  Letters model({{5}, {0}}, true);
  const Permutations two(2);
  for (const Order order : {Order::Unordered, Order::PerLink}) {
    NetworkOptions options = with(order, Loss::None, 4);
    options.symmetry = &two;
    const Ways found = ways<MessageList>(model, options, {1, 4});
    const Messages least = order == Order::PerLink ? Messages{1, 0, 4} : Messages{0, 1, 4};
    EXPECT_EQ(found.all,
              (std::vector<Way>{{kNone, least, 0}, {kNone, least, 0}, {1, {1}, 0}, {4, {1}, 0}}));
    if (order == Order::Unordered) {
      EXPECT_EQ(ways<SortedBag<4>>(model, options, {1, 4}), found);
    }
  }
}

TEST(NetworkSteps, AreNotForNetworksOnWhichAMessageIsOnceEver) {
  Letters model({});
  HalfGraph graph(model);
  EXPECT_THROW(NetworkSteps<MessageList>(graph, with(Order::Once, Loss::None, kUnlimited)),
               std::invalid_argument);
}

// A list and a bag are the same network.
template <std::size_t K>
void expect_same_in_bags(const std::vector<Messages>& sent, Messages before) {
  for (const bool is_symmetric : {false, true}) {
    for (const Loss loss : {Loss::Free, Loss::None}) {
      Letters model(sent, is_symmetric);
      const NetworkOptions options = with(Order::Unordered, loss, K);
      if (before.size() > K) before.resize(K);
      std::ranges::sort(before);
      RC_ASSERT(ways<SortedBag<K>>(model, options, before) ==
                ways<MessageList>(model, options, before));
    }
  }
}

RC_GTEST_PROP(NetworkSteps, AreTheSameForListsAndForBags, ()) {
  const auto message = rc::gen::inRange<MessageId>(0, 6);
  auto sent = *rc::gen::container<std::vector<Messages>>(
      3, rc::gen::container<Messages>(*rc::gen::inRange<std::size_t>(1, 4), message));
  const auto before = *rc::gen::container<Messages>(*rc::gen::inRange<std::size_t>(0, 6), message);
  expect_same_in_bags<1>(sent, before);
  expect_same_in_bags<2>(sent, before);
  expect_same_in_bags<3>(sent, before);
  expect_same_in_bags<4>(sent, before);
  expect_same_in_bags<5>(sent, before);
  expect_same_in_bags<6>(sent, before);
}

// Against the plain networks of the naive checker.
RC_GTEST_PROP(NetworkSteps, GoWherePlainVectorsGo, ()) {
  const Order order = *rc::gen::element(Order::Unordered, Order::PerLink);
  const auto message = rc::gen::inRange<MessageId>(0, 6);
  const auto sent = *rc::gen::container<Messages>(*rc::gen::inRange<std::size_t>(1, 4), message);
  Letters model({sent});
  InFlight before;
  for (const MessageId each : *rc::gen::container<Messages>(3, message)) {
    naive_put(model, order, before, each);
  }
  for (const Way& way : ways<MessageList>(model, with(order, Loss::Free, 6), before).all) {
    InFlight expected = before;
    if (way.spent != kNone) {
      expected.erase(std::ranges::find(expected, way.spent));
    } else {
      for (std::size_t i = 0; i < sent.size(); ++i) {
        if ((way.lost >> i & 1U) == 0) naive_put(model, order, expected, sent[i]);
      }
    }
    RC_ASSERT(way.messages == expected);
  }
}

}  // namespace
}  // namespace engine
