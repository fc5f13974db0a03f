// Inside this room only: words laid out in columns, on a terminal or without one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace traces::internal {

enum class Emphasis : std::uint8_t {
  None,
  Quiet,    // what need not be read at first
  Changed,  // without colour: a star in front
  Broken,   // what breaks a property
  Heading,
};

// What is not torn apart where a line ends, unless it is longer than a line: then at its spaces, or
// anywhere.
struct Word {
  std::string text;  // printable
  Emphasis emphasis = Emphasis::None;
  bool is_first = true;  // of the words that are emphasised together: the one with the star
};
using Cell = std::vector<Word>;

// Goes on in a new line of the cell; the lines after that one begin `hanging` columns further
// right.
Word line_break(std::size_t hanging);

// Terminal columns that a printable text takes: East Asian wide characters take two, marks that
// combine with the letter before them none.
std::size_t width_of(std::string_view text);

// Adds the words of a text, at its spaces.
void add_words(Cell& cell, std::string_view text, Emphasis emphasis = Emphasis::None);

// Lays rows out in columns of these widths, two spaces between them. No line ends in a space.
class Columns {
 public:
  Columns(std::vector<std::size_t> widths, bool colour)
      : widths_(std::move(widths)), colour_(colour) {}

  // A row takes as many lines as its longest cell; cells that are left out are empty.
  [[nodiscard]] std::string row(const std::vector<Cell>& cells) const;
  // Dashes under the headings.
  [[nodiscard]] std::string rule() const;

 private:
  std::vector<std::size_t> widths_;
  bool colour_;
};

}  // namespace traces::internal
