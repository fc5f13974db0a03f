#include "traces/formats/columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace traces::internal {
namespace {

constexpr std::string_view kGap = "  ";
constexpr char kBreak = '\n';  // begins the text of a line break

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
// The blocks of Unicode's East_Asian_Width W and F, and of emoji, roughly: to the block.
constexpr std::array kWide = {
    Range{0x1100, 0x115F}, Range{0x2E80, 0x303E},   Range{0x3041, 0xA4CF},  Range{0xA960, 0xA97F},
    Range{0xAC00, 0xD7A3}, Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},  Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6}, Range{0x1F300, 0x1FAFF}, Range{0x20000, 0x3FFFD}};
constexpr std::array kCombining = {Range{0x300, 0x36F}, Range{0x200B, 0x200D},
                                   Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}};

template <std::size_t n>
bool is_among(std::uint32_t value, const std::array<Range, n>& ranges) {
  return std::ranges::any_of(
      ranges, [value](const Range& range) { return range.first <= value && value <= range.last; });
}

// Takes the first character off a valid UTF-8 text.
std::string_view take_character(std::string_view& text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) ++size;
  const std::string_view character = text.substr(0, size);
  text.remove_prefix(size);
  return character;
}

std::size_t width_of_character(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character.front());
  std::uint32_t value = character.size() == 1 ? lead : lead & (0x7FU >> character.size());
  for (const char byte : character.substr(1)) {
    value = value << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
  }
  if (is_among(value, kCombining)) return 0;
  return is_among(value, kWide) ? 2 : 1;
}

std::string_view sgr(Emphasis emphasis) {
  switch (emphasis) {
    case Emphasis::None:
      return "";
    case Emphasis::Quiet:
      return "\x1b[2m";
    case Emphasis::Changed:
      return "\x1b[1;33m";
    case Emphasis::Broken:
      return "\x1b[1;31m";
    case Emphasis::Heading:
      return "\x1b[1m";
  }
  return "";
}

// Words on their way to lines of at most `width` columns.
struct Line {
  std::vector<Word> words;
  std::size_t indent = 0;
  std::size_t width = 0;  // the indent and the spaces between the words included
};

class Wrapping {
 public:
  explicit Wrapping(std::size_t width) : width_(width) {}

  void add(Word word) {
    if (word.text.front() == kBreak) {
      lines_.emplace_back();
      hanging_ = std::min(word.text.size() - 1, width_ / 2);
      return;
    }
    const std::size_t needed = width_of(word.text);
    if (!line().words.empty() && line().width + 1 + needed > width_) begin_line();
    if (line().width + needed <= width_) return put(std::move(word), needed);
    if (word.text.find(' ') == std::string::npos) return add_torn(word);
    Cell parts;
    add_words(parts, word.text, word.emphasis);
    for (Word& part : parts) add(std::move(part));
  }
  std::vector<Line> take() { return std::move(lines_); }

 private:
  Line& line() { return lines_.back(); }
  void begin_line() { lines_.push_back({{}, hanging_, hanging_}); }

  void put(Word word, std::size_t width) {
    line().width += width + (line().words.empty() ? 0 : 1);
    line().words.push_back(std::move(word));
  }

  // A word that no line has room for: as much as fits on each.
  void add_torn(const Word& word) {
    std::string_view rest = word.text;
    while (!rest.empty()) {
      std::string piece;
      std::size_t width = 0;
      while (!rest.empty()) {
        std::string_view next = rest;
        const std::string_view character = take_character(next);
        const std::size_t needed = width_of_character(character);
        if (hanging_ + width + needed > width_ && !piece.empty()) break;
        piece += character;
        width += needed;
        rest = next;
      }
      if (!line().words.empty()) begin_line();
      put({std::move(piece), word.emphasis, false}, width);
    }
  }

  std::size_t width_;
  std::size_t hanging_ = 0;
  std::vector<Line> lines_ = std::vector<Line>(1);
};

std::string printed(const Line& line, bool colour) {
  std::string text(line.indent, ' ');
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    const Word& word = line.words[i];
    if (i > 0) text += ' ';
    const std::string_view begin = colour ? sgr(word.emphasis) : "";
    text += begin;
    text += word.text;
    if (!begin.empty()) text += "\x1b[0m";
  }
  return text;
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += width_of_character(take_character(text));
  return width;
}

Word line_break(std::size_t hanging) { return {kBreak + std::string(hanging, ' ')}; }

void add_words(Cell& cell, std::string_view text, Emphasis emphasis) {
  bool is_first = true;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    if (space > 0) {
      cell.push_back(
          {std::string(text.substr(0, space)), emphasis, std::exchange(is_first, false)});
    }
    text.remove_prefix(std::min(space + 1, text.size()));
  }
}

std::string Columns::row(const std::vector<Cell>& cells) const {
  std::vector<std::vector<Line>> columns;
  std::size_t height = 0;
  for (std::size_t i = 0; i < cells.size() && i < widths_.size(); ++i) {
    Wrapping wrapping(widths_[i]);
    for (const Word& word : cells[i]) {
      const bool has_star = word.emphasis == Emphasis::Changed && word.is_first && !colour_;
      wrapping.add(has_star ? Word{'*' + word.text, word.emphasis} : word);
    }
    columns.push_back(wrapping.take());
    height = std::max(height, columns.back().size());
  }
  std::string text;
  for (std::size_t row = 0; row < height; ++row) {
    std::string owed;  // spaces that are printed only if something follows
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Line line = row < columns[i].size() ? std::move(columns[i][row]) : Line{};
      if (!line.words.empty()) {
        text += owed + printed(line, colour_);
        owed.clear();
      }
      owed += std::string(widths_[i] - std::min(line.width, widths_[i]), ' ');
      owed += kGap;
    }
    text += '\n';
  }
  return text;
}

std::string Columns::rule() const {
  std::string text;
  for (const std::size_t width : widths_) {
    if (!text.empty()) text += kGap;
    text += std::string(width, '-');
  }
  return text + '\n';
}

}  // namespace traces::internal
