#include "traces/parting.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "traces/printable.hpp"
#include "traces/render.hpp"
#include "traces/wording.hpp"

namespace traces {
namespace {

using internal::printable;

void note(std::vector<Difference>& differences, std::string what, std::string a, std::string b) {
  if (a != b) differences.push_back({std::move(what), std::move(a), std::move(b)});
}

// What only one of the configurations says, as one difference.
void compare_configs(const Config& a, const Config& b, std::vector<Difference>& differences) {
  const auto parts_a = internal::config_parts(a);
  const auto parts_b = internal::config_parts(b);
  const auto only = [](const std::vector<std::string>& parts,
                       const std::vector<std::string>& others) {
    std::vector<std::string> rest;
    std::ranges::copy_if(parts, std::back_inserter(rest), [&](const std::string& part) {
      return std::ranges::find(others, part) == others.end();
    });
    return fmt::format("{}", fmt::join(rest, ", "));
  };
  note(differences, "configuration", only(parts_a, parts_b), only(parts_b, parts_a));
}

std::vector<Difference> settings_of(const Trace& a, const Trace& b) {
  std::vector<Difference> differences;
  compare_configs(a.config, b.config, differences);
  std::set<std::string> names;
  for (const auto* bounds : {&a.bounds, &b.bounds}) {
    for (const auto& [name, value] : *bounds) names.insert(name);
  }
  const auto bound = [](const Trace& trace, const std::string& name) {
    const auto found = trace.bounds.find(name);
    return found == trace.bounds.end() ? std::string() : printable(found->second);
  };
  for (const std::string& name : names) {
    note(differences, printable(name), bound(a, name), bound(b, name));
  }
  note(differences, "bug", printable(a.bug.value_or("")), printable(b.bug.value_or("")));
  return differences;
}

void compare_views(const spec::ServerView& a, const spec::ServerView& b,
                   std::vector<Difference>& differences) {
  const auto fields_a = internal::field_texts(a);
  const auto fields_b = internal::field_texts(b);
  const std::size_t before = differences.size();
  for (std::size_t i = 0; i < fields_a.size(); ++i) {
    note(differences, fmt::format("server {}: {}", a.id, fields_a[i].name), fields_a[i].text,
         fields_b[i].text);
  }
  if (a != b && differences.size() == before) {  // in what is not shown
    differences.push_back(
        {fmt::format("server {}: what is not yet durable", a.id), "as recorded", "otherwise"});
  }
}

std::string sent_text(const SentMessage& sent) {
  return render_message(sent.message) + (sent.lost ? ", lost" : "");
}

void compare_sent(const Step& a, const Step& b, std::vector<Difference>& differences) {
  for (std::size_t i = 0; i < std::max(a.sent.size(), b.sent.size()); ++i) {
    const auto text = [&](const Step& step) {
      return i < step.sent.size() ? sent_text(step.sent[i]) : std::string();
    };
    note(differences, "sends", text(a), text(b));
  }
}

std::vector<Difference> reactions(const Step& a, const Step& b) {
  std::vector<Difference> differences;
  note(differences, "outcome", printable(a.outcome), printable(b.outcome));
  compare_sent(a, b, differences);
  note(differences, "reads answered", fmt::format("{}", fmt::join(a.answered, " ")),
       fmt::format("{}", fmt::join(b.answered, " ")));
  if (a.view && b.view) compare_views(*a.view, *b.view, differences);
  return differences;
}

std::string verdict_text(const Trace& trace) {
  if (!trace.violation) return "no violation";
  return fmt::format("{} at step {}", printable(trace.violation->property), trace.violation->step);
}

std::string recovery_text(const Trace& trace) {
  if (!trace.recovery) return {};
  return fmt::format("after step {}, within {} steps, timers in the order {}",
                     trace.recovery->after, trace.recovery->steps,
                     fmt::join(trace.recovery->order, " "));
}

bool same_action(const Action& a, const Action& b) {
  if (a.kind != b.kind || a.server != b.server) return false;
  Action there = b;
  there.sent_at = a.sent_at;
  return a == there;
}

}  // namespace

const char* to_string(PartingKind kind) {
  static constexpr std::array kNames = {"none", "start", "action", "reaction", "end", "verdict"};
  return kNames.at(static_cast<std::size_t>(kind));
}

Parting parting_of(const Trace& a, const Trace& b) {
  Parting parting{.settings = settings_of(a, b), .differences = {}};
  if (a.initial != b.initial) {
    parting.kind = PartingKind::Start;
    const auto servers = [](const Trace& trace) { return std::to_string(trace.initial.size()); };
    note(parting.differences, "servers", servers(a), servers(b));
    for (std::size_t i = 0; i < std::min(a.initial.size(), b.initial.size()); ++i) {
      compare_views(a.initial[i], b.initial[i], parting.differences);
    }
    return parting;
  }
  const std::size_t shorter = std::min(a.steps.size(), b.steps.size());
  std::size_t& common = parting.common_steps;
  while (common < shorter && a.steps[common] == b.steps[common]) ++common;
  if (common < shorter) {
    const bool is_same = a.steps[common].action == b.steps[common].action;
    parting.kind = is_same ? PartingKind::Reaction : PartingKind::Action;
    if (is_same) parting.differences = reactions(a.steps[common], b.steps[common]);
  } else if (a.steps.size() != b.steps.size()) {
    parting.kind = PartingKind::End;
  } else {
    note(parting.differences, "violated", verdict_text(a), verdict_text(b));
    note(parting.differences, "faults stop", recovery_text(a), recovery_text(b));
    if (!parting.differences.empty()) parting.kind = PartingKind::Verdict;
  }
  return parting;
}

std::vector<AlignedStep> aligned(const Trace& a, const Trace& b, std::size_t first) {
  constexpr std::size_t kCellsMax = 16'000'000;
  const std::size_t rows = a.steps.size() - std::min(first, a.steps.size());
  const std::size_t columns = b.steps.size() - std::min(first, b.steps.size());
  std::vector<AlignedStep> steps;
  std::size_t i = 0;
  std::size_t j = 0;
  if ((rows + 1) * (columns + 1) <= kCellsMax) {
    // The longest common subsequence of the rests that begin at (i, j).
    const std::size_t width = columns + 1;
    std::vector<std::uint32_t> longest((rows + 1) * width, 0);
    const auto is_same = [&](std::size_t row, std::size_t column) {
      return same_action(a.steps[first + row].action, b.steps[first + column].action);
    };
    for (std::size_t row = rows; row-- > 0;) {
      for (std::size_t column = columns; column-- > 0;) {
        longest[row * width + column] =
            is_same(row, column)
                ? longest[(row + 1) * width + column + 1] + 1
                : std::max(longest[(row + 1) * width + column], longest[row * width + column + 1]);
      }
    }
    while (i < rows && j < columns) {
      if (is_same(i, j)) {
        steps.push_back({first + i++, first + j++});
      } else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
        steps.push_back({first + i++, std::nullopt});
      } else {
        steps.push_back({std::nullopt, first + j++});
      }
    }
  }
  while (i < rows) steps.push_back({first + i++, std::nullopt});
  while (j < columns) steps.push_back({std::nullopt, first + j++});
  return steps;
}

}  // namespace traces
