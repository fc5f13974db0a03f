// A trace as JSON text and back. The format is described in FORMAT.md and trace.schema.json.
//
// The reader is strict: what it accepts is a trace that the writer could have written, but for the
// order of keys and the white space. So an edited file is refused where it was edited, and not
// replayed into nonsense. No JSON type shows here: only this room knows the JSON library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "traces/result.hpp"
#include "traces/trace.hpp"

namespace traces {

inline constexpr std::size_t kDocumentBytesMax = std::size_t{64} << 20;  // larger is refused unread
inline constexpr std::size_t kNestingMax = 32;   // levels of arrays and objects; a trace has 10
inline constexpr std::uint32_t kServersMax = 9;  // in a trace's configuration
inline constexpr std::uint64_t kEntriesPerMessageMax = 1000;

// The document, indented by 2 spaces; small objects and arrays share lines of up to 100 columns.
// Equal traces give equal bytes. Total: a trace that breaks the rules of the format (text that is
// not UTF-8, a delivery without a message) still gives a document, which from_json then refuses or
// reads as a different trace. write_trace looks for that.
std::string to_json(const Trace& trace);

// The trace in `text`. An error names the file, then the place as a JSON pointer or as a line and
// column where the text is no JSON at all, then the reason:
//   trace.json: /steps/7/action/kind: unknown action "recieve"; expected one of election_timeout,
//   ... trace.json: line 40, column 9 (byte 1311): the text ends inside the document: it is
//   truncated
// `file_name` appears in errors only. Never throws on account of `text`.
Result<Trace> from_json(std::string_view text, std::string_view file_name);

}  // namespace traces
