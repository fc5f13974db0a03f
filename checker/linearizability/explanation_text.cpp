#include <fmt/format.h>

#include <algorithm>

#include "checker/linearizability/check.hpp"
#include "checker/linearizability/object.hpp"

namespace linearizability {
namespace {

constexpr std::size_t kLinesMax = 20;    // of the prefix
constexpr std::size_t kLettersMax = 60;  // of a value

std::string short_text(const Value& value) {
  std::string all = text(value);
  if (all.size() <= kLettersMax) return all;
  constexpr std::size_t kHead = kLettersMax / 3;
  const std::size_t tail = all.size() - (kLettersMax - kHead);
  return fmt::format("{}..[{} more]..{}", all.substr(0, kHead), tail - kHead, all.substr(tail));
}

// With values that fit into a line.
std::string short_text(Operation operation, Model model) {
  const auto shorten = [](Value& value) {
    auto* text = std::get_if<std::string>(&value);
    if (text == nullptr || text->size() <= kLettersMax) return;
    *text =
        fmt::format("{}..[{} more]..{}", text->substr(0, kLettersMax / 3),
                    text->size() - kLettersMax, text->substr(text->size() - kLettersMax * 2 / 3));
  };
  shorten(operation.key);
  shorten(operation.argument);
  if (operation.result) shorten(*operation.result);
  return text(operation, model);
}

std::string prefix_text(const Explanation& explanation, const History& history, Model model) {
  if (explanation.prefix.empty()) return "Nothing had to come before it.\n";
  std::string out = fmt::format(
      "What had returned before it did has an order ({} long), and this is how it ends:\n",
      explanation.prefix.size());
  Object object(model);
  const std::size_t skipped =
      explanation.prefix.size() - std::min(explanation.prefix.size(), kLinesMax);
  for (std::size_t i = 0; i < explanation.prefix.size(); ++i) {
    const Operation& operation = history[explanation.prefix[i]];
    object.perform(operation);
    if (i < skipped) continue;
    out += fmt::format("  {:>5}. {}; then {}\n", i + 1, short_text(operation, model),
                       short_text(object.value()));
  }
  return out;
}

std::string what_it_says(const Operation& misfit) {
  if (misfit.kind == Kind::Read) return "It saw " + short_text(*misfit.result);
  return fmt::format("It found {}{}", misfit.outcome == Outcome::Ok ? "" : "something else than ",
                     short_text(misfit.expected));
}

std::string what_was_possible(const Explanation& explanation) {
  if (explanation.possible.empty()) {
    return explanation.is_complete ? "a read in its place could have seen nothing at all"
                                   : "no value was found that a read in its place could have seen";
  }
  std::string list;
  for (const Value& value : explanation.possible) {
    list += (list.empty() ? "" : ", ") + short_text(value);
  }
  return fmt::format("a read in its place could have seen {}{}", list,
                     explanation.is_complete ? "" : ", perhaps others");
}

}  // namespace

std::string text(const Explanation& explanation, const History& history, Model model) {
  const Operation& misfit = history[explanation.misfit];
  return fmt::format("No order of the operations explains this answer:\n  {}\n{}{}; {}.\n",
                     short_text(misfit, model), prefix_text(explanation, history, model),
                     what_it_says(misfit), what_was_possible(explanation));
}

}  // namespace linearizability
