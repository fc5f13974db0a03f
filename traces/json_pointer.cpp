#include "traces/json_pointer.hpp"

#include "traces/printable.hpp"

namespace traces::internal {
namespace {

constexpr std::size_t kPlaceBytesMax = 200;

}  // namespace

std::string pointer_to(std::string_view parent, std::string_view key) {
  std::string pointer(parent);
  pointer += '/';
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string pointer_to(std::string_view parent, std::size_t index) {
  return pointer_to(parent, std::to_string(index));
}

std::string place(std::string_view pointer) {
  return pointer.empty() ? "(the whole document)" : excerpt(pointer, kPlaceBytesMax);
}

std::string excerpt(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return printable(text);
  return printable(text.substr(0, bytes_max)) + "...";
}

}  // namespace traces::internal
