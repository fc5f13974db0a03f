#include "traces/viewer/pack.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <unordered_map>
#include <vector>

namespace traces::internal {
namespace {

using nlohmann::json;

constexpr std::uint64_t kExactMax = std::uint64_t{1} << 53;  // whole numbers of JavaScript

std::string json_string(const std::string& text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

// Texts in the order in which they first came, each once. Nothing depends on the order of the map.
class Table {
 public:
  std::size_t number_of(std::string text) {
    const auto [place, is_new] = numbers_.try_emplace(std::move(text), texts_.size());
    if (is_new) texts_.push_back(&place->first);
    return place->second;
  }

  // "[text,text,...]".
  void append_to(std::string& out) const {
    out += '[';
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      if (i > 0) out += ",\n";
      out += *texts_[i];
    }
    out += ']';
  }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<const std::string*> texts_;
};

// Called for each value of the document in turn; a value is noted once its parts are.
class Packer final : public json::json_sax_t {
 public:
  [[nodiscard]] std::string text() const {
    std::string out = "{\"shapes\":";
    shapes_.append_to(out);
    out += ",\"nodes\":";
    nodes_.append_to(out);
    return out + '}';
  }

  bool null() override { return scalar("null"); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    const auto size = value < 0 ? ~static_cast<std::uint64_t>(value) : std::uint64_t(value);
    return number(std::to_string(value), size);
  }
  bool number_unsigned(number_unsigned_t value) override {
    return number(std::to_string(value), value);
  }
  bool number_float(number_float_t value, const string_t&) override {
    return scalar(json(value).dump());
  }
  bool string(string_t& value) override { return scalar(json_string(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(); }
  bool key(string_t& value) override {
    open_.back().keys.push_back(json_string(value));
    return true;
  }
  bool end_object() override {
    const std::size_t shape = shapes_.number_of(listed(open_.back().keys));
    open_.back().parts.insert(open_.back().parts.begin(), "-" + std::to_string(shape + 1));
    return close();
  }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t, const std::string&, const json::exception&) override {
    return false;
  }

 private:
  struct Open {
    std::vector<std::string> keys;   // of an object, quoted
    std::vector<std::string> parts;  // numbers of nodes
  };

  static std::string listed(const std::vector<std::string>& texts) {
    std::string out = "[";
    for (std::size_t i = 0; i < texts.size(); ++i) out += (i > 0 ? "," : "") + texts[i];
    return out + ']';
  }

  bool number(const std::string& digits, std::uint64_t size) {
    return scalar(size <= kExactMax ? digits : R"({"big":")" + digits + R"("})");
  }

  bool scalar(std::string text) {
    const std::size_t number = nodes_.number_of(std::move(text));
    if (!open_.empty()) open_.back().parts.push_back(std::to_string(number));
    return true;
  }

  bool open() {
    open_.emplace_back();
    return true;
  }

  bool close() {
    std::string node = listed(open_.back().parts);
    open_.pop_back();
    return scalar(std::move(node));
  }

  Table shapes_;
  Table nodes_;
  std::vector<Open> open_;
};

// JSON has '<' in strings only.
std::string without_markup(const std::string& json_text) {
  std::string out;
  out.reserve(json_text.size());
  for (const char c : json_text) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string packed(std::string_view json_text) {
  Packer packer;
  if (!json::sax_parse(json_text, &packer)) throw std::logic_error("a page's document is no JSON");
  return without_markup(packer.text());
}

}  // namespace traces::internal
