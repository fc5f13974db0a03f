#include <gtest/gtest.h>

#include "checker/lab/kv_check.hpp"

namespace lab {
namespace {

KvRequest request(std::uint32_t number, KvKind kind, std::string value) {
  return {3, number, kind, "k", std::move(value)};
}

TEST(KvRequest, ComesBackFromItsCommand) {
  for (const KvKind kind : {KvKind::Get, KvKind::Put, KvKind::Append}) {
    for (const char* value : {"", "x3.17y"}) {
      const KvRequest back = request_of(command_of(request(17, kind, value)));
      EXPECT_EQ(back.client, 3U);
      EXPECT_EQ(back.number, 17U);
      EXPECT_EQ(back.kind, kind);
      EXPECT_EQ(back.key, "k");
      EXPECT_EQ(back.value, value);
    }
  }
}

TEST(KvMap, ARequestThatComesTwice_TakesEffectOnce) {
  KvMap map;
  map.apply(request(1, KvKind::Append, "a"));
  map.apply(request(1, KvKind::Append, "a"));
  map.apply(request(2, KvKind::Get, ""));
  EXPECT_EQ(map.answer(3, 2), "a");
}

TEST(KvMap, AnswersTheLastRequestOfAClientOnly) {
  KvMap map;
  map.apply(request(1, KvKind::Put, "a"));
  EXPECT_EQ(map.answer(3, 1), "");
  EXPECT_EQ(map.answer(4, 1), std::nullopt);
  map.apply(request(2, KvKind::Put, "b"));
  EXPECT_EQ(map.answer(3, 1), std::nullopt);
}

TEST(KvService, NotesWhatItsClientsSaw_AndWhen) {
  SimulatorOptions options;
  options.node.servers = 3;
  options.network.is_reliable = false;
  const auto live = node::make_live_raft(options.node);
  Simulator simulator(*live, options);
  Lab lab(simulator);
  const auto play = [](Lab& inner) -> Task<void> {
    KvService service(inner);
    co_await service.put(1, "k", "a");
    co_await service.append(2, "k", "b");
    const std::string got = co_await service.get(1, "k");
    EXPECT_EQ(got, "ab");
    EXPECT_EQ(service.history().size(), 3U);
    EXPECT_EQ(service.history()[2].answer, "ab");
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_LT(service.history()[i].invoked, service.history()[i].returned);
      if (i > 0) {
        EXPECT_GE(service.history()[i].invoked, service.history()[i - 1].returned);
      }
    }
  };
  simulator.run(play(lab));
}

// A read that another read has overtaken: client 1 sees what client 2 wrote, client 3, later, not.
TEST(KvCheck, FailsARun_WhoseClientsSawWhatNoMapShows) {
  const auto seen = [](std::uint32_t client, KvKind kind, const char* word, Time from, Time to) {
    KvOperation operation{.request = {client, 1, kind, "k", kind == KvKind::Put ? word : ""},
                          .answer = kind == KvKind::Get ? word : "",
                          .invoked = from,
                          .returned = to};
    return operation;
  };
  std::vector<KvOperation> operations = {seen(2, KvKind::Put, "a", 0, 100),
                                         seen(1, KvKind::Get, "a", 10, 20),
                                         seen(3, KvKind::Get, "a", 30, 40)};
  SimulatorOptions options;
  options.node.servers = 3;
  const auto live = node::make_live_raft(options.node);
  Simulator simulator(*live, options);
  Lab lab(simulator);
  EXPECT_NO_THROW(require_linearizable(lab, operations));
  operations.back().answer = "";
  EXPECT_THROW(require_linearizable(lab, operations), TestFailed);
}

}  // namespace
}  // namespace lab
