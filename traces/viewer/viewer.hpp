// Pages that show a run in a browser: one HTML file each, with everything in it. They ask nothing
// of any network, and work when opened from a file. Their sources are the modules and styles beside
// this file, which the build puts into the library (embed.cmake).
//
// Whatever stands in a trace (commands, names, messages) is shown as text and can neither run nor
// become markup: it reaches the page as JSON without a '<', and the page's own code makes elements
// from plain strings only. A content security policy says so to the browser as well.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "traces/trace.hpp"

namespace traces::viewer {

// What is known of the bug that a run shows, where it is one of the gallery.
struct About {
  std::string summary;  // "half of the servers elect a leader"
  std::string story;    // HTML, made from the bug's story; trusted
  std::string diff;     // the change, as `diff -u` writes it
  std::string gallery;  // address of the page that lists all bugs
};

// The page of a run: the steps with their messages and faults, the state after each, and where the
// property breaks. Takes any trace that the reader takes.
std::string trace_page(const Trace& trace, const About& about = {});

// What the page of all bugs tells of one.
struct Story {
  std::string bug;
  std::string html;  // trusted
};

// The page of all bugs. `json` has, under "bugs", an object for each: name, summary, control
// (whether it breaks nothing), diff, and runs, each with its page, servers, steps, property and
// message.
std::string gallery_page(std::string_view json, const std::vector<Story>& stories);

// The page of what clients saw: `json` is the report of `raftcheck linearizable --json`.
std::string history_page(std::string_view title, std::string_view json);

// `text` where HTML expects text, or the value of an attribute in double quotes.
std::string escaped(std::string_view text);

}  // namespace traces::viewer
