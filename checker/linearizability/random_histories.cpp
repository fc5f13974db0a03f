#include "checker/linearizability/random_histories.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "checker/linearizability/object.hpp"

namespace linearizability {
namespace {

// An operation and when it takes effect, if it does.
struct Planned {
  Operation operation;
  std::int64_t effect = 0;
  std::uint64_t among_clients = 0;  // who is first at one tick
  bool takes_effect = true;
};

class Planner {
 public:
  Planner(const HistoryPlan& plan, std::uint64_t seed) : plan_(plan), random_(seed) {}

  History make() {
    std::vector<std::int64_t> free(plan_.clients);
    for (std::uint32_t i = 0; i < plan_.operations; ++i) {
      const auto client = std::ranges::min_element(free) - free.begin();
      std::int64_t& now = free[static_cast<std::size_t>(client)];
      now += ticks(plan_.pause_max);
      planned_.push_back(planned(client, now));
      now = planned_.back().operation.returned;
    }
    for (Planned& one : planned_) finish(one);
    let_take_effect();
    History history;
    for (Planned& one : planned_) history.push_back(std::move(one.operation));
    return history;
  }

 private:
  std::int64_t ticks(std::int64_t max) {
    return static_cast<std::int64_t>(drawn(random_, static_cast<std::uint64_t>(max) + 1));
  }

  Value fresh_value(std::int64_t client) {
    ++written_;
    const std::uint64_t value = plan_.values == 0 ? written_ : drawn(random_, plan_.values);
    if (plan_.model == Model::Register) return static_cast<std::int64_t>(value);
    if (plan_.values != 0) return "v" + std::to_string(value);
    return "x " + std::to_string(client) + " " + std::to_string(value) + " y";
  }

  Planned planned(std::int64_t client, std::int64_t now) {
    Operation operation{.client = client,
                        .key = static_cast<std::int64_t>(drawn(random_, plan_.keys)),
                        .invoked = now,
                        .returned = now + ticks(plan_.duration_max)};
    const std::uint64_t lot = drawn(random_, 100);
    if (lot < plan_.writes) {
      operation.kind = Kind::Write;
    } else if (lot < plan_.writes + plan_.changes) {
      operation.kind = plan_.model == Model::KeyValue ? Kind::Append : Kind::Cas;
    }
    if (operation.kind != Kind::Read) operation.argument = fresh_value(client);
    if (operation.kind == Kind::Cas) operation.expected = fresh_value(client);
    return {.operation = std::move(operation)};
  }

  // When it takes effect. A client that got no answer may go on before it does.
  void finish(Planned& one) {
    Operation& operation = one.operation;
    std::int64_t latest = operation.returned - operation.invoked;
    if (drawn(random_, 100) < plan_.unanswered) {
      operation.outcome = Outcome::Unknown;
      one.takes_effect = drawn(random_, 2) == 0;
      latest *= 3;
    }
    one.effect = operation.invoked + ticks(latest);
    const auto client = static_cast<std::uint64_t>(operation.client);
    one.among_clients = (client * 977 + static_cast<std::uint64_t>(one.effect) * 31) % 1009;
  }

  void let_take_effect() {
    std::vector<Planned*> order;
    for (Planned& one : planned_) order.push_back(&one);
    std::ranges::stable_sort(order, {}, [](const Planned* one) {
      return std::tuple(one->effect, one->among_clients, one->operation.client);
    });
    std::map<Value, Object> objects;
    for (Planned* const one : order) {
      Object& object = objects.try_emplace(one->operation.key, plan_.model).first->second;
      answer(*one, object);
      if (one->takes_effect) object.perform(one->operation);
    }
  }

  void answer(Planned& one, const Object& object) {
    Operation& operation = one.operation;
    if (operation.outcome == Outcome::Unknown) return;
    if (operation.kind == Kind::Read) operation.result = object.value();
    // Half of them expect what is there.
    if (operation.kind == Kind::Cas && one.among_clients % 2 == 0) {
      operation.expected = object.value();
    }
    if (!object.agrees(operation)) operation.outcome = Outcome::Mismatch;
  }

  HistoryPlan plan_;
  std::mt19937_64 random_;
  std::uint64_t written_ = 0;
  std::vector<Planned> planned_;
};

}  // namespace

std::uint64_t drawn(std::mt19937_64& random, std::uint64_t below) { return random() % below; }

History legal_history(const HistoryPlan& plan, std::uint64_t seed) {
  return Planner(plan, seed).make();
}

History with_another_answer(History history, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Operation*> readers;
  for (Operation& operation : history) {
    const bool is_reader = operation.kind == Kind::Read || operation.kind == Kind::Cas;
    if (is_reader && operation.outcome != Outcome::Unknown) readers.push_back(&operation);
  }
  if (readers.empty()) return history;
  Operation& changed = *readers[drawn(random, readers.size())];
  if (changed.kind == Kind::Cas) {
    changed.outcome = changed.outcome == Outcome::Ok ? Outcome::Mismatch : Outcome::Ok;
    return history;
  }
  const Operation& other = history[drawn(random, history.size())];
  changed.result = other.result ? *other.result : other.argument;
  return history;
}

}  // namespace linearizability
