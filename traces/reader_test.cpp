#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "traces/json.hpp"
#include "traces/test_traces.hpp"

namespace traces {
namespace {

using Json = nlohmann::ordered_json;

// One edit of the good document, and the error it must give.
struct Edit {
  std::string at;      // JSON pointer to what is set or removed
  std::string value;   // JSON text; empty: removed
  std::string place;   // where the error must say it is
  std::string phrase;  // part of its reason
};

std::string edited(const Edit& edit, const Trace& trace = samples::every_action()) {
  Json document = Json::parse(to_json(trace));
  const Json::json_pointer pointer(edit.at);
  if (edit.value.empty()) {
    Json& parent = document.at(pointer.parent_pointer());
    if (parent.is_array()) {
      parent.erase(std::stoul(pointer.back()));
    } else {
      parent.erase(pointer.back());
    }
  } else {
    document[pointer] = Json::parse(edit.value);
  }
  return document.dump();
}

void expect_refusals(const std::vector<Edit>& edits, const Trace& good = samples::every_action()) {
  for (const Edit& edit : edits) {
    const Result<Trace> trace = from_json(edited(edit, good), "trace.json");
    const std::string what = edit.at + " := " + edit.value;
    ASSERT_FALSE(trace) << what;
    EXPECT_TRUE(trace.error().starts_with("trace.json: " + edit.place + ": "))
        << what << "\n  gave " << trace.error() << "\n  not at " << edit.place;
    EXPECT_NE(trace.error().find(edit.phrase), std::string::npos)
        << what << "\n  gave " << trace.error() << "\n  without " << edit.phrase;
  }
}

std::string error_of(std::string_view text) {
  const Result<Trace> trace = from_json(text, "trace.json");
  return trace ? std::string("no error") : trace.error();
}

TEST(Reader, NamesThePath_WhenAnActionIsUnknown) {
  EXPECT_EQ(error_of(edited({"/steps/7/action/kind", R"("recieve")", "", ""})),
            R"(trace.json: /steps/7/action/kind: unknown action "recieve"; expected one of )"
            "election_timeout, heartbeat_timeout, propose, deliver, crash, cut, heal, "
            "lease_timeout, transfer, read, compact, change_membership, disk_write");
}

TEST(Reader, NamesThePath_WhenAPartOfTheTopIsWrong) {
  expect_refusals({
      {"/format", R"("itf")", "/format", R"(expected "raftcheck-trace", found "itf")"},
      {"/format", "", "/format", "missing"},
      {"/version", R"("1")", "/version", "expected a whole number from 1"},
      {"/version", "0", "/version", "found the number 0"},
      {"/version", "-1", "/version", "found the number -1"},
      {"/version", "1.5", "/version", "found the number 1.5"},
      {"/version", "", "/version", "missing"},
      {"/program_version", "7", "/program_version", "expected a string, found the number 7"},
      {"/bounds", "[]", "/bounds", "expected an object, found an array"},
      {"/bounds/terms", "1", "/bounds/terms", "expected a string"},
      {"/bug", "false", "/bug", "expected a string, found false"},
      {"/bug", "", "/bug", "missing"},
      {"/shortest", R"("yes")", "/shortest", R"(expected true or false, found "yes")"},
      {"/violation", "[]", "/violation", "expected an object"},
      {"/violation/step", "16", "/violation/step", "from 0 to 15, found the number 16"},
      {"/violation/property", R"("")", "/violation/property", "expected a property's name"},
      {"/violation/why", R"("")", "/violation/why", "unknown key; expected one of property"},
      {"/steps", "{}", "/steps", "expected an array, found an object"},
      {"/comment", "null", "/comment", "unknown key; expected one of format, version"},
      {"/a~1b~0c", "null", "/a~1b~0c", "unknown key"},
  });
}

TEST(Reader, NamesThePath_WhenTheConfigurationIsWrong) {
  expect_refusals({
      {"/config", "null", "/config", "expected an object, found null"},
      {"/config/servers", "0", "/config/servers", "from 1 to 9, found the number 0"},
      {"/config/servers", "10", "/config/servers", "from 1 to 9, found the number 10"},
      {"/config/servers", "4", "/initial", "expected the views of 4 servers, found 3"},
      {"/config/servers", "2.0", "/config/servers", "from 1 to 9, found the number 2.0"},
      {"/config/no_op", "0", "/config/no_op", "expected true or false"},
      {"/config/backtracking", R"("slow")", "/config/backtracking",
       R"(unknown back-tracking "slow"; expected one of fast, plain)"},
      {"/config/network", R"("udp")", "/config/network", "expected one of any, unordered, ordered"},
      {"/config/entries_per_message", "1001", "/config/entries_per_message",
       "expected a whole number from 0 to 1000, found the number 1001"},
      {"/config/seed", "1", "/config/seed", "unknown key"},
  });
}

TEST(Reader, NamesThePath_WhenAViewIsWrong) {
  expect_refusals({
      {"/initial/1", "[]", "/initial/1", "expected an object"},
      {"/initial/1/id", "3", "/initial/1/id", "from 2 to 2, found the number 3"},
      {"/initial/1/role", R"("king")", "/initial/1/role", "expected one of follower, candidate"},
      {"/initial/1/voted_for", "0", "/initial/1/voted_for", "from 1 to 3, found the number 0"},
      {"/initial/1/voted_for", "4", "/initial/1/voted_for", "from 1 to 3, found the number 4"},
      {"/initial/1/leader", R"("none")", "/initial/1/leader", R"(found "none")"},
      {"/initial/1/current_term", "-1", "/initial/1/current_term", "found the number -1"},
      {"/initial/1/commit_index", "", "/initial/1/commit_index", "missing"},
      {"/initial/1/log", "[{}]", "/initial/1/log/0/term", "missing"},
      {"/initial/1/log", R"([{"term":1}])", "/initial/1/log/0/command", "missing"},
      {"/initial/1/log", R"([{"term":1,"no_op":false}])", "/initial/1/log/0/no_op",
       "expected true"},
      {"/initial/1/log", R"([{"term":1,"no_op":true,"command":""}])", "/initial/1/log/0/command",
       "unknown key"},
      {"/initial/1/votes_granted", "[1]", "/initial/1/votes_granted",
       "unless the role is candidate"},
      {"/initial/1/next_index", "[1]", "/initial/1/next_index", "expected 0 slots for a follower"},
      {"/steps/0/view/votes_granted", "[2,1]", "/steps/0/view/votes_granted/1", "found 1 after 2"},
      {"/steps/0/view/votes_granted", "[1,1]", "/steps/0/view/votes_granted/1", "found 1 after 1"},
      {"/steps/2/view/match_index", "[0,0]", "/steps/2/view/match_index",
       "expected 3 slots for a leader among 3 servers, found 2"},
      {"/steps/1/view/id", "1", "/steps/1/view/id", "from 2 to 2"},
      {"/steps/4/view", "{}", "/steps/4/view", "expected null: this action is no server's"},
      {"/steps/0/view", "null", "/steps/0/view", "expected an object, found null"},
      {"/steps/0/view/term", "1", "/steps/0/view/term", "unknown key"},
  });
}

TEST(Reader, NamesThePath_WhenAPartThatFewClustersHaveIsWrong) {
  expect_refusals({
      {"/config/options", "{}", "/config/options", "expected an option at least"},
      {"/config/options/vote_lease", "0", "/config/options/vote_lease", "from 1 to 1000000000"},
      {"/config/options/Lease", "1", "/config/options/Lease", "name in snake_case"},
      {"/config/disk", R"("sync")", "/config/disk", "expected one of async"},
      {"/config/changes", "", "/config/voters", "unknown key"},
      {"/initial/1/lease", "false", "/initial/1/lease", "expected true"},
      {"/initial/1/reads", "[]", "/initial/1/reads", "expected one at least"},
      {"/initial/1/in_flight", "[0,1,0]", "/initial/1/in_flight", "only a leader"},
      {"/initial/1/probed", "[]", "/initial/1/probed", "expected one at least"},
      {"/initial/1/transferee", "null", "/initial/1/transferee", "found null"},
      {"/initial/1/membership", "null", "/initial/1/membership", "found null"},
      {"/initial/1/disk", "", "/initial/1/disk", "missing"},
      {"/initial/1/disk", "null", "/initial/1/disk", "found null"},
      {"/initial/1/snapshot", "null", "/initial/1/snapshot", "found null"},
      {"/steps/9/answered", "[]", "/steps/9/answered", "expected one at least"},
      {"/steps/9/action/read", "0", "/steps/9/action/read", "from 1"},
      {"/steps/10/action/target", "4", "/steps/10/action/target", "from 1 to 3"},
      {"/steps/11/action/index", "", "/steps/11/action/index", "missing"},
      {"/steps/12/action/voters", "[2,1]", "/steps/12/action/voters/1", "found 1 after 2"},
      {"/steps/14/action/survived", "", "/steps/14/action/survived", "missing"},
  });
}

TEST(Reader, NamesThePath_WhenAStepOrItsActionIsWrong) {
  expect_refusals({
      {"/steps/3/step", "5", "/steps/3/step", "from 4 to 4, found the number 5"},
      {"/steps/3", "", "/steps/3/step", "from 4 to 4, found the number 5"},
      {"/steps/3/outcome", "null", "/steps/3/outcome", "expected a string"},
      {"/steps/3/note", "1", "/steps/3/note", "unknown key"},
      {"/steps/3/action", R"("propose")", "/steps/3/action",
       R"(expected an object, found "propose")"},
      {"/steps/3/action/kind", "", "/steps/3/action/kind", "missing"},
      {"/steps/3/action/command", "", "/steps/3/action/command", "missing"},
      {"/steps/3/action/server", "4", "/steps/3/action/server", "from 1 to 3"},
      {"/steps/3/action/sent_at", "1", "/steps/3/action/sent_at",
       "unknown key; expected one of kind"},
      {"/steps/6/action/server", "1", "/steps/6/action/server", "unknown key"},
      {"/steps/4/action/groups", "[[1,2],[3,3]]", "/steps/4/action/groups/1/1",
       "server 3 is in two places"},
      {"/steps/4/action/groups", "[[1,2,3],[]]", "/steps/4/action/groups/1", "at least one server"},
      {"/steps/4/action/groups", "[[1],[2]]", "/steps/4/action/groups", "each of the 3 servers"},
      {"/steps/4/action/groups", "[[1,2,3]]", "/steps/4/action/groups", "two groups or more"},
      {"/steps/4/action/groups", "[1,2,3]", "/steps/4/action/groups/0", "expected an array"},
  });
}

TEST(Reader, NamesThePath_WhenAMessageIsWrong) {
  expect_refusals({
      {"/steps/0/sent/0/kind", R"("Request Vote")", "/steps/0/sent/0/kind", "snake_case"},
      {"/steps/0/sent/0/from", "0", "/steps/0/sent/0/from", "from 1 to 3"},
      {"/steps/0/sent/0/lost", "", "/steps/0/sent/0/lost", "missing"},
      {"/steps/0/sent/0/fields", "[]", "/steps/0/sent/0/fields", "expected an object"},
      {"/steps/0/sent/0/fields/term", "1.0", "/steps/0/sent/0/fields/term", "whole number"},
      {"/steps/0/sent/0/fields/term", "{}", "/steps/0/sent/0/fields/term", "found an object"},
      {"/steps/0/sent/0/fields/term", "null", "/steps/0/sent/0/fields/term", "found null"},
      {"/steps/0/sent/0/fields/Term", "1", "/steps/0/sent/0/fields/Term", "name in snake_case"},
      {"/steps/2/sent/0/fields/entries", "[1]", "/steps/2/sent/0/fields/entries/0",
       "expected an object"},
      {"/steps/4/sent", R"([{"kind":"a","from":1,"to":2,"fields":{},"lost":false}])",
       "/steps/4/sent", "expected []"},
      {"/steps/1/action/message/to", "3", "/steps/1/action/message/to", "expected 2"},
      {"/steps/1/action/message/lost", "false", "/steps/1/action/message/lost", "unknown key"},
      {"/steps/1/action/message/fields/term", "2", "/steps/1/action/message",
       "step 1 sent no such message, or it was lost"},
      {"/steps/0/sent/0/lost", "true", "/steps/1/action/message", "or it was lost"},
      {"/steps/1/action/sent_at", "2", "/steps/1/action/sent_at",
       "from 1 to 1, found the number 2"},
      {"/steps/1/action/sent_at", "0", "/steps/1/action/sent_at",
       "from 1 to 1, found the number 0"},
      {"/steps/2/action/sent_at", "1", "/steps/2/action/message", "step 1 sent no such message"},
      {"/steps/1/action/keep_copy", "1", "/steps/1/action/keep_copy", "expected true or false"},
  });
}

TEST(Reader, NamesThePath_WhenWhatChangedDisagreesWithTheViews) {
  expect_refusals({
      {"/steps/1/changed", "", "/steps/1/changed", "missing"},
      {"/steps/1/changed", "[]", "/steps/1/changed", "expected an object"},
      {"/steps/1/changed/voted_for", "", "/steps/1/changed/voted_for", "missing"},
      {"/steps/1/changed/current_term", "[0,2]", "/steps/1/changed/current_term",
       "the views say [0,1], but here is [0,2]"},
      {"/steps/1/changed/current_term", "[0,1.0]", "/steps/1/changed/current_term",
       "the views say"},
      {"/steps/1/changed/role", R"(["follower","leader"])", "/steps/1/changed/role",
       "not one that the views show to differ"},
      {"/steps/1/view/current_term", "2", "/steps/1/changed/current_term", "the views say [0,2]"},
      {"/steps/4/changed/role", "[]", "/steps/4/changed", "this action changes no server"},
  });
}

TEST(Reader, RefusesAnotherVersionByName_WhateverElseItHolds) {
  EXPECT_EQ(error_of(R"({"format":"raftcheck-trace","version":2,"program_version":"9.1","x":0})"),
            "trace.json: /version: trace format version 2 is not read by this program, which reads "
            "version 1; replay the trace with the raftcheck that wrote it (program_version "
            R"("9.1") or record it anew)");
  EXPECT_NE(error_of(R"({"format":"raftcheck-trace","version":2})").find("wrote it or record"),
            std::string::npos);
}

TEST(Reader, RefusesATraceWhoseFirstStepReceivesSomething) {
  Json document = Json::parse(to_json(samples::every_action()));
  document["steps"] = Json::array({document["steps"][1]});
  document["steps"][0]["step"] = 1;
  EXPECT_EQ(error_of(document.dump()),
            "trace.json: /steps/0/action/sent_at: the first step has no step before it that sent "
            "anything");
}

TEST(Reader, AcceptsAnyOrderOfKeysAndAnyWhiteSpace) {
  // But for a message's fields: there the order is part of the message.
  const std::string text = to_json(samples::every_action());
  const Json document = Json::parse(text);
  std::vector<std::string> keys;
  for (const auto& [key, value] : document.items()) keys.push_back(key);
  Json reversed = Json::object();
  std::ranges::reverse(keys);
  for (const std::string& key : keys) reversed[key] = document[key];
  const Result<Trace> trace = from_json("\n\t " + reversed.dump(7), "trace.json");
  ASSERT_TRUE(trace) << trace.error();
  EXPECT_EQ(to_json(*trace), text);
}

TEST(Reader, SaysThatTheFileIsTruncated_AtEveryByte) {
  const std::string text = to_json(samples::every_action());
  // Without its last newline the document is whole.
  for (std::size_t size = 1; size + 1 < text.size(); ++size) {
    const std::string error = error_of(std::string_view(text).substr(0, size));
    ASSERT_NE(error.find("it is truncated"), std::string::npos) << size << ": " << error;
  }
  EXPECT_EQ(error_of(std::string_view(text).substr(0, 21)),
            "trace.json: line 2, column 20 (byte 22): the text ends inside the document: it is "
            "truncated");
}

TEST(Reader, NeverCrashes_WhenAnyByteIsDamaged) {
  std::string text = to_json(samples::every_action());
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const char good = text[i];
    for (const char bad : {'\0', '{', ']', '"', '9', '\xff'}) {
      text[i] = bad;
      const Result<Trace> trace = from_json(text, "trace.json");
      ASSERT_TRUE(trace || trace.error().starts_with("trace.json: ")) << trace.error();
    }
    text[i] = good;
  }
}

TEST(Reader, SaysWhereATextIsNotJson) {
  EXPECT_EQ(error_of(""), "trace.json: the file is empty");
  EXPECT_EQ(error_of(" \n"), "trace.json: the file is empty");
  EXPECT_TRUE(error_of("{\n  \"format\": nonsense")
                  .starts_with("trace.json: line 2, column 14 (byte 16): not JSON: "))
      << error_of("{\n  \"format\": nonsense");
  EXPECT_NE(error_of("{} {}").find("not JSON"), std::string::npos);
  EXPECT_NE(error_of("{'a': 1}").find("not JSON"), std::string::npos);
  EXPECT_NE(error_of(R"({"a": 1,})").find("not JSON"), std::string::npos);
  EXPECT_NE(error_of("\"\xff\"").find("not JSON"), std::string::npos);
  EXPECT_NE(error_of("[1e999]").find("not JSON"), std::string::npos);
  EXPECT_EQ(error_of("[]"), "trace.json: (the whole document): expected an object, found an array");
}

TEST(Reader, BoundsItsErrors_WhenTheTextIsNot) {
  const std::string long_text(100000, 'x');
  EXPECT_LT(error_of(R"({"a": ")" + long_text + "\x01\"}").size(), 400U);
  EXPECT_LT(error_of(edited({"/config/network", '"' + long_text + '"', "", ""})).size(), 400U);
  EXPECT_LT(error_of(edited({"/" + long_text, "1", "", ""})).size(), 1000U);
}

