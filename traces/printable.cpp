#include "traces/printable.hpp"

#include <array>
#include <cstdint>

namespace traces::internal {
namespace {

// The smallest code point that needs a sequence of so many bytes.
constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
constexpr std::string_view kDigits = "0123456789abcdef";

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  // 0: no valid UTF-8 here
};

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// How many bytes a sequence that starts with `lead` has; 0 if none starts so.
std::size_t sequence_length(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

CodePoint decode(std::string_view text, std::size_t start) {
  const unsigned lead = byte_at(text, start);
  const std::size_t length = sequence_length(lead);
  if (length == 0 || text.size() - start < length) return {};
  std::uint32_t value = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = start + 1; i < start + length; ++i) {
    const unsigned next = byte_at(text, i);
    if ((next & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (next & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[length] || surrogate || value > 0x10FFFF) return {};
  return {value, length};
}

bool is_harmless(std::uint32_t value) {
  const bool control = value < 0x20 || (value >= 0x7F && value < 0xA0);
  // Line and paragraph separators, and marks that change the direction of what follows.
  const bool reorders = value == 0x200E || value == 0x200F ||
                        (value >= 0x2028 && value <= 0x202E) ||
                        (value >= 0x2066 && value <= 0x2069);
  return !control && !reorders;
}

void append_escaped(std::string_view bytes, std::string& out) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out += "\\x";
    out += kDigits[byte_at(bytes, i) >> 4U];
    out += kDigits[byte_at(bytes, i) & 15U];
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint code_point = decode(text, i);
    const std::size_t length = code_point.bytes == 0 ? 1 : code_point.bytes;
    const std::string_view bytes = text.substr(i, length);
    if (code_point.bytes == 0 || !is_harmless(code_point.value)) {
      append_escaped(bytes, out);
    } else if (bytes == "\\") {
      out += "\\\\";
    } else {
      out += bytes;
    }
    i += length;
  }
  return out;
}

std::string with_backslashes(std::string_view text, std::string_view before) {
  std::string out;
  for (const char c : text) {
    if (before.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace traces::internal
