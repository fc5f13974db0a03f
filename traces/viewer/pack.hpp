// Inside this room only: a JSON document for a page, in which every value stands once. What one
// step leaves as it is (a log, a view, a message's fields) takes a number the second time, so a
// page grows with what happens and not with steps times servers. `unpack.js` is its reader:
//
//   {"a": [7, 7], "b": [7, 7]}   {"shapes": [["a", "b"]], "nodes": [7, [0, 0], [-1, 1, 1]]}
//
// A node is a scalar; an array [i, j, ...] of earlier nodes; an object [-k, i, j, ...] with the
// keys of shape k, counted from 1; or {"big": "18446744073709551615"}, a number that JavaScript
// would round. The last node is the document.
#pragma once

#include <string>
#include <string_view>

namespace traces::internal {

// `json_text` is valid JSON (a key appears once). The result holds no '<': it can stand in an HTML
// script element whatever the strings say. Bytes that are not UTF-8 become U+FFFD. Throws
// std::logic_error if it is no JSON.
std::string packed(std::string_view json_text);

}  // namespace traces::internal
