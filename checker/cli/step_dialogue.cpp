#include "checker/cli/step_dialogue.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "checker/cli/process.hpp"
#include "checker/cli/step_words.hpp"
#include "checker/cli/suggest.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/watch.hpp"
#include "traces/formats/formats.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

constexpr const char* kHelp =
    "list                what can be done now, with numbers\n"
    "NUMBER              does it; or its words, as far as they say which one:\n"
    "                    deliver 2 1 request_vote, election_timeout 3, propose 1 x, crash 2\n"
    "lose NUMBER         the network loses the message of that deliver (bounded networks)\n"
    "undo [N]            takes back the last step, or the last N\n"
    "show                the servers now\n"
    "show trace          the run so far, as `raftcheck show` has it\n"
    "run GOAL [WALKS]    goes on until a property is violated (its name, or any), or until\n"
    "                    something has happened (`raftcheck list witnesses` names what)\n"
    "save FILE           writes the run so far as a trace\n"
    "quit                ends the session, as the end of the input does\n";

constexpr std::array kCommands = {"list", "lose", "undo", "show", "run", "save", "quit", "help"};

std::optional<std::uint64_t> number_of(const std::string& text) {
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return value;
}

std::uint64_t require_number(const std::string& text, std::uint64_t most) {
  const auto value = number_of(text);
  if (value && *value >= 1 && *value <= most) return *value;
  throw UsageError(most == 0 ? fmt::format("{}: there is nothing to number", text)
                             : fmt::format("{}: give a number from 1 to {}", text, most));
}

// Beside an action's words: what they do not say.
std::string detail_of(const traces::Action& action) {
  if (!action.message) return {};
  const std::string text = traces::render_message(*action.message);
  const std::size_t fields = text.find(" (");
  return fields == std::string::npos ? "" : text.substr(fields);
}

std::vector<std::string> goal_names() {
  std::vector<std::string> names = {"any"};
  for (std::size_t i = 0; i < spec::kPropertyCount; ++i) {
    names.emplace_back(to_string(static_cast<spec::Property>(i)));
  }
  for (std::size_t i = 0; i < spec::kWitnessCount; ++i) {
    names.emplace_back(to_string(static_cast<spec::Witness>(i)));
  }
  return names;
}

cluster::Goal goal_of(const std::string& name) {
  if (name == "any") return {};
  if (const auto property = spec::property_named(name)) return {.property = property};
  for (std::size_t i = 0; i < spec::kWitnessCount; ++i) {
    const auto witness = static_cast<spec::Witness>(i);
    if (name == to_string(witness)) return {.property = {}, .witness = witness};
  }
  throw UsageError(
      fmt::format("run {}: no such goal{}; `raftcheck list properties` and `raftcheck list "
                  "witnesses` name them",
                  name, did_you_mean(name, goal_names())));
}

}  // namespace

StepDialogue::StepDialogue(cluster::Session& session, Save save, std::size_t columns)
    : session_(session), save_(std::move(save)), columns_(columns) {}

std::optional<std::string> StepDialogue::answer(const std::string& line) {
  const Words words = words_of(line);
  if (words.empty() || words[0].starts_with('#')) return "";
  const std::string& command = words[0];
  if (command == "quit" || command == "exit") return std::nullopt;
  if (command == "help") return kHelp;
  if (command == "list") return list();
  if (command == "lose") return lose(words);
  if (command == "undo") return undo(words);
  if (command == "show") return show(words);
  if (command == "run") return run(words);
  if (command == "save") return save(words);
  return take(command == "take" ? Words(words.begin() + 1, words.end()) : words);
}

std::string StepDialogue::list() {
  if (session_.violation()) {
    return "Nothing: a property is violated, and the run ends there. undo takes it back.\n";
  }
  std::string text;
  std::size_t number = 0;
  const std::vector<traces::Action> actions = session_.possible();
  for (const traces::Action& action : actions) {
    text += fmt::format("{:4}  {}{}\n", ++number, fmt::join(words_of_action(action), " "),
                        detail_of(action));
  }
  return harmless(text);
}

