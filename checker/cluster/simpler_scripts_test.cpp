// What shrinking tries: each way of changing a run, by hand.
#include "checker/cluster/simpler_scripts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cluster {
namespace {

ScriptAction act(traces::ActionKind kind, spec::ServerId server) {
  ScriptAction one;
  one.action.kind = kind;
  one.action.server = server;
  return one;
}

ScriptAction receive(const char* kind, spec::ServerId from, spec::ServerId to, std::size_t origin) {
  ScriptAction one = act(traces::ActionKind::Deliver, to);
  one.action.message = spec::MessageView{from, to, kind, {}};
  one.origin = origin;
  return one;
}

// Server 1 is asked twice and sends twice to server 2; server 3 crashes in between.
Script example() {
  Script script;
  script.config.servers = 3;
  script.config.network = "unordered";
  script.actions = {act(traces::ActionKind::HeartbeatTimeout, 1), receive("beat", 1, 2, 0),
                    act(traces::ActionKind::Crash, 3), act(traces::ActionKind::HeartbeatTimeout, 1),
                    receive("beat", 1, 2, 3)};
  return script;
}

// Its run, as far as anybody looks at it here.
traces::Trace five_steps() {
  traces::Trace trace;
  trace.steps.resize(5);
  return trace;
}

// "1h 2<0 3c": server and kind, or server and where the message is from.
std::string text_of(const Script& script) {
  std::string text;
  for (const ScriptAction& one : script.actions) {
    if (!text.empty()) text += ' ';
    text += std::to_string(one.action.server);
    if (one.action.kind == traces::ActionKind::Deliver) {
      text += '<' + (one.origin == kNoOrigin ? "?" : std::to_string(one.origin));
      if (one.action.keep_copy) text += '+';
    } else {
      text += to_string(one.action.kind)[0];
    }
  }
  return text;
}

std::vector<std::string> texts_of(const std::vector<Script>& scripts) {
  std::vector<std::string> texts;
  for (const Script& script : scripts) texts.push_back(text_of(script));
  return texts;
}

bool has(const std::vector<std::string>& texts, const std::string& text) {
  return std::ranges::find(texts, text) != texts.end();
}

TEST(SimplerScripts, AreAsTheyAreWritten) { EXPECT_EQ(text_of(example()), "1h 2<0 3c 1h 2<3"); }

TEST(SimplerScripts, LeaveOutServersAndFaults) {
  const std::vector<Script> simpler = simpler_scripts(example(), five_steps());
  const std::vector<std::string> texts = texts_of(simpler);
  EXPECT_TRUE(has(texts, "1h 2<0 1h 2<2"));  // without server 3, and without the crash
  EXPECT_TRUE(has(texts, "3c"));
  const auto fewer =
      std::ranges::count(simpler, 2U, [](const Script& one) { return one.config.servers; });
  EXPECT_EQ(fewer, 3);  // one for each server that is gone
}

TEST(SimplerScripts, LeaveOutAllElectionsOfATerm_Together) {
  Script script = example();
  script.actions[0] = act(traces::ActionKind::ElectionTimeout, 1);
  script.actions[3] = act(traces::ActionKind::ElectionTimeout, 2);
  script.actions[4] = receive("beat", 2, 1, 3);
  traces::Trace trace = five_steps();
  for (const std::size_t place : {0U, 3U}) {
    trace.steps[place].action = script.actions[place].action;
    trace.steps[place].view.emplace().current_term = 5;
  }
  EXPECT_TRUE(has(texts_of(simpler_scripts(script, trace)), "2<? 3c 1<?"));
  trace.steps[3].view->current_term = 6;
  const auto texts = texts_of(simpler_scripts(script, trace));
  EXPECT_FALSE(has(texts, "2<? 3c 1<?"));
  EXPECT_TRUE(has(texts, "1e 2<0 3c 1<?"));
}

TEST(SimplerScripts, CloseTheGap_ThatAServerLeaves) {
  Script script = example();
  script.actions[1] = receive("beat", 1, 3, 0);
  script.actions[2] = act(traces::ActionKind::Crash, 2);
  const std::vector<Script> simpler = simpler_scripts(script, five_steps());
  const auto found = std::ranges::find_if(simpler, [](const Script& one) {
    return one.config.servers == 2 && text_of(one) == "1h 2<0 1h";
  });
  ASSERT_NE(found, simpler.end());
  EXPECT_EQ(found->actions[1].action.message->to, 2U);
}

TEST(SimplerScripts, MergeMessagesOfAKind) {
  EXPECT_EQ(texts_of(scripts_with_merged_deliveries(example())),
            std::vector<std::string>{"1h 2<0+ 3c 1h 2<0"});
  Script any = example();
  any.config.network = "any";
  EXPECT_EQ(texts_of(scripts_with_merged_deliveries(any)),
            std::vector<std::string>{"1h 2<0 3c 1h 2<0"});
  Script ordered = example();
  ordered.config.network = "ordered";
  EXPECT_TRUE(scripts_with_merged_deliveries(ordered).empty());
}

TEST(SimplerScripts, ExchangeServers_FromSomePlaceOn) {
  const auto texts = texts_of(scripts_with_other_servers(example()));
  EXPECT_EQ(texts.size(), 4U * 3U);
  EXPECT_TRUE(has(texts, "1h 1<0 3c 2h 1<3"));
  EXPECT_TRUE(has(texts, "1h 2<0 3c 1h 3<3"));
}

TEST(SimplerScripts, MoveActions_NeverBeforeWhatSentTheirMessage) {
  const auto texts = texts_of(scripts_in_other_order(example()));
  EXPECT_TRUE(has(texts, "3c 1h 2<1 1h 2<3"));
  EXPECT_TRUE(has(texts, "1h 1h 2<0 3c 2<1"));
  for (const Script& script : scripts_in_other_order(example())) {
    for (std::size_t i = 0; i < script.actions.size(); ++i) {
      const std::size_t origin = script.actions[i].origin;
      if (origin == kNoOrigin) continue;
      ASSERT_LT(origin, i);
      EXPECT_EQ(script.actions[origin].action.kind, traces::ActionKind::HeartbeatTimeout);
    }
  }
}

TEST(SimplerScripts, NumberCommands) {
  Script script;
  for (const char* command : {"b", "a", "b"}) {
    script.actions.push_back(act(traces::ActionKind::Propose, 1));
    script.actions.back().action.command = command;
  }
  const Script renamed = with_commands_renamed(script);
  EXPECT_EQ(renamed.actions[0].action.command, "v1");
  EXPECT_EQ(renamed.actions[1].action.command, "v2");
  EXPECT_EQ(renamed.actions[2].action.command, "v1");
}

}  // namespace
}  // namespace cluster
