// Pages to look at in a browser: of a trace, beside its file; of all bugs, in a folder.
#pragma once

#include <optional>
#include <string>

#include "checker/cli/gallery.hpp"
#include "traces/result.hpp"
#include "traces/trace.hpp"
#include "traces/viewer/viewer.hpp"

namespace CLI {
class App;
}

namespace cli {

// --html, which writes the page of a trace beside it.
void define_page(CLI::App& command, bool& wants_page);

// "run.html" for "run.json", "run.html" for "run".
std::string page_path(const std::string& trace_path);

// Throws UsageError if the page of a trace at `trace_path` cannot be written, or would take the
// place of the JSON report.
void require_place_for_page(const std::string& trace_path,
                            const std::optional<std::string>& json_path = {});

// The page of a trace, with the story and the diff of the bug that it shows. The failure names the
// file.
traces::Result<void> write_page(const std::string& path, const traces::Trace& trace,
                                const std::optional<Bug>& bug);

// What the gallery says of a bug, for its pages. Throws UsageError if a file of it is missing.
traces::viewer::About about(const Bug& bug);

}  // namespace cli