TEST(Reader, RefusesAKeyThatAppearsTwice) {
  EXPECT_EQ(error_of(R"({"a": [1, {"b": 1, "c": {}, "b": 2}]})"),
            "trace.json: /a/1/b: this key appears twice");
}

TEST(Reader, RefusesDeepNesting_WithoutUsingTheStack) {
  std::string levels;
  levels.resize(10'000'000, '[');
  const std::string error = error_of(levels);
  EXPECT_NE(error.find("nested deeper than 32 levels"), std::string::npos) << error;
  std::string objects;
  for (int i = 0; i < 33; ++i) objects += R"({"a":)";
  EXPECT_NE(error_of(objects).find("/a/a/a: nested deeper"), std::string::npos);
}

TEST(Reader, RefusesAHugeText_WithoutReadingIt) {
  const std::string text(kDocumentBytesMax + 1, '[');
  EXPECT_EQ(error_of(text), "trace.json: larger than 64 MiB, the most that is read of a trace");
}

// Faults stop after step 7 of 15.
Trace unrecovered() {
  Trace trace = samples::every_action();
  trace.violation = {kRecoveryProperty, "no server leads.", trace.steps.size()};
  trace.recovery = {7, 20, {3, 1}};
  trace.config.changes = "none";  // then a majority is asked for
  trace.config.voters = 0;
  return trace;
}

