// Numbers and lines for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

inline constexpr std::size_t kColumns = 80;  // of everything that is wrapped

std::string grouped(std::uint64_t number);                         // 1,234,567
std::string short_number(std::uint64_t number);                    // 987, 12.3k, 1.23M, 4.56G
std::string bytes_text(std::uint64_t bytes);                       // 1.2 GiB
std::string duration_text(double seconds);                         // 59 s, 2:05, 1:00:00
std::string counted(std::uint64_t number, const std::string& one,  // 1 term, 2 terms
                    const std::string& many);

// The words at the spaces of `text`.
std::vector<std::string> words_of(std::string_view text);
// The parts, each but the last with a comma: words for `wrapped` that are not torn apart.
std::vector<std::string> listed(std::vector<std::string> parts);

// `first`, then the words, on as many lines as kColumns need; every line but the first begins with
// `indent` spaces. Ended by a newline. A word that is too long for any line gets its own.
std::string wrapped(std::string first, std::size_t indent, const std::vector<std::string>& words);

// "  name    text": the text begins at `column` (on the next line, if the name reaches so far) and
// is wrapped there.
std::string two_columns(std::string_view name, std::size_t column,
                        const std::vector<std::string>& words);

// Control characters as \xNN, but for newlines: what a hostile file says must not drive a terminal.
std::string harmless(std::string_view text);

}  // namespace cli
