// Reading EDN, the notation of Clojure's values, as far as histories need it.
//
// The reader is strict: what it does not know is an error that names the place and what to do,
// never skipped. Numbers with a point, characters, sets and symbols are read and remembered as
// `Other`: they may stand in fields that nobody looks at. Tags are dropped (`#jepsen.history.Op
// {..}` is a map).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/result.hpp"

namespace linearizability {

struct Edn {
  enum class Kind : std::uint8_t { Nil, Boolean, Number, Text, Keyword, List, Map, Other };

  Kind kind = Kind::Nil;
  std::int64_t number = 0;
  std::string text{};        // of a text; of a keyword, without the colon
  std::vector<Edn> items{};  // of a vector or a list; of a map, keys and values in turn
  std::size_t offset = 0;    // in the text, of its first letter

  // The value of a map's keyword; null if it is no map, or has no such key.
  [[nodiscard]] const Edn* find(std::string_view keyword) const;
};

class EdnReader {
 public:
  // Reads from `text` between the offsets; `name` is the file's, for errors.
  EdnReader(std::string_view text, std::string_view name, std::size_t begin, std::size_t end)
      : text_(text), name_(name), at_(begin), end_(end) {}

  // The next element; nothing at the end.
  traces::Result<std::optional<Edn>> next();
  [[nodiscard]] std::size_t offset() const { return at_; }

 private:
  // Errors unwind to next(), which is the only way in.
  struct Error {
    std::size_t offset;
    std::string why;
  };

  [[noreturn]] static void fail(std::size_t offset, std::string why);
  void skip_space();
  [[nodiscard]] bool is_at_end() const { return at_ >= end_; }
  Edn element();
  Edn after_hash(std::size_t begin);
  std::vector<Edn> elements(char close, std::size_t begin);
  Edn map(std::size_t begin);
  std::string string();
  void append_escaped(std::string& out);
  void append_code_point(std::string& out);
  std::string_view token();
  Edn atom();

  std::string_view text_;
  std::string_view name_;
  std::size_t at_;
  std::size_t end_;
  std::size_t depth_ = 0;
};

// "history.edn: line 3, column 7: ": where an error is.
[[nodiscard]] std::string place_in(std::string_view text, std::string_view name,
                                   std::size_t offset);

}  // namespace linearizability
