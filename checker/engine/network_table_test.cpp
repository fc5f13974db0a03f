#include "checker/engine/network_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <bit>

#include "checker/engine/naive_checker.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

// Six messages over two links between servers 1 and 2; lists of what steps send are made as tests
// need them. Its one renaming turns message m into 5 - m, and links with it.
class Letters final : public toy::ToyModel {
 public:
  using ToyModel::list;
  HalfId initial() override { return 0; }
  void internal_steps(HalfId, std::vector<Step>&) override {}
  Step deliver(HalfId, MessageId, unsigned) override { return {}; }
  [[nodiscard]] std::size_t message_count() const override { return 6; }
  [[nodiscard]] Link link(MessageId message) const override {
    return message < 3 ? Link{1, 2} : Link{2, 1};
  }
  MessageId renamed(MessageId message, Renaming) override { return 5 - message; }
  [[nodiscard]] std::size_t renaming_count() const override { return 2; }
};

std::vector<MessageId> messages(const NetworkTable& table, NetworkId id) {
  const auto span = table.messages(id);
  return {span.begin(), span.end()};
}

std::vector<Outgrowth> ways(NetworkTable& table, NetworkId network, SendsId sends) {
  table.prefetch_growth(network, sends);
  const auto growth = table.ways(table.growth_candidate(network, sends), network,
                                 table.messages(network).size(), sends);
  std::vector<Outgrowth> all;
  all.reserve(growth.size());
  for (std::size_t i = 0; i < growth.size(); ++i) all.push_back(growth[i]);
  return all;
}

// The network that holds just these, sent one by one.
NetworkId network_of(NetworkTable& table, Letters& model, const std::vector<MessageId>& all) {
  NetworkId id = NetworkTable::kEmptyNetwork;
  for (const MessageId message : all) id = ways(table, id, model.list({message}))[0].network;
  return id;
}

TEST(NetworkTable, IsOneAndTheSameNetwork_WhateverTheOrderOfSending) {
  Letters model;
  HalfGraph graph(model);
  NetworkTable table(graph, Order::Unordered, Loss::None, 4);
  const NetworkId id = network_of(table, model, {5, 0, 3, 0});
  EXPECT_EQ(messages(table, id), (std::vector<MessageId>{0, 0, 3, 5}));
  EXPECT_EQ(id, network_of(table, model, {0, 0, 5, 3}));
}

TEST(NetworkTable, KeepsTheOrderOfSendingWithinALinkOnly_WhenOrdered) {
  Letters model;
  HalfGraph graph(model);
  NetworkTable table(graph, Order::PerLink, Loss::None, 4);
  const NetworkId id = network_of(table, model, {4, 2, 3, 0});
  EXPECT_EQ(messages(table, id), (std::vector<MessageId>{2, 0, 4, 3}));
  EXPECT_EQ(id, network_of(table, model, {2, 4, 0, 3}));
  EXPECT_NE(id, network_of(table, model, {0, 2, 4, 3}));
}

TEST(NetworkTable, DeliversOneOfEqualCopies_OrTheFirstOfALink) {
  Letters model;
  HalfGraph graph(model);
  NetworkTable unordered(graph, Order::Unordered, Loss::None, 4);
  const NetworkId bag = network_of(unordered, model, {1, 1, 3, 4});
  NetworkTable ordered(graph, Order::PerLink, Loss::None, 4);
  const NetworkId queues = network_of(ordered, model, {1, 1, 3, 4});
  const std::array<bool, 4> in_bag{true, false, true, true};
  const std::array<bool, 4> in_queues{true, false, true, false};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(unordered.is_deliverable(unordered.messages(bag), i), in_bag[i]);
    EXPECT_EQ(ordered.is_deliverable(ordered.messages(queues), i), in_queues[i]);
  }
}

TEST(NetworkTable, LosesEveryPart_FewestLossesFirst) {
  Letters model;
  HalfGraph graph(model);
  NetworkTable table(graph, Order::Unordered, Loss::Free, 4);
  const auto all = ways(table, NetworkTable::kEmptyNetwork, model.list({2, 0}));
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(messages(table, all[0].network), (std::vector<MessageId>{0, 2}));
  EXPECT_EQ(messages(table, all[1].network), (std::vector<MessageId>{0}));
  EXPECT_EQ(all[1].lost, 1U);  // the first that was sent
  EXPECT_EQ(messages(table, all[2].network), (std::vector<MessageId>{2}));
  EXPECT_EQ(all[3].network, NetworkTable::kEmptyNetwork);
  EXPECT_EQ(all[3].lost, 3U);
}