std::string StepDialogue::take(const Words& words) {
  if (words.empty()) throw UsageError("take: say what, by its number or words; list shows both");
  std::vector<traces::Action> actions = session_.possible();
  std::size_t place = actions.size();
  if (session_.violation()) {
    throw UsageError(fmt::format("{}: {} is violated, and the run ends there; undo takes it back",
                                 fmt::join(words, " "), to_string(session_.violation()->property)));
  }
  if (words.size() == 1 && number_of(words[0])) {
    place = require_number(words[0], actions.size()) - 1;
  } else {
    place = find_action(words, actions);
  }
  if (place == actions.size()) {
    std::vector<std::string> names(kCommands.begin(), kCommands.end());
    for (const traces::Action& action : actions) names.push_back(words_of_action(action)[0]);
    throw UsageError(
        fmt::format("{}: that cannot be done now{}; list shows what can, help the rest",
                    fmt::join(words, " "), did_you_mean(words[0], names)));
  }
  const std::size_t before = session_.steps();
  if (const auto taken = session_.take(actions[place]); !taken) throw UsageError(taken.error());
  return news(before + 1);
}

std::string StepDialogue::news(std::size_t first) const {
  const traces::Trace trace = session_.trace();
  std::string text;
  for (std::size_t number = first; number <= trace.steps.size(); ++number) {
    text += traces::render_step(trace, number - 1);
  }
  if (trace.violation) {
    text +=
        fmt::format("{} is violated: {}\n", trace.violation->property, trace.violation->message);
  }
  return harmless(text);
}

std::string StepDialogue::lose(const Words& words) {
  std::vector<traces::Action> actions = session_.possible();
  if (words.size() != 2) throw UsageError("lose: give the number of a deliver in the list");
  const traces::Action& action = actions[require_number(words[1], actions.size()) - 1];
  if (!action.message) {
    throw UsageError(fmt::format("lose {}: that is no deliver", words[1]));
  }
  const auto receivable = session_.runner().receivable();
  const auto found = std::ranges::find_if(receivable, [&](const auto& one) {
    return one.sent_at == action.sent_at && one.message == *action.message;
  });
  if (found == receivable.end()) throw UsageError("lose: it is not on the network");
  if (const auto lost = session_.lose(found->sent_at, found->position); !lost) {
    throw UsageError(fmt::format("lose {}: {}", words[1], lost.error()));
  }
  return harmless(fmt::format("{}, lost\n", traces::render_message(*action.message)));
}

std::string StepDialogue::undo(const Words& words) {
  std::uint64_t count = words.size() > 1 ? require_number(words[1], 1'000'000) : 1;
  if (session_.steps() == 0) throw UsageError("undo: nothing was done yet");
  while (count > 0 && session_.undo()) --count;
  return fmt::format("Back after {}.\n", counted(session_.steps(), "step", "steps"));
}

std::string StepDialogue::show(const Words& words) const {
  if (words.size() == 1) {
    std::string text;
    for (const spec::ServerView& view : session_.runner().views()) {
      text += traces::render_view(view) + "\n";
    }
    return harmless(text);
  }
  if (words.size() == 2 && words[1] == "trace") {
    return traces::formats::named("text")->write(session_.trace(), {.columns = columns_});
  }
  throw UsageError(
      fmt::format("{}: show has the servers, show trace the run so far", fmt::join(words, " ")));
}

std::string StepDialogue::run(const Words& words) {
  if (words.size() < 2 || words.size() > 3) {
    throw UsageError("run: name a property or a witness, or any: run ElectionSafety");
  }
  const cluster::Goal goal = goal_of(words[1]);
  if (session_.violation()) {
    throw UsageError(
        fmt::format("run {}: {} is violated, and the run ends there; undo takes it "
                    "back",
                    words[1], to_string(session_.violation()->property)));
  }
  cluster::GoalSearch search;
  if (words.size() == 3) search.walks = require_number(words[2], 1'000'000'000);
  Watch watch(std::nullopt, memory_bytes() / 4 * 3);
  std::uint64_t walks = 0;
  search.go_on = [&](std::uint64_t number) {
    walks = number;
    const auto now = Watch::Clock::now();
    if (watch.is_time_to_print(now)) {
      watch.print(fmt::format("run: {} of {} walks", grouped(number), grouped(search.walks)), now);
    }
    return !watch.reason_to_stop(now);
  };
  const std::size_t before = session_.steps();
  const auto steps = session_.run_to(goal, search);
  watch.clear();
  if (steps) return news(before + 1);
  throw UsageError(is_interrupted()
                       ? fmt::format("run {}: interrupted after {} walks", words[1], grouped(walks))
                       : fmt::format("run {}: {} random walks from here did not come to it, which "
                                     "proves nothing; run {} WALKS takes more",
                                     words[1], grouped(search.walks), words[1]));
}

std::string StepDialogue::save(const Words& words) {
  if (words.size() != 2) throw UsageError("save: name a file: save run.json");
  save_(words[1], session_.trace());
  return harmless(fmt::format("The trace of {} is in {}.\n",
                              counted(session_.steps(), "step", "steps"), words[1]));
}

}  // namespace cli
