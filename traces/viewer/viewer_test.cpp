#include "traces/viewer/viewer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "traces/json.hpp"
#include "traces/test_traces.hpp"
#include "traces/viewer/pack.hpp"

namespace traces::viewer {
namespace {

using Json = nlohmann::ordered_json;
using internal::packed;

// What unpack.js does, in other words.
Json unpacked(const std::string& text) {
  const Json document = Json::parse(text);
  std::vector<Json> values;
  for (const Json& node : document.at("nodes")) {
    if (node.is_object()) {
      values.push_back(Json::parse(node.at("big").get<std::string>()));
    } else if (node.is_array() && !node.empty() && node[0] < 0) {
      Json object = Json::object();
      const Json& keys = document.at("shapes").at(-node[0].get<int>() - 1);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        object[keys[i].get<std::string>()] = values.at(node[i + 1].get<std::size_t>());
      }
      values.push_back(object);
    } else if (node.is_array()) {
      Json array = Json::array();
      for (const Json& at : node) array.push_back(values.at(at.get<std::size_t>()));
      values.push_back(array);
    } else {
      values.push_back(node);
    }
  }
  return values.back();
}

TEST(Pack, PutsEachValueOnce) {
  EXPECT_EQ(packed(R"({"a": [7, 7], "b": [7, 7]})"),
            "{\"shapes\":[[\"a\",\"b\"]],\"nodes\":[7,\n[0,0],\n[-1,1,1]]}");
}

TEST(Pack, TellsKindsApart) {
  const char* json =
      R"([0, "0", false, "false", null, "null", [], {}, [0], {"": 0}, "[0]", -1, 1.5])";
  EXPECT_EQ(unpacked(packed(json)), Json::parse(json));
}

TEST(Pack, KeepsNumbersWhole_BeyondWhatJavaScriptHas) {
  const char* json =
      "[9007199254740992, 9007199254740993, 18446744073709551615, -9223372036854775808]";
  const std::string text = packed(json);
  EXPECT_NE(text.find("{\"big\":\"9007199254740993\"}"), std::string::npos) << text;
  EXPECT_EQ(text.find("{\"big\":\"9007199254740992\"}"), std::string::npos) << text;
  EXPECT_EQ(unpacked(text), Json::parse(json));
}

TEST(Pack, HasNoMarkup) {
  const std::string text = packed(R"({"</script>": "<!--<script>"})");
  EXPECT_EQ(text.find('<'), std::string::npos);
  EXPECT_EQ(unpacked(text), Json::parse(R"({"</script>": "<!--<script>"})"));
}

TEST(Pack, IsForJson) { EXPECT_THROW(packed("{"), std::logic_error); }

TEST(Pack, GrowsWithWhatHappens_AndNotWithStepsTimesServers) {
  Trace trace = samples::every_action();
  const std::size_t once = packed(to_json(trace)).size();
  const std::string command(5000, 'x');
  for (spec::ServerView& view : trace.initial) view.log.assign(50, {.term = 1, .command = command});
  for (Step& step : trace.steps) {
    if (step.view) step.view->log.assign(50, {.term = 1, .command = command});
  }
  EXPECT_LT(packed(to_json(trace)).size(), once + command.size() + 1000);
}

RC_GTEST_PROP(Pack, LosesNothing, ()) {
  const std::string json = to_json(*samples::any_trace());
  RC_ASSERT(unpacked(packed(json)) == Json::parse(json));
}

TEST(Escaped, IsTextToHtml) {
  EXPECT_EQ(escaped("<b a=\"x\">&amp;"), "&lt;b a=&quot;x&quot;&gt;&amp;amp;");
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++found;
  return found;
}

TEST(TracePage, IsOneDocumentOfText_WhateverTheTraceSays) {
  Trace trace = samples::every_action();
  const std::string usual = trace_page(trace);
  const std::string hostile = "</script></title><script>alert(1)</script><!--\x01";
  trace.violation->property = trace.violation->message = hostile;
  trace.bug = hostile;
  trace.steps[3].action.command = hostile;
  const std::string page = trace_page(trace);
  for (const char* part : {"<script", "</script>", "<title>", "</title>", "<!--"}) {
    EXPECT_EQ(count(page, part), count(usual, part)) << part;
  }
  EXPECT_EQ(page.find('\x01'), std::string::npos);
}

TEST(TracePage, SaysWhatIsViolated_BeforeAnyScript) {
  Trace trace = samples::every_action();
  trace.violation = {.property = "A<B", .message = "one & another", .step = 3};
  EXPECT_NE(trace_page(trace).find("<h1><span class=\"property\">A&lt;B</span> is violated "
                                   "at <a href=\"#step=3\">step 3</a></h1>\n"
                                   "<p class=\"why\">one &amp; another</p>"),
            std::string::npos);
  trace.violation->step = 0;
  EXPECT_NE(trace_page(trace).find("</span> is violated at the start</h1>"), std::string::npos);
  trace.violation.reset();
  EXPECT_NE(trace_page(trace).find("<h1>No property is violated</h1>"), std::string::npos);
}

TEST(TracePage, AsksNothingOfAnyNetwork) {
  const std::string page = trace_page(samples::every_action());
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  for (const char* part : {" src=", "@import", "url(", "fetch(", "XMLHttpRequest", "innerHTML"}) {
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  }
}

TEST(TracePage, HasTheBugsStoryAndDiff_WhereThereAre) {
  const Trace trace = samples::every_action();
  EXPECT_EQ(trace_page(trace).find("<template"), std::string::npos);
  const std::string page = trace_page(
      trace, {.summary = "all", .story = "<p>why</p>", .diff = "+a < b", .gallery = "i.html"});
  EXPECT_NE(page.find("<template id=\"story\">\n<p>why</p></template>"), std::string::npos);
  EXPECT_NE(page.find("\"+a \\u003c b\""), std::string::npos);
}

}  // namespace
}  // namespace traces::viewer
