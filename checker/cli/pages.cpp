#include "checker/cli/pages.hpp"

#include <cmark.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "checker/cli/output_files.hpp"
#include "checker/cli/usage_error.hpp"
#include "traces/file.hpp"

namespace cli {

namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || !text) {
    throw UsageError(fmt::format("{}: can't be read; build the gallery again", file.string()));
  }
  return text.str();
}

// What is HTML in the Markdown is left out (CMARK_OPT_DEFAULT is the safe choice).
std::string html_of(const std::string& markdown) {
  const std::unique_ptr<char, decltype(&std::free)> html(
      cmark_markdown_to_html(markdown.data(), markdown.size(), CMARK_OPT_DEFAULT), &std::free);
  return html.get();
}

}  // namespace

void define_page(CLI::App& command, bool& wants_page) {
  command
      .add_flag("--html", wants_page,
                "write a page to look at in a browser beside the trace, as FILE.html")
      ->group("Files");
}

std::string page_path(const std::string& trace_path) {
  fs::path path(trace_path);
  if (path.extension() == ".json") return path.replace_extension(".html").string();
  return trace_path + ".html";
}

void require_place_for_page(const std::string& trace_path,
                            const std::optional<std::string>& json_path) {
  const std::string path = page_path(trace_path);
  require_writable("--html", path);
  std::error_code ignored;  // of files that are not there yet
  if (json_path && (*json_path == path || fs::equivalent(*json_path, path, ignored))) {
    throw UsageError(
        fmt::format("--json {}: that is where the page would go; name another file", *json_path));
  }
}

traces::Result<void> write_page(const std::string& path, const traces::Trace& trace,
                                const std::optional<Bug>& bug) {
  const auto what = bug ? about(*bug) : traces::viewer::About{};
  return traces::write_file(path, traces::viewer::trace_page(trace, what));
}

traces::viewer::About about(const Bug& bug) {
  const fs::path folder = bug.library.parent_path();
  return {.summary = bug.summary,
          .story = html_of(text_of(folder / "story.md")),
          .diff = text_of(folder / "bug.diff"),
          .gallery = {}};
}

}  // namespace cli
