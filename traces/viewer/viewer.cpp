#include "traces/viewer/viewer.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "traces/json.hpp"
#include "traces/printable.hpp"
#include "traces/viewer/assets.hpp"
#include "traces/viewer/pack.hpp"

namespace traces::viewer {
namespace {

using internal::Assets;

// No request leaves the page, and no string becomes code or markup.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'";

std::string joined(std::span<const std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

// `document` is packed; `body` is HTML that stands in the page beside it.
std::string page(std::string_view title, const Assets& assets, std::string_view document,
                 std::string_view body) {
  return fmt::format(
      R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{}">
<title>{}</title>
<style>
{}</style>
</head>
<body>
<noscript>This page draws a run with JavaScript, which is off. It needs no network.</noscript>
<div id="page"></div>
{}<script type="application/json" id="document">
{}
</script>
<script type="module">
const modules = {{}};
{}</script>
</body>
</html>
)",
      kPolicy, escaped(title), joined(assets.styles), body, document, joined(assets.scripts));
}

std::string title_of(const Trace& trace) {
  const std::string where = trace.bug ? " - " + *trace.bug : std::string();
  const std::string what =
      trace.violation
          ? fmt::format("{} violated at step {}", trace.violation->property, trace.violation->step)
          : fmt::format("A run of {} steps", trace.steps.size());
  return internal::printable(what + where);
}

std::string story_part(const std::string& id, const std::string& html) {
  return fmt::format("<template id=\"{}\">\n{}</template>\n", escaped(id), html);
}

std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string trace_page(const Trace& trace, const About& about) {
  const std::string document =
      fmt::format(R"({{"trace":{},"summary":{},"diff":{},"gallery":{}}})", to_json(trace),
                  json_string(about.summary), json_string(about.diff), json_string(about.gallery));
  const std::string story = about.story.empty() ? "" : story_part("story", about.story);
  return page(title_of(trace), internal::kTraceAssets, internal::packed(document), story);
}

std::string gallery_page(std::string_view json, const std::vector<Story>& stories) {
  std::string body;
  for (const Story& story : stories) body += story_part("story-" + story.bug, story.html);
  return page("The gallery of Raft bugs", internal::kGalleryAssets, internal::packed(json), body);
}

std::string history_page(std::string_view title, std::string_view json) {
  return page(title, internal::kHistoryAssets, internal::packed(json), "");
}

}  // namespace traces::viewer