TEST(NetworkTable, SaysThatTheCapacityForbadeAWay) {
  Letters model;
  HalfGraph graph(model);
  NetworkTable table(graph, Order::Unordered, Loss::Free, 2);
  const SendsId two = model.list({0, 1});
  EXPECT_FALSE(table.ways(kNone, NetworkTable::kEmptyNetwork, 0, two).was_cut());
  const NetworkId one = network_of(table, model, {5});
  EXPECT_TRUE(table.ways(kNone, one, 1, two).was_cut());
  EXPECT_EQ(ways(table, one, two).size(), 3U);
  NetworkTable lossless(graph, Order::Unordered, Loss::None, 2);
  const NetworkId same = network_of(lossless, model, {5});
  EXPECT_TRUE(lossless.ways(kNone, same, 1, two).was_cut());
  EXPECT_TRUE(ways(lossless, same, two).empty());
}

TEST(NetworkTable, RenamesEveryMessage) {
  Letters model;
  HalfGraph graph(model);
  NetworkTable table(graph, Order::PerLink, Loss::None, 4);
  const NetworkId id = network_of(table, model, {2, 0, 4});
  const NetworkId renamed = table.renamed(id, 1);
  EXPECT_EQ(messages(table, renamed), (std::vector<MessageId>{1, 3, 5}));
  EXPECT_EQ(table.renamed(renamed, 1), id);
  EXPECT_EQ(table.renamed(id, 0), id);
}

// A random walk: some messages are sent, some delivered; against plain vectors.
RC_GTEST_PROP(NetworkTable, GoesWherePlainVectorsGo_OnARandomWalk, ()) {
  Letters model;
  HalfGraph graph(model);
  const Order order = *rc::gen::element(Order::Unordered, Order::PerLink);
  NetworkTable table(graph, order, Loss::Free, 6);
  NetworkId id = NetworkTable::kEmptyNetwork;
  NaiveNetwork plain;
  std::map<NaiveNetwork, NetworkId> names{{plain, id}};
  const auto steps = *rc::gen::container<std::vector<std::vector<MessageId>>>(
      60, rc::gen::container<std::vector<MessageId>>(rc::gen::inRange<MessageId>(0, 6)));
  for (std::vector<MessageId> sent : steps) {
    if (sent.size() > 3) sent.resize(3);
    const auto choice = *rc::gen::inRange<std::size_t>(0, 8);
    if (!sent.empty()) {
      const auto all = ways(table, id, model.list(sent));
      const Outgrowth way = all[choice % all.size()];
      for (std::size_t i = 0; i < sent.size(); ++i) {
        if ((way.lost >> i & 1U) == 0) naive_send(model, order, plain, sent[i]);
      }
      id = way.network;
    } else if (!plain.pending.empty()) {
      const std::size_t i = choice % plain.pending.size();
      plain.pending.erase(plain.pending.begin() + static_cast<std::ptrdiff_t>(i));
      id = table.without(id, i);
    }
    RC_ASSERT(messages(table, id) == plain.pending);
    RC_ASSERT(plain.size() <= 6U);
    RC_ASSERT(names.emplace(plain, id).first->second == id);
  }
  RC_ASSERT(table.size() >= names.size());
}

TEST(NetworkTable, KeepsManyNetworksApart) {
  Letters model;
  HalfGraph graph(model);
  NetworkTable table(graph, Order::PerLink, Loss::Free, 6);
  std::vector<NetworkId> level{NetworkTable::kEmptyNetwork};
  std::map<InFlight, NetworkId> names;
  for (int length = 0; length < 6; ++length) {
    std::vector<NetworkId> next;
    for (const NetworkId id : level) {
      for (MessageId message = 0; message < 6; ++message) {
        const NetworkId after = ways(table, id, model.list({message}))[0].network;
        if (names.emplace(messages(table, after), after).second) next.push_back(after);
        EXPECT_EQ(names[messages(table, after)], after);
      }
    }
    level.swap(next);
  }
  EXPECT_EQ(table.size(), names.size() + 1);
  // Queues of lengths i and j on the two links: 3^(i + j) networks for each i + j <= 6.
  EXPECT_EQ(names.size(), 2U * 3 + 3 * 9 + 4 * 27 + 5 * 81 + 6 * 243 + 7 * 729);
}

}  // namespace
}  // namespace engine