TEST(Reader, RefusesARecovery_ThatIsNoneOrOfNoMajority) {
  ASSERT_TRUE(from_json(to_json(unrecovered()), "trace.json"));
  expect_refusals(
      {
          {"/recovery", "", "/recovery", "missing"},
          {"/recovery", "null", "/recovery", "expected an object"},
          {"/violation/property", R"("ElectionSafety")", "/recovery", "unknown key"},
          {"/violation", "null", "/recovery", "unknown key"},
          {"/recovery/after", "16", "/recovery/after", "from 0 to 15"},
          {"/recovery/after", "-1", "/recovery/after", "from 0 to 15"},
          {"/recovery/after", "", "/recovery/after", "missing"},
          {"/recovery/steps", "0", "/recovery/steps", "from 1"},
          {"/recovery/seed", "1", "/recovery/seed", "unknown key"},
          {"/recovery/order", "[2]", "/recovery/order", "at least a majority of the 3 servers"},
          {"/recovery/order", "[]", "/recovery/order", "at least a majority of the 3 servers"},
          {"/recovery/order", "[1, 2, 4]", "/recovery/order/2", "from 1 to 3"},
          {"/recovery/order", "[1, 2, 1]", "/recovery/order/2", "server 1 is in two places"},
      },
      unrecovered());
}

}  // namespace
}  // namespace traces
