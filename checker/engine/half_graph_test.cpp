#include "checker/engine/half_graph.hpp"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <thread>
#include <tuple>

#include "checker/engine/model_wrapper.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

constexpr std::size_t kReceivers = 5;
constexpr int kRounds = 2;
constexpr std::size_t kThreads = 4;

// Counts what the model is asked; under the graph's lock.
class Counting final : public ModelWrapper {
 public:
  using ModelWrapper::ModelWrapper;
  void internal_steps(HalfId half, std::vector<Step>& steps) override {
    ++expanded[half];
    ModelWrapper::internal_steps(half, steps);
  }
  Step deliver(HalfId half, MessageId message, unsigned alternative) override {
    ++delivered[{half, message, alternative}];
    return ModelWrapper::deliver(half, message, alternative);
  }
  std::map<HalfId, int> expanded;
  std::map<std::tuple<HalfId, MessageId, unsigned>, int> delivered;
};

// What one thread is told of a half: the range of its internal steps, and the edge of each receipt.
struct Told {
  EdgeId first = kNone;
  EdgeId last = kNone;
  std::vector<EdgeId> receipts;
  bool operator==(const Told&) const = default;
};

// Asks about all that can be reached, each thread in an order of its own.
std::map<HalfId, Told> walk(HalfGraph& graph, std::size_t messages, std::size_t thread) {
  std::map<HalfId, Told> told;
  std::vector<HalfId> open{graph.initial().half};
  while (!open.empty()) {
    const HalfId half = open.back();
    open.pop_back();
    if (told.contains(half)) continue;
    Told& here = told[half];
    const HalfGraph::EdgeRange internal = graph.internal(half);
    here.first = internal.first;
    here.last = internal.last;
    for (EdgeId id = internal.first; id != internal.last; ++id) open.push_back(graph.edge(id).next);
    here.receipts.assign(messages * graph.alternatives(), kNone);
    for (std::size_t i = 0; i < here.receipts.size(); ++i) {
      const std::size_t shifted = (i + 7 * thread) % here.receipts.size();
      const std::size_t key = thread % 2 == 0 ? shifted : here.receipts.size() - 1 - shifted;
      const auto message = static_cast<MessageId>(key / graph.alternatives());
      const auto alternative = static_cast<unsigned>(key % graph.alternatives());
      const EdgeId id = graph.delivery(half, message, alternative);
      here.receipts[key] = id;
      EXPECT_EQ(graph.detail(id).from, half);
      EXPECT_EQ(graph.detail(id).message, message);
      EXPECT_EQ(graph.detail(id).alternative, alternative);
      EXPECT_EQ(graph.edge(id).consumes, alternative == 0);
      open.push_back(graph.edge(id).next);
      for (Renaming renaming = 0; renaming < graph.renamings(); ++renaming) {
        EXPECT_LT(graph.renamed(message, renaming), messages);
      }
      EXPECT_EQ(graph.automorphisms(graph.edge(id).next).empty(), !graph.edge(id).has_ties);
    }
  }
  return told;
}

TEST(HalfGraph, TellsEveryThreadTheSameEdges_AndAsksTheModelOnce) {
  for (const bool symmetry : {false, true}) {
    toy::Broadcast broadcast(kReceivers, kRounds, toy::never, symmetry);
    broadcast.set_alternatives(2);
    Counting model(broadcast);
    HalfGraph graph(model);
    std::vector<std::map<HalfId, Told>> told(kThreads);
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back(
          [&, thread] { told[thread] = walk(graph, broadcast.message_count(), thread); });
    }
    threads.clear();
    EXPECT_GT(told[0].size(), 20U);
    for (std::size_t thread = 1; thread < kThreads; ++thread) EXPECT_EQ(told[thread], told[0]);
    EXPECT_EQ(model.expanded.size(), told[0].size());
    EXPECT_EQ(model.delivered.size(), told[0].size() * broadcast.message_count() * 2);
    for (const auto& [half, times] : model.expanded) EXPECT_EQ(times, 1);
    for (const auto& [key, times] : model.delivered) EXPECT_EQ(times, 1);
  }
}

TEST(HalfGraph, ComputesReceiptsInARow_LikeOneByOne) {
  toy::Broadcast broadcast(kReceivers, kRounds, toy::never, true);
  HalfGraph graph(broadcast);
  const HalfId half = graph.edge(graph.internal(graph.initial().half).first).next;
  std::vector<MessageId> messages(broadcast.message_count());
  std::iota(messages.rbegin(), messages.rend(), MessageId{0});
  ASSERT_GT(messages.size(), 1U);
  const EdgeId first = graph.add_deliveries(half, messages);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto in_row = static_cast<EdgeId>(first + i);
    const EdgeId alone = graph.delivery(half, messages[i]);
    EXPECT_NE(alone, in_row);
    EXPECT_EQ(graph.detail(in_row).from, half);
    EXPECT_EQ(graph.detail(in_row).message, messages[i]);
    EXPECT_EQ(graph.edge(in_row).next, graph.edge(alone).next);
    EXPECT_EQ(graph.edge(in_row).renaming, graph.edge(alone).renaming);
    EXPECT_EQ(graph.edge(in_row).sends, graph.edge(alone).sends);
    EXPECT_EQ(graph.edge(in_row).is_loop, graph.edge(alone).is_loop);
  }
}

TEST(HalfGraph, FiresTheWitnessesOfStepsThatAreTaken_AndOfNoOthers) {
  class Witnessing final : public ModelWrapper {
   public:
    using ModelWrapper::ModelWrapper;
    Step deliver(HalfId half, MessageId message, unsigned alternative) override {
      Step step = ModelWrapper::deliver(half, message, alternative);
      step.witnesses = 1U << message;
      return step;
    }
  };
  toy::Broadcast broadcast(3, 1, toy::never);
  Witnessing model(broadcast);
  HalfGraph graph(model);
  const HalfId half = graph.initial().half;
  const EdgeId first = graph.delivery(half, 0);
  graph.delivery(half, 1);
  EXPECT_EQ(graph.witnesses(), 0U);
  graph.take(first);
  graph.take(first);
  EXPECT_EQ(graph.witnesses(), 1U);
  graph.add_witnesses(4);
  EXPECT_EQ(graph.witnesses(), 5U);
  EXPECT_FALSE(graph.edge(graph.delivery(half, 2)).is_news);  // known already
  graph.take(graph.delivery(half, 1));
  EXPECT_EQ(graph.witnesses(), 7U);
}

}  // namespace
}  // namespace engine
