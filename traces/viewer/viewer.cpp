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

// What stands in a page beside its scripts, as HTML.
struct Body {
  std::string start;  // seen before any script has run, and where none runs
  std::string parts;  // not seen
};

// `document` is packed.
std::string page(std::string_view title, const Assets& assets, std::string_view document,
                 const Body& body) {
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
<div id="page">{}</div>
{}<script type="application/json" id="document">
{}
</script>
<script type="module">
const modules = {{}};
{}</script>
</body>
</html>
)",
      kPolicy, escaped(title), joined(assets.styles), body.start, body.parts, document,
      joined(assets.scripts));
}

std::string title_of(const Trace& trace) {
  const std::string where = trace.bug ? " - " + *trace.bug : std::string();
  const std::string what =
      trace.violation
          ? fmt::format("{} violated at step {}", trace.violation->property, trace.violation->step)
          : fmt::format("A run of {} steps", trace.steps.size());
  return internal::printable(what + where);
}

std::string verdict(const Trace& trace) {
  if (!trace.violation) return "<h1>No property is violated</h1>";
  const auto& [property, message, step] = *trace.violation;
  const std::string place =
      step == 0 ? "at the start" : fmt::format("at <a href=\"#step={0}\">step {0}</a>", step);
  return fmt::format(
      "<h1><span class=\"property\">{}</span> is violated {}</h1>\n<p class=\"why\">{}</p>",
      escaped(internal::printable(property)), place, escaped(internal::printable(message)));
}

std::string head(const std::string& verdict) {
  return fmt::format("<header class=\"head\">\n<div class=\"verdict\">\n{}\n</div>\n</header>\n",
                     verdict);
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
  return page(title_of(trace), internal::kTraceAssets, internal::packed(document),
              {.start = head(verdict(trace)), .parts = story});
}

std::string gallery_page(std::string_view json, const std::vector<Story>& stories) {
  std::string body;
  for (const Story& story : stories) body += story_part("story-" + story.bug, story.html);
  return page("The gallery of Raft bugs", internal::kGalleryAssets, internal::packed(json),
              {.start = "", .parts = body});
}

std::string history_page(std::string_view title, std::string_view json) {
  return page(title, internal::kHistoryAssets, internal::packed(json), {});
}

}  // namespace traces::viewer
