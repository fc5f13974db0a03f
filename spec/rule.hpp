// A property and the function that judges it; a check runs a table of these. Internal to spec.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "spec/property.hpp"

namespace spec {

// The sentence that says how the property is broken, if it is.
using Broken = std::optional<std::string>;

template <class... Facts>
struct Rule {
  Property property;
  Broken (*judge)(Facts...);
};

// Whether a table stands in the order of the enumeration, each property once.
template <std::size_t N, class... Facts>
constexpr bool in_reporting_order(const std::array<Rule<Facts...>, N>& rules) {
  return std::ranges::adjacent_find(rules, std::ranges::greater_equal{},
                                    &Rule<Facts...>::property) == rules.end();
}

// The first rule, among those selected, that the facts break.
template <std::size_t N, class... Facts>
std::optional<Violation> first_broken(const std::array<Rule<Facts...>, N>& rules,
                                      PropertySet selected, std::type_identity_t<Facts>... facts) {
  for (const Rule<Facts...>& rule : rules) {
    if ((selected & set_of(rule.property)) == 0) continue;
    if (Broken broken = rule.judge(facts...)) return Violation{rule.property, *std::move(broken)};
  }
  return std::nullopt;
}

}  // namespace spec
