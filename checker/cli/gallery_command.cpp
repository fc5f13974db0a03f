#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "checker/cli/commands.hpp"
#include "checker/cli/gallery.hpp"
#include "checker/cli/pages.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/usage_error.hpp"
#include "traces/file.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kIndex = "index.html";

void require_written(const fs::path& path, const std::string& text) {
  if (const auto written = traces::write_file(path, text); !written) {
    throw UsageError("--html: " + written.error());
  }
}

// Of a bug: trace.json first, then those of a property alone, by name.
std::vector<fs::path> traces_of(const Bug& bug) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(bug.library.parent_path())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("trace") && name.ends_with(".json")) paths.push_back(entry.path());
  }
  // '-' is less than '.': trace-X.json would come before trace.json.
  std::ranges::sort(paths, {}, [](const fs::path& path) { return path.stem().string(); });
  return paths;
}

// "double-vote.html", or "double-vote-ElectionSafety.html" for the trace of a property alone.
std::string page_name(const Bug& bug, const fs::path& trace) {
  constexpr std::string_view kPrefix = "trace";
  return bug.name + trace.stem().string().substr(kPrefix.size()) + ".html";
}

// Writes the pages of a bug's traces; what the index says of it.
Json write_pages(const fs::path& folder, const Bug& bug) {
  traces::viewer::About what = about(bug);
  what.gallery = fmt::format("{}#bug={}", kIndex, bug.name);
  Json runs = Json::array();
  for (const fs::path& path : traces_of(bug)) {
    const auto trace = traces::read_trace(path);
    if (!trace) throw UsageError(trace.error());
    const std::string name = page_name(bug, path);
    require_written(folder / name, traces::viewer::trace_page(*trace, what));
    runs.push_back({{"page", name},
                    {"servers", trace->config.servers},
                    {"steps", trace->steps.size()},
                    {"property", trace->violation ? Json(trace->violation->property) : Json()},
                    {"message", trace->violation ? Json(trace->violation->message) : Json()}});
  }
  return {{"name", bug.name},
          {"summary", bug.summary},
          {"control", bug.is_control},
          {"diff", what.diff},
          {"runs", std::move(runs)}};
}

}  // namespace

int run_gallery(const GalleryArguments& arguments) {
  if (!arguments.html) {
    throw UsageError("gallery: say where its pages go: raftcheck gallery --html DIR");
  }
  const fs::path folder = *arguments.html;
  std::error_code error;
  fs::create_directories(folder, error);
  if (folder.empty() || error || !fs::is_directory(folder)) {
    throw UsageError(fmt::format("--html {}: {}; name a folder that can be made", folder.string(),
                                 error ? error.message() : "that is no folder"));
  }
  catch_interruptions();
  const std::vector<Bug> bugs = require_bugs();
  Json list = Json::array();
  std::vector<traces::viewer::Story> stories;
  std::size_t pages = 1;
  for (const Bug& bug : bugs) {
    if (is_interrupted()) {
      fmt::print("Interrupted: the pages of {} of {} bugs are in {}, and no index.\n", list.size(),
                 bugs.size(), folder.string());
      return kStopped;
    }
    list.push_back(write_pages(folder, bug));
    pages += list.back()["runs"].size();
    stories.push_back({.bug = bug.name, .html = about(bug).story});
  }
  const std::string document = Json{{"bugs", std::move(list)}}.dump();
  require_written(folder / kIndex, traces::viewer::gallery_page(document, stories));
  fmt::print("{} of {} in {}\n", counted(pages, "page", "pages"),
             counted(bugs.size(), "bug", "bugs"), (folder / kIndex).string());
  return kHolds;
}

}  // namespace cli
