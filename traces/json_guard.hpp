// Inside this room only: what must be true of a text before a document is built from it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace traces::internal {

// Nothing if `text` is one JSON value of bounded nesting without a key twice in an object; else the
// place and the reason, without the file's name. Builds no document and uses no recursion, so that
// a hostile text costs neither memory nor stack.
std::optional<std::string> refusal_of_text(std::string_view text);

}  // namespace traces::internal
