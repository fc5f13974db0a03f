// Inside this room only: places in a document, as JSON pointers (RFC 6901), and quoting in errors.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace traces::internal {

// `parent` extended by a member or an element. "" is the whole document.
std::string pointer_to(std::string_view parent, std::string_view key);
std::string pointer_to(std::string_view parent, std::size_t index);

// The pointer as an error prints it: the whole document has a name of its own, and a key without
// end is cut short.
std::string place(std::string_view pointer);

// At most `bytes_max` bytes of `text`, control characters escaped, without quotes around it.
std::string excerpt(std::string_view text, std::size_t bytes_max = 60);

}  // namespace traces::internal
