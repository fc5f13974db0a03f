#include "checker/linearizability/edn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace linearizability {
namespace {

constexpr std::size_t kDepthMax = 32;

bool is_space(char letter) {
  return letter == ' ' || letter == ',' || letter == '\n' || letter == '\t' || letter == '\r' ||
         letter == '\f' || letter == '\v';
}

bool ends_token(char letter) {
  return is_space(letter) || std::string_view("()[]{}\";").find(letter) != std::string_view::npos;
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

bool is_number(std::string_view token) {
  if (token.front() == '+' || token.front() == '-') token.remove_prefix(1);
  return !token.empty() && is_digit(token.front());
}

// How a letter that cannot begin anything is told: hostile files may have any byte.
std::string told(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return byte > 0x20 && byte < 0x7f ? fmt::format("'{}'", letter)
                                    : fmt::format("byte {:#04x}", byte);
}

}  // namespace

const Edn* Edn::find(std::string_view keyword) const {
  for (std::size_t i = 0; kind == Kind::Map && i < items.size(); i += 2) {
    if (items[i].kind == Kind::Keyword && items[i].text == keyword) return &items[i + 1];
  }
  return nullptr;
}

std::string place_in(std::string_view text, std::string_view name, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t begin = before.rfind('\n') + 1;  // 0 where there is none
  return fmt::format("{}: line {}, column {}: ", name, line, before.size() - begin + 1);
}

void EdnReader::fail(std::size_t offset, std::string why) { throw Error{offset, std::move(why)}; }

traces::Result<std::optional<Edn>> EdnReader::next() {
  try {
    skip_space();
    std::optional<Edn> found;
    if (!is_at_end()) found.emplace(element());
    return found;
  } catch (const Error& error) {
    return traces::Failure{place_in(text_, name_, error.offset) + error.why};
  }
}

// White space, comments, and what `#_` discards.
void EdnReader::skip_space() {
  while (!is_at_end()) {
    if (is_space(text_[at_])) {
      ++at_;
    } else if (text_[at_] == ';') {
      at_ = std::min(text_.find('\n', at_), end_);
    } else if (text_.substr(at_, 2) == "#_") {
      at_ += 2;
      skip_space();
      if (is_at_end()) fail(at_, "nothing follows #_; remove it");
      static_cast<void>(element());
    } else {
      return;
    }
  }
}

Edn EdnReader::element() {
  if (++depth_ > kDepthMax) {
    fail(at_, fmt::format("nested deeper than {} levels; histories are flat", kDepthMax));
  }
  const std::size_t begin = at_;
  const char letter = text_[at_];
  Edn out;
  if (letter == '[' || letter == '(') {
    ++at_;
    out.kind = Edn::Kind::List;
    out.items = elements(letter == '[' ? ']' : ')', begin);
  } else if (letter == '{') {
    out = map(begin);
  } else if (letter == '"') {
    out.kind = Edn::Kind::Text;
    out.text = string();
  } else if (letter == '#') {
    out = after_hash(begin);
  } else if (letter == '\\') {
    ++at_;
    if (is_at_end()) fail(begin, "a character without a name; write it as \\a");
    ++at_;
    static_cast<void>(token());
    out.kind = Edn::Kind::Other;
  } else {
    out = atom();
  }
  out.offset = begin;
  --depth_;
  return out;
}

Edn EdnReader::after_hash(std::size_t begin) {
  ++at_;
  if (is_at_end()) fail(begin, "nothing follows #; remove it");
  if (text_[at_] == '{') {
    ++at_;
    static_cast<void>(elements('}', begin));
    return {.kind = Edn::Kind::Other};
  }
  if (text_[at_] == ':') {
    fail(begin, "a map with a common namespace; write its keys without one");
  }
  static_cast<void>(token());
  skip_space();
  if (is_at_end()) fail(begin, "nothing follows the tag; remove it");
  return element();
}

std::vector<Edn> EdnReader::elements(char close, std::size_t begin) {
  std::vector<Edn> list;
  for (skip_space(); !is_at_end() && text_[at_] != close; skip_space()) list.push_back(element());
  if (is_at_end()) {
    fail(begin, fmt::format("what begins here has no end; close it with {}", close));
  }
  ++at_;
  return list;
}

Edn EdnReader::map(std::size_t begin) {
  ++at_;
  Edn out{.kind = Edn::Kind::Map, .items = elements('}', begin)};
  if (out.items.size() % 2 != 0) fail(begin, "a map whose last key has no value; add the value");
  for (std::size_t i = 0; i < out.items.size(); i += 2) {
    const Edn& key = out.items[i];
    if (key.kind == Edn::Kind::Keyword && out.find(key.text) != &out.items[i + 1]) {
      fail(key.offset, fmt::format("the key :{} a second time; keep one", key.text));
    }
  }
  return out;
}

std::string EdnReader::string() {
  const std::size_t begin = at_++;
  std::string out;
  while (!is_at_end() && text_[at_] != '"') {
    if (text_[at_] == '\\') {
      append_escaped(out);
    } else {
      out += text_[at_++];
    }
  }
  if (is_at_end()) fail(begin, "a string that has no end; close it with \"");
  ++at_;
  return out;
}

void EdnReader::append_escaped(std::string& out) {
  constexpr std::string_view kNames = "tnrbf\\\"";
  constexpr std::string_view kLetters = "\t\n\r\b\f\\\"";
  if (at_ + 1 >= end_) fail(at_, "a string that has no end; close it with \"");
  const char name = text_[at_ + 1];
  if (name == 'u') {
    append_code_point(out);
    return;
  }
  const std::size_t found = kNames.find(name);
  if (found == std::string_view::npos) {
    fail(at_, fmt::format("an escape that EDN does not have: \\ and {}; write \\\\ for a backslash",
                          told(name)));
  }
  out += kLetters[found];
  at_ += 2;
}

// As UTF-8. Code points above 0xffff need no escape.
void EdnReader::append_code_point(std::string& out) {
  const std::string_view digits = text_.substr(at_ + 2, std::min<std::size_t>(4, end_ - at_ - 2));
  unsigned code = 0;
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  const bool is_half = code >= 0xd800 && code < 0xe000;
  if (digits.size() != 4 || stop != digits.data() + 4 || error != std::errc() || is_half) {
    fail(at_, "an escape that is no letter; write \\u and four hexadecimal digits");
  }
  const auto put = [&out](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
  at_ += 6;
}

std::string_view EdnReader::token() {
  const std::size_t begin = at_;
  while (!is_at_end() && !ends_token(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

Edn EdnReader::atom() {
  const std::size_t begin = at_;
  const std::string_view word = token();
  if (word.empty()) fail(begin, fmt::format("{} closes nothing; remove it", told(text_[begin])));
  if (word == "nil") return {};
  if (word == "true" || word == "false")
    return {.kind = Edn::Kind::Boolean, .number = word == "true" ? 1 : 0};
  if (word.front() == ':') {
    if (word.size() == 1) fail(begin, "a keyword without a name; write it as :name");
    return {.kind = Edn::Kind::Keyword, .text = std::string(word.substr(1))};
  }
  if (!is_number(word)) return {.kind = Edn::Kind::Other};
  std::string_view digits = word.substr(word.front() == '+' ? 1 : 0);
  if (digits.back() == 'N') digits.remove_suffix(1);
  std::int64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error == std::errc::result_out_of_range && stop == end) {
    fail(begin, "a number of more than 64 bits; histories have smaller ones");
  }
  if (stop != end) return {.kind = Edn::Kind::Other};  // a fraction, or no number at all
  return {.kind = Edn::Kind::Number, .number = number};
}

}  // namespace linearizability
