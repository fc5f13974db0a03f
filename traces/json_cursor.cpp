#include "traces/json_cursor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "traces/json_pointer.hpp"

namespace traces::internal {

namespace {

constexpr std::string_view kSnakeCase = "abcdefghijklmnopqrstuvwxyz0123456789_";

}  // namespace

bool is_snake_case(std::string_view name) {
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
         name.find_first_not_of(kSnakeCase) == std::string_view::npos;
}

void Cursor::fail(const std::string& reason) const {
  throw ReadError(place(pointer_) + ": " + reason);
}

std::string Cursor::found() const {
  switch (value_->type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::boolean:
      return value_->get<bool>() ? "true" : "false";
    case Json::value_t::string:
      return '"' + excerpt(string()) + '"';
    case Json::value_t::array:
      return "an array";
    case Json::value_t::object:
      return "an object";
    default:
      return "the number " + value_->dump();
  }
}

bool Cursor::boolean() const {
  if (!value_->is_boolean()) fail("expected true or false, found " + found());
  return value_->get<bool>();
}

const std::string& Cursor::string() const {
  if (!value_->is_string()) fail("expected a string, found " + found());
  return value_->get_ref<const std::string&>();
}

std::uint64_t Cursor::number(std::uint64_t min, std::uint64_t max) const {
  const bool fits = value_->is_number_unsigned() && value_->get<std::uint64_t>() >= min &&
                    value_->get<std::uint64_t>() <= max;
  if (!fits)
    fail(fmt::format("expected a whole number from {} to {}, found {}", min, max, found()));
  return value_->get<std::uint64_t>();
}

const std::string& Cursor::one_of(std::string_view what,
                                  const std::vector<std::string_view>& names) const {
  const std::string& name = string();
  if (std::ranges::find(names, name) == names.end()) {
    fail(fmt::format("unknown {} {}; expected one of {}", what, found(), fmt::join(names, ", ")));
  }
  return name;
}

const std::string& Cursor::snake_case() const {
  const std::string& name = string();
  if (!is_snake_case(name)) fail("expected a name in snake_case, found " + found());
  return name;
}

std::vector<Cursor> Cursor::elements() const {
  if (!value_->is_array()) fail("expected an array, found " + found());
  std::vector<Cursor> cursors;
  cursors.reserve(value_->size());
  for (const Json& element : *value_) {
    cursors.push_back(Cursor(element, pointer_to(pointer_, cursors.size())));
  }
  return cursors;
}

std::vector<std::pair<std::string, Cursor>> Cursor::members() const {
  require_object();
  std::vector<std::pair<std::string, Cursor>> cursors;
  for (const auto& [key, member] : value_->items()) {
    cursors.emplace_back(key, Cursor(member, pointer_to(pointer_, key)));
  }
  return cursors;
}

bool Cursor::has(std::string_view key) const {
  require_object();
  return value_->contains(key);
}

Cursor Cursor::member(std::string_view key) const {
  require_object();
  const auto found_at = value_->find(key);
  if (found_at == value_->end()) {
    throw ReadError(place(pointer_to(pointer_, key)) + ": missing");
  }
  return {*found_at, pointer_to(pointer_, key)};
}

void Cursor::require_keys(const std::vector<std::string_view>& keys) const {
  for (const auto& [key, member] : members()) {
    if (std::ranges::find(keys, key) == keys.end()) {
      member.fail(fmt::format("unknown key; expected one of {}", fmt::join(keys, ", ")));
    }
  }
  for (const std::string_view key : keys) static_cast<void>(member(key));
}

std::string Cursor::canonical() const { return nlohmann::json(*value_).dump(); }

void Cursor::require_object() const {
  if (!value_->is_object()) fail("expected an object, found " + found());
}

}  // namespace traces::internal
