// The process: interruption, memory, the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace cli {

// From now on Ctrl-C (SIGINT) and SIGTERM ask the search to stop and report; the second one ends
// the program at once. And a file that may not grow further is an error of writing, not the end.
void catch_interruptions();
bool is_interrupted();
// The same for a dialogue: Ctrl-C interrupts what is under way, or the wait for a line, and never
// ends the program.
void catch_interruptions_of_dialogue();
// False if an interruption came before there was something to read on the standard input.
bool wait_for_input();
// Whether there was one; the next one counts anew.
bool take_interruption();
bool stdin_is_terminal();

std::uint64_t resident_bytes();       // now
std::uint64_t peak_resident_bytes();  // at most, so far
std::uint64_t memory_bytes();         // that the machine or its container has

// One that can redraw a line, and how many columns it has at the moment.
bool stderr_is_terminal();
std::size_t stderr_columns();

// Whether the standard output is a terminal that wants colours: NO_COLOR asks for none.
bool stdout_has_colours();
// Absent where it is no terminal.
std::optional<std::size_t> stdout_columns();

}  // namespace cli
