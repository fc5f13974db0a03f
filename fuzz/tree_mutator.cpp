#include "fuzz/tree_mutator.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "checker/engine/random.hpp"

// libFuzzer's own mutator; a program that only replays has none.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                              std::size_t max_size);

namespace fuzz {
namespace {

using engine::Random;

bool is_opening(char c) { return c == '{' || c == '[' || c == '('; }
bool is_closing(char c) { return c == '}' || c == ']' || c == ')'; }
bool is_word(char c) {
  return !is_opening(c) && !is_closing(c) && c != ',' && c != ' ' && c != '\n' && c != '\t';
}

// A piece of the text that makes sense by itself.
struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::size_t end_of_tree(std::string_view text, std::size_t begin) {
  std::size_t depth = 0;
  bool is_quoted = false;
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (is_quoted && text[at] == '\\') {
      ++at;
      continue;
    }
    if (text[at] == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (is_opening(text[at])) ++depth;
    if (is_closing(text[at]) && --depth == 0) return at + 1;
  }
  return text.size();
}

class Texts {
 public:
  Texts(std::string text, Random& random) : text_(std::move(text)), random_(random) {}

  std::string changed() && {
    const Piece one = piece();
    switch (random_.below(5)) {
      case 0:
        leave_out(one);
        break;
      case 1:
        text_.insert(one.end, "," + copy(one));
        break;
      case 2:
        put(piece(), copy(one));
        break;
      case 3:
        text_.insert(piece().begin, copy(one) + ",");
        break;
      default:
        put(one, scalar());
    }
    return std::move(text_);
  }

 private:
  std::uint32_t below(std::size_t count) {
    return random_.below(static_cast<std::uint32_t>(std::max<std::size_t>(count, 1)));
  }
  [[nodiscard]] std::string copy(Piece piece) const {
    return text_.substr(piece.begin, piece.end - piece.begin);
  }
  void put(Piece piece, const std::string& text) {
    text_.replace(piece.begin, piece.end - piece.begin, text);
  }
  // A tree that begins near a place drawn at random, or the word there.
  Piece piece() {
    const std::size_t at = below(text_.size());
    if (random_.below(2) == 0) {
      const std::size_t opening = text_.find_first_of("{[(", at);
      if (opening != std::string::npos) return {opening, end_of_tree(text_, opening)};
    }
    std::size_t begin = at;
    while (begin > 0 && is_word(text_[begin - 1])) --begin;
    std::size_t end = at;
    while (end < text_.size() && is_word(text_[end])) ++end;
    return {begin, end};
  }
  // With the comma behind it, or else before it.
  void leave_out(Piece piece) {
    if (piece.end < text_.size() && text_[piece.end] == ',') {
      ++piece.end;
    } else if (piece.begin > 0 && text_[piece.begin - 1] == ',') {
      --piece.begin;
    }
    put(piece, "");
  }
  std::string scalar() {
    static constexpr std::string_view kScalars[] = {"0",
                                                    "1",
                                                    "-1",
                                                    "2",
                                                    "1e3",
                                                    "1.5",
                                                    "4294967296",
                                                    "18446744073709551615",
                                                    "null",
                                                    "true",
                                                    "nil",
                                                    "\"\"",
                                                    "\"a\"",
                                                    "{}",
                                                    "[]",
                                                    "9223372036854775808",
                                                    "3",
                                                    "false",
                                                    ":ok",
                                                    ":fail",
                                                    ":info",
                                                    "\"\\u0000\"",
                                                    "-9223372036854775809",
                                                    "nan"};
    return std::string(kScalars[below(std::size(kScalars))]);
  }

  std::string text_;
  Random& random_;
};

}  // namespace

std::size_t mutate_text(std::uint8_t* data, std::size_t size, std::size_t max_size,
                        unsigned int seed) {
  Random random(seed, 3);
  if (size == 0 || (random.below(2) == 0 && &LLVMFuzzerMutate != nullptr)) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  const std::string changed =
      Texts(std::string(reinterpret_cast<const char*>(data), size), random).changed();
  const std::size_t kept = std::min(changed.size(), max_size);
  std::copy_n(changed.data(), kept, reinterpret_cast<char*>(data));
  return kept;
}

}  // namespace fuzz
