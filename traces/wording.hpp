// Inside this room only: the words in which every rendering of a trace speaks of servers, messages
// and actions. What a file or a node says is escaped (printable.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "traces/trace.hpp"

namespace traces::internal {

std::string id_text(spec::ServerId id);  // "none" for no server
// As it is where it cannot be mistaken for what stands around it; quoted otherwise.
std::string command_text(const std::string& command);
// "{1 2 3}", joint "{1 2}+{2 3}", with learners "{1 2}/{3}", compacted "{?}".
std::string membership_text(const spec::MembershipView& membership);
// "{1 2} {3}".
std::string groups_text(const std::vector<std::vector<spec::ServerId>>& groups);
// "last log index" for "last_log_index".
std::string with_spaces(std::string_view name);

// " (term 1, last log 3@2)": the fields of a message, a position in a log as index@term; empty
// where it has none.
std::string fields_text(const spec::MessageView& message);

// A field of a view. `name` and its place in the list are the same in all views, so that two of
// them can be compared slot by slot. Empty text: there is no such thing in this cluster, or not so.
struct FieldText {
  std::string_view name;  // as in JSON: "current_term"
  std::string text;
  bool operator==(const FieldText&) const = default;
};
std::vector<FieldText> field_texts(const spec::ServerView& view);
// Whether the field says nothing in this view, and so need not be shown: no such thing in the
// cluster, or nothing but an empty list at a server that is no leader or candidate.
bool is_void(const FieldText& field);

// "server 2 reaches its election timeout".
std::string action_text(const Action& action);

// Whether the server is as every server is before its first step.
bool is_fresh(const spec::ServerView& view);

// What the trace was recorded with: "3 servers", "network any", "fast back-tracking", ...
std::vector<std::string> config_parts(const Config& config);
// The search's flags and their values: "crashes 1".
std::vector<std::string> bounds_parts(const Trace& trace);
// What happens where faults stop: "faults stop", "what is in flight is lost", ...
std::vector<std::string> end_of_faults_parts(const Trace& trace);
// "ElectionSafety is violated at step 6: server 1 and ...", and whether a shorter run may exist; or
// that nothing is violated. Sentences; the first names the property.
std::vector<std::string> verdict_sentences(const Trace& trace);

}  // namespace traces::internal
