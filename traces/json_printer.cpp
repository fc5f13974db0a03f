#include "traces/json_printer.hpp"

#include <optional>
#include <vector>

namespace traces::internal {
namespace {

constexpr std::size_t kColumns = 100;

std::string scalar(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string member_prefix(const std::string& key) { return scalar(Json(key)) + ": "; }

// Stops growing soon after `width`: whoever asks only wants to know whether the line fits.
void append_line(const Json& value, std::size_t width, std::string& line) {
  if (line.size() > width) return;
  if (!value.is_structured()) {
    line += scalar(value);
    return;
  }
  line += value.is_array() ? '[' : '{';
  const char* separator = "";
  for (auto item = value.begin(); item != value.end(); ++item) {
    line += separator;
    if (value.is_object()) line += member_prefix(item.key());
    append_line(*item, width, line);
    if (line.size() > width) return;
    separator = ", ";
  }
  line += value.is_array() ? ']' : '}';
}

// The value on one line, or nothing if that needs more than `width` columns.
std::optional<std::string> on_one_line(const Json& value, std::size_t width) {
  std::string line;
  append_line(value, width, line);
  if (line.size() > width && value.is_structured() && !value.empty()) return std::nullopt;
  return line;
}

std::size_t columns_left(std::size_t column) {
  return column + 1 < kColumns ? kColumns - column - 1 : 0;  // one for the comma behind
}

// Each member or element on a line of its own, or nothing if one is too long for that.
std::optional<std::vector<std::string>> short_items(const Json& value, std::size_t indent) {
  std::vector<std::string> items;
  for (auto item = value.begin(); item != value.end(); ++item) {
    std::string text = value.is_object() ? member_prefix(item.key()) : std::string();
    const auto line = on_one_line(*item, columns_left(indent + text.size()));
    if (!line) return std::nullopt;
    items.push_back(text += *line);
  }
  return items;
}

// As many items a line as fit.
void append_filled(const std::vector<std::string>& items, std::size_t indent, std::string& out) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0 && column + 1 + items[i].size() + 1 <= kColumns) {
      out += ' ';
      ++column;
    } else {
      out += i > 0 ? "\n" : "";
      out.append(indent, ' ');
      column = indent;
    }
    out += items[i];
    out += i + 1 < items.size() ? "," : "";
    column += items[i].size() + 1;
  }
}

// `column` is where the value begins on its line.
void append(const Json& value, std::size_t indent, std::size_t column, std::string& out) {
  if (const auto line = on_one_line(value, columns_left(column))) {
    out += *line;
    return;
  }
  out += value.is_array() ? "[\n" : "{\n";
  if (const auto items = short_items(value, indent + 2)) {
    append_filled(*items, indent + 2, out);
  } else {
    const char* separator = "";
    for (auto item = value.begin(); item != value.end(); ++item) {
      const std::string prefix = value.is_object() ? member_prefix(item.key()) : std::string();
      out += separator;
      out.append(indent + 2, ' ');
      out += prefix;
      append(*item, indent + 2, indent + 2 + prefix.size(), out);
      separator = ",\n";
    }
  }
  out += '\n';
  out.append(indent, ' ');
  out += value.is_array() ? ']' : '}';
}

}  // namespace

std::string print(const Json& value) {
  std::string out;
  append(value, 0, 0, out);
  return out;
}

}  // namespace traces::internal
