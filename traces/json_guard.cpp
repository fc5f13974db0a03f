#include "traces/json_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "traces/json.hpp"
#include "traces/json_pointer.hpp"

namespace traces::internal {
namespace {

constexpr std::size_t kReasonBytesMax = 200;

// "line 3, column 7 (byte 40)", all counted from 1, for the byte at `offset`.
std::string line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t last_newline = before.rfind('\n');
  const std::size_t column =
      last_newline == std::string_view::npos ? before.size() : before.size() - last_newline - 1;
  return fmt::format("line {}, column {} (byte {})", line, column + 1, before.size() + 1);
}

// The library's reason without its prefix "[json.exception...] parse error at line 1, column 2: ".
std::string_view reason_of(std::string_view what) {
  const std::size_t colon = what.find(": ");
  return colon == std::string_view::npos ? what : what.substr(colon + 2);
}

// Receives the parser's events. Returning false ends the parse; `refusal()` then says why.
class Guard {
 public:
  explicit Guard(std::string_view text) : text_(text) {}

  [[nodiscard]] const std::optional<std::string>& refusal() const { return refusal_; }

  bool null() { return count_value(); }
  bool boolean(bool /*value*/) { return count_value(); }
  bool number_integer(std::int64_t /*value*/) { return count_value(); }
  bool number_unsigned(std::uint64_t /*value*/) { return count_value(); }
  bool number_float(double /*value*/, const std::string& /*text*/) { return count_value(); }
  bool string(std::string& /*value*/) { return count_value(); }
  bool binary(nlohmann::json::binary_t& /*value*/) { return count_value(); }

  bool start_object(std::size_t /*size*/) { return open(true); }
  bool end_object() { return close(); }
  bool start_array(std::size_t /*size*/) { return open(false); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Level& level = levels_.back();
    level.key = name;
    if (level.keys.insert(name).second) return true;
    return refuse(place(pointer()) + ": this key appears twice");
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) {
    // The parser counts the byte it has read last, and the end of the text as one more.
    const std::size_t offset = position == 0 ? 0 : position - 1;
    const std::string where = line_and_column(text_, offset);
    if (offset >= text_.size()) {
      return refuse(where + ": the text ends inside the document: it is truncated");
    }
    return refuse(where + ": not JSON: " + excerpt(reason_of(error.what()), kReasonBytesMax));
  }

 private:
  struct Level {
    bool is_object = false;
    std::string key;         // of the member being read
    std::size_t values = 0;  // array elements begun so far
    std::set<std::string> keys;
  };

  bool count_value() {
    if (!levels_.empty()) ++levels_.back().values;
    return true;
  }

  bool open(bool is_object) {
    count_value();
    if (levels_.size() == kNestingMax) {
      return refuse(fmt::format("{}: nested deeper than {} levels", place(pointer()), kNestingMax));
    }
    levels_.emplace_back().is_object = is_object;
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  bool refuse(std::string reason) {
    refusal_ = std::move(reason);
    return false;
  }

  [[nodiscard]] std::string pointer() const {
    std::string path;
    for (const Level& level : levels_) {
      path = level.is_object ? pointer_to(path, level.key) : pointer_to(path, level.values - 1);
    }
    return path;
  }

  std::string_view text_;
  std::vector<Level> levels_;
  std::optional<std::string> refusal_;
};

}  // namespace

std::optional<std::string> refusal_of_text(std::string_view text) {
  if (text.size() > kDocumentBytesMax) {
    return fmt::format("larger than {} MiB, the most that is read of a trace",
                       kDocumentBytesMax >> 20U);
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return "the file is empty";
  Guard guard(text);
  nlohmann::json::sax_parse(text.begin(), text.end(), &guard);
  return guard.refusal();
}

}  // namespace traces::internal
