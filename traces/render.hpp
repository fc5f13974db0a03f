// A trace as plain text for people. Example of a step:
//
//     3  server 2 receives request_vote from 1 (term 1, last log 0@0), sent at step 1 [VoteGranted]
//        sends request_vote_reply to 1 (term 1, vote granted: yes)
//        current_term 0 -> 1, voted_for none -> 1
//
// Logs read [term:command ...] with a bar behind what is committed: [1:v1 | 2:v2] has its first
// entry committed; `i@t` is the entry at index i with term t. Control characters and the like in
// names and commands are escaped, so that a hostile trace cannot drive a terminal.
#pragma once

#include <cstddef>
#include <string>

#include "traces/trace.hpp"

namespace traces {

// "[1:v1 | 2:no-op]". A commit index beyond the log puts the bar last.
std::string render_log(const std::vector<spec::EntryView>& log, spec::Index commit_index);

// "request_vote_reply from 2 to 1 (term 1, vote granted: yes)".
std::string render_message(const spec::MessageView& message);

// "server 2 reaches its election timeout".
std::string render_action(const Action& action);

// One line: "server 1: leader, current_term 1, voted_for 1, log [1:v1], ...".
std::string render_view(const spec::ServerView& view);

// The fields in which two views of one server differ, "current_term 0 -> 1, voted_for none -> 1";
// empty where none does. The log counts as changed when its commit bar moved.
std::string render_changes(const spec::ServerView& before, const spec::ServerView& after);

// What a trace was recorded with, and the servers before the first step. Ends with a newline.
std::string render_header(const Trace& trace);

// Step trace.steps[position] (position is 0-based, unlike the step's number): its action, what it
// sent and what it changed, each line ended by a newline. Throws std::out_of_range beyond the end.
std::string render_step(const Trace& trace, std::size_t position);

// The servers at the end, and the property that was violated and why. Ends with a newline.
std::string render_ending(const Trace& trace);

// Header, all steps, ending.
std::string render_text(const Trace& trace);

}  // namespace traces
