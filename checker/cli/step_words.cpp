#include "checker/cli/step_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cli {
namespace {

std::string ids(const std::vector<spec::ServerId>& servers) {
  return fmt::format("{}", fmt::join(servers, ","));
}

bool begins_with(const std::vector<std::string>& words, const std::vector<std::string>& begin) {
  return begin.size() <= words.size() && std::equal(begin.begin(), begin.end(), words.begin());
}

}  // namespace

std::vector<std::string> words_of_action(const traces::Action& action) {
  using Kind = traces::ActionKind;
  std::vector<std::string> words = {
      action.kind == Kind::Deliver && action.keep_copy ? "duplicate" : to_string(action.kind)};
  const auto add = [&](const auto& value) { words.push_back(fmt::format("{}", value)); };
  if (action.server != spec::kNoServer) add(action.server);
  if (action.message) {
    add(action.message->from);
    add(action.message->kind);
    add(action.sent_at);
  }
  if (action.kind == Kind::Propose) add(action.command);
  if (action.kind == Kind::Transfer) add(action.target);
  if (action.kind == Kind::Compact) add(action.index);
  if (action.kind == Kind::Crash && action.survived > 0) add(action.survived);
  if (action.kind == Kind::ChangeMembership) {
    words.push_back(ids(action.voters));
    if (!action.learners.empty()) words.push_back(ids(action.learners));
  }
  for (const auto& group : action.groups) words.push_back(ids(group));
  return words;
}

std::size_t find_action(const std::vector<std::string>& words,
                        std::vector<traces::Action>& actions) {
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (begins_with(words_of_action(actions[i]), words)) return i;
  }
  // Another command.
  const bool is_proposal =
      words.size() == 3 && words[0] == traces::to_string(traces::ActionKind::Propose);
  if (!is_proposal) return actions.size();
  const std::size_t place = find_action({words[0], words[1]}, actions);
  if (place < actions.size()) actions[place].command = words[2];
  return place;
}

}  // namespace cli
