#include "checker/linearizability/value_space.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "checker/linearizability/object.hpp"

namespace linearizability {
namespace {

std::optional<Value> looked_for(const Operation& operation, Model model) {
  if (operation.kind == Kind::Read) return taken_as(*operation.result, model);
  if (operation.kind == Kind::Cas) return operation.expected;
  return std::nullopt;
}

}  // namespace

ValueSpace::ValueSpace(Model model, const Timeline& timeline) : model_(model) {
  collect_sights(timeline);
  initial_ = state_of(taken_as(Value{}, model_));
  for (std::uint32_t number = 0; number < timeline.size(); ++number) {
    meanings_.push_back(meaning_of(timeline.task(number)));
  }
  number_deeds(timeline);
}

void ValueSpace::collect_sights(const Timeline& timeline) {
  for (std::uint32_t number = 0; number < timeline.size(); ++number) {
    auto value = looked_for(*timeline.task(number).operation, model_);
    if (value) values_.push_back(*std::move(value));
  }
  std::ranges::sort(values_);
  values_.erase(std::ranges::unique(values_).begin(), values_.end());
  for (const Value& value : values_) {
    const auto* text = model_ == Model::KeyValue ? std::get_if<std::string>(&value) : nullptr;
    lengths_.push_back(text == nullptr ? 1 : static_cast<std::uint32_t>(text->size()));
  }
}

void ValueSpace::number_deeds(const Timeline& timeline) {
  std::map<std::tuple<Kind, Value, Value>, std::uint32_t> deeds;
  for (std::uint32_t number = 0; number < timeline.size(); ++number) {
    const Operation& operation = *timeline.task(number).operation;
    const Value argument = taken_as(operation.argument, model_);
    const auto next = static_cast<std::uint32_t>(deeds.size());
    const auto deed = std::tuple(operation.kind, argument, operation.expected);
    meanings_[number].deed = deeds.emplace(deed, next).first->second;
  }
}

ValueSpace::Meaning ValueSpace::meaning_of(const Task& task) const {
  const Operation& operation = *task.operation;
  Meaning meaning;
  if (const auto value = looked_for(operation, model_)) {
    const auto found = std::ranges::lower_bound(values_, *value);
    meaning.sight = static_cast<Sight>(found - values_.begin());
  }
  meaning.wants_other = task.is_answered && operation.outcome == Outcome::Mismatch;
  if (operation.kind == Kind::Append) {
    meaning.appended = std::get_if<std::string>(&operation.argument) != nullptr
                           ? std::string_view(std::get<std::string>(operation.argument))
                           : std::string_view();
    if (!meaning.appended.empty()) meaning.effect = Effect::Append;
  }
  const bool is_cas = operation.kind == Kind::Cas && !meaning.wants_other;
  if (operation.kind == Kind::Write || (is_cas && operation.argument != operation.expected)) {
    meaning.effect = Effect::Set;
    meaning.set = state_of(taken_as(operation.argument, model_));
  }
  return meaning;
}

State ValueSpace::state_of(const Value& value) const {
  if (model_ == Model::KeyValue) {
    const State nothing{.first = 0, .last = static_cast<Sight>(values_.size()), .length = 0};
    return appended(nothing, std::get<std::string>(value));
  }
  const auto found = std::ranges::lower_bound(values_, value);
  if (found == values_.end() || *found != value) return {};
  const auto sight = static_cast<Sight>(found - values_.begin());
  return {.first = sight, .last = sight + 1, .length = 1};
}

// Sights of the range agree up to the state's length, so they are sorted by what comes behind it.
State ValueSpace::appended(const State& state, std::string_view text) const {
  const auto begin = values_.begin() + state.first;
  const auto end = values_.begin() + state.last;
  const auto part = [&](const Value& value) {
    return std::string_view(std::get<std::string>(value)).substr(state.length, text.size());
  };
  const auto first = std::ranges::lower_bound(begin, end, text, {}, part);
  const auto last = std::ranges::upper_bound(first, end, text, {}, part);
  if (first == last) return {};
  return {.first = static_cast<Sight>(first - values_.begin()),
          .last = static_cast<Sight>(last - values_.begin()),
          .length = state.length + static_cast<std::uint32_t>(text.size())};
}

bool ValueSpace::fits(std::uint32_t task, const State& state) const {
  const Meaning& meaning = meanings_[task];
  if (meaning.sight == kNoSight) return true;
  // The shortest of those that begin with it stands first.
  const bool is_there = state.first != state.last && state.first == meaning.sight &&
                        lengths_[meaning.sight] == state.length;
  return is_there != meaning.wants_other;
}

std::optional<State> ValueSpace::set_by(std::uint32_t task) const {
  if (meanings_[task].effect != Effect::Set) return std::nullopt;
  return meanings_[task].set;
}

State ValueSpace::after(std::uint32_t task, const State& state) const {
  const Meaning& meaning = meanings_[task];
  switch (meaning.effect) {
    case Effect::None:
      return state;
    case Effect::Set:
      return meaning.set;
    case Effect::Append:
      return appended(state, meaning.appended);
  }
  return state;
}

}  // namespace linearizability
