// Inside this room only: text from a file or a node made safe to print.
#pragma once

#include <string>
#include <string_view>

namespace traces::internal {

// Valid UTF-8 stays; control characters (C0, DEL, C1), bytes that are no UTF-8 and the invisible
// marks that reverse or reorder a line become \xNN for each of their bytes; a backslash is doubled.
std::string printable(std::string_view text);

// A backslash before each of these characters.
std::string with_backslashes(std::string_view text, std::string_view before);

}  // namespace traces::internal
