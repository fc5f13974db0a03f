#include "checker/linearizability/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace linearizability {
namespace {

constexpr std::string_view kLogger = "jepsen.util";
constexpr std::array<std::pair<std::string_view, Event>, 4> kEvents = {
    {{"invoke", Event::Invoke}, {"ok", Event::Ok}, {"fail", Event::Fail}, {"info", Event::Info}}};

class RecordReader {
 public:
  RecordReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  traces::Result<Records> read() {
    try {
      if (begins_with_value()) {
        read_maps();
      } else {
        read_lines();
      }
    } catch (const traces::Failure& failure) {
      return failure;
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::size_t offset, const std::string& why) const {
    throw traces::Failure{place_in(text_, name_, offset) + why};
  }

  [[nodiscard]] bool begins_with_value() const {
    std::size_t at = 0;
    while (at < text_.size() && text_[at] == ';') at = std::min(text_.find('\n', at), text_.size());
    at = text_.find_first_not_of(" ,\t\r\n", at);
    return at == std::string_view::npos || std::string_view("{[(#;").find(text_[at]) != text_.npos;
  }

  std::optional<Edn> next(EdnReader& reader) const {
    auto element = reader.next();
    if (!element) throw traces::Failure{element.error()};
    return *std::move(element);
  }

  void read_maps() {
    EdnReader reader(text_, name_, 0, text_.size());
    while (auto element = next(reader)) {
      if (element->kind == Edn::Kind::List) {
        for (const Edn& one : element->items) add_map(one);
      } else {
        add_map(*element);
      }
    }
  }

  void add_map(const Edn& map) {
    if (map.kind != Edn::Kind::Map) {
      fail(map.offset, "not an operation; a history is maps like {:process 0, :type :invoke, ...}");
    }
    Record record{.offset = map.offset, .number = count_++};
    const auto required = [&](std::string_view keyword) -> const Edn& {
      const Edn* found = map.find(keyword);
      if (found == nullptr)
        fail(map.offset, fmt::format("an operation without :{}; add it", keyword));
      return *found;
    };
    if (!set_process(required("process"), record)) return;
    record.event = event_of(required("type"));
    record.function = function_of(required("f"));
    if (const Edn* key = map.find("key")) record.key = *key;
    if (const Edn* value = map.find("value")) record.value = *value;
    if (const Edn* error = map.find("error")) record.error = error_of(*error);
    record.has_index = map.find("index") != nullptr;
    if (const Edn* time = map.find("time")) record.time = time_of(*time);
    out_.records.push_back(std::move(record));
  }

  // `4  :invoke  :read  nil`, with or without what a logger puts in front; anything may stand
  // behind.
  void read_lines() {
    out_.is_log = true;
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      add_line(begin, end);
      begin = end + 1;
    }
    if (count_ == 0) out_.is_log = false;
  }

  void add_line(std::size_t begin, std::size_t end) {
    const std::string_view line = text_.substr(begin, end - begin);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    std::size_t at = begin;
    if (const std::size_t logger = line.find(kLogger); logger != std::string_view::npos) {
      at += logger + kLogger.size();
      const std::size_t dash = text_.find_first_not_of(" \t", at);
      if (dash < end && text_[dash] == '-') at = dash + 1;
    } else {
      out_.is_log = false;
    }
    EdnReader reader(text_, name_, at, end);
    Record record{.offset = begin, .number = count_++};
    const auto field = [&](const char* what) {
      auto element = next(reader);
      if (!element) {
        fail(begin, fmt::format("no {}; a line is process, :type, :f and value, as in "
                                "4 :invoke :read nil (remove other lines)",
                                what));
      }
      return *std::move(element);
    };
    if (!set_process(field("process"), record)) return;
    record.event = event_of(field("type"));
    record.function = function_of(field("function"));
    record.value = field("value");
    record.error = rest_of(reader.offset(), end);
    out_.records.push_back(std::move(record));
  }

  [[nodiscard]] std::string rest_of(std::size_t begin, std::size_t end) const {
    const std::string_view rest = text_.substr(begin, end - begin);
    const std::size_t first = rest.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return std::string(rest.substr(first, rest.find_last_not_of(" \t\r") + 1 - first));
  }

  // False: the nemesis, who is no client. Nobody else may be passed over in silence.
  bool set_process(const Edn& value, Record& record) const {
    if (value.kind == Edn::Kind::Number) {
      record.process = value.number;
      return true;
    }
    if (value.kind == Edn::Kind::Keyword && value.text == "nemesis") return false;
    fail(value.offset,
         "not a process; a client's is a whole number, and :nemesis is passed over (number the "
         "clients, remove lines that are no operations)");
  }

  [[nodiscard]] Event event_of(const Edn& value) const {
    const auto* const found =
        std::ranges::find_if(kEvents, [&](const auto& event) { return event.first == value.text; });
    if (value.kind != Edn::Kind::Keyword || found == kEvents.end()) {
      fail(value.offset, "not a type of event; there are :invoke, :ok, :fail and :info");
    }
    return found->second;
  }

  [[nodiscard]] std::string function_of(const Edn& value) const {
    if (value.kind == Edn::Kind::Keyword) return value.text;
    fail(value.offset, "not a function; it is a keyword, like :read");
  }

  [[nodiscard]] std::int64_t time_of(const Edn& value) const {
    if (value.kind == Edn::Kind::Number) return value.number;
    fail(value.offset, "not a time; it is a whole number of nanoseconds (or leave :time out)");
  }

  static std::string error_of(const Edn& value) {
    if (value.kind == Edn::Kind::Nil) return {};
    return value.kind == Edn::Kind::Keyword ? value.text : "?";
  }

  std::string_view text_;
  std::string_view name_;
  std::size_t count_ = 0;
  Records out_;
};

}  // namespace

traces::Result<Records> read_records(std::string_view text, std::string_view name) {
  return RecordReader(text, name).read();
}

}  // namespace linearizability
