// Deciding one key's history, and saying why it is illegal. Both are made of searches.
#pragma once

#include <optional>

#include "checker/linearizability/check.hpp"
#include "checker/linearizability/search.hpp"
#include "checker/linearizability/timeline.hpp"

namespace linearizability {

struct Decision {
  Answer answer = Answer::Unknown;
  Order order;  // Legal: places in the history
};

// A Legal one has been looked at again, one operation after the other; throws std::logic_error if
// the order does not explain the answers.
[[nodiscard]] Decision decide(Model model, const Timeline& timeline, Budget& budget);

// Of one key of the history, which is illegal. Nothing if the budget was spent before the misfit
// was found.
[[nodiscard]] std::optional<Explanation> explain(const History& history, Model model,
                                                 const Timeline& timeline, Budget& budget);

}  // namespace linearizability
