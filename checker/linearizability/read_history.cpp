#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checker/linearizability/history_files.hpp"
#include "checker/linearizability/records.hpp"

namespace linearizability {
namespace {

constexpr std::string_view kMismatch =
    "mismatch";  // :error of ours, for a cas that found another value

// What an event is about: a key, and one value or two.
struct Matter {
  Value key;
  std::optional<Value> value;  // absent: what stands there is no value
  Value expected;              // of a cas
};

std::optional<Value> simple_value(const Edn& edn) {
  if (edn.kind == Edn::Kind::Nil) return Value{};
  if (edn.kind == Edn::Kind::Number) return Value(edn.number);
  if (edn.kind == Edn::Kind::Text) return Value(edn.text);
  return std::nullopt;
}

bool is_pair(const Edn& edn) { return edn.kind == Edn::Kind::List && edn.items.size() == 2; }

class HistoryReader {
 public:
  HistoryReader(std::string_view text, std::string_view name, Model model, Format format)
      : text_(text), name_(name), model_(model), format_(format) {}

  History read(const std::vector<Record>& records) {
    const bool has_times = are_times_ticks(records);
    for (const Record& record : records) {
      const auto tick = has_times ? *record.time : static_cast<std::int64_t>(record.number);
      if (record.event == Event::Invoke) {
        invoke(record, tick);
      } else {
        complete(record, tick);
      }
    }
    return std::move(history_);
  }

 private:
  struct Pending {
    std::size_t index;   // in the history
    std::size_t offset;  // of its invocation
  };

  [[noreturn]] void fail(std::size_t offset, const std::string& why) const {
    throw traces::Failure{place_in(text_, name_, offset) + why};
  }

  static bool are_times_ticks(const std::vector<Record>& records) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!records[i].time) return false;
      if (i == 0) continue;
      const bool has_index = records[i].has_index || records[i - 1].has_index;
      if (*records[i].time < *records[i - 1].time) return false;
      if (has_index && *records[i].time == *records[i - 1].time) return false;
    }
    return true;
  }

  [[nodiscard]] Kind kind_of(const Record& record) const {
    const bool is_store = model_ == Model::KeyValue;
    const std::string& name = record.function;
    if (name == (is_store ? "get" : "read")) return Kind::Read;
    if (name == (is_store ? "put" : "write")) return Kind::Write;
    if (name == (is_store ? "append" : "cas")) return is_store ? Kind::Append : Kind::Cas;
    fail(record.offset, is_store ? fmt::format(":{} is no function of a key/value store, which has "
                                               ":get, :put and :append (--model register: :read, "
                                               ":write and :cas)",
                                               name)
                                 : fmt::format(":{} is no function of a register, which has :read, "
                                               ":write and :cas (--model kv: :get, :put and "
                                               ":append)",
                                               name));
  }

  // Jepsen's independent keys: [key value] where a value is expected.
  [[nodiscard]] Matter matter_of(const Record& record, Kind kind) const {
    Matter matter;
    if (!record.value) {
      set_key(record, nullptr, matter);
      return matter;
    }
    const Edn* value = &*record.value;
    const Edn* key = nullptr;
    const bool is_keyed = is_pair(*value) && (kind != Kind::Cas || is_pair(value->items.back()));
    if (is_keyed) {
      key = &value->items.front();
      value = &value->items.back();
    }
    set_key(record, key, matter);
    set_values(*value, kind, matter);
    return matter;
  }

  void set_key(const Record& record, const Edn* key, Matter& matter) const {
    if (key != nullptr && record.key) {
      fail(record.key->offset, "a :key beside a value that has one; keep one of them");
    }
    if (record.key) key = &*record.key;
    if (key == nullptr) return;
    const auto value = simple_value(*key);
    if (!value) fail(key->offset, "not a key; it is a whole number or a string");
    matter.key = *value;
  }

  static void set_values(const Edn& value, Kind kind, Matter& matter) {
    if (kind != Kind::Cas) {
      matter.value = simple_value(value);
      return;
    }
    if (!is_pair(value)) return;
    const auto expected = simple_value(value.items.front());
    const auto wanted = simple_value(value.items.back());
    if (!expected || !wanted) return;
    matter.expected = *expected;
    matter.value = wanted;
  }

  void invoke(const Record& record, std::int64_t tick) {
    const auto pending = pending_.find(record.process);
    if (pending != pending_.end()) {
      fail(record.offset,
           fmt::format("process {} invokes again before its operation of {} has ended; a process "
                       "does one thing at a time (another client needs another number)",
                       record.process, line_of(pending->second.offset)));
    }
    const Kind kind = kind_of(record);
    Matter matter = matter_of(record, kind);
    if (kind != Kind::Read && !matter.value) {
      fail(record.value ? record.value->offset : record.offset,
           kind == Kind::Cas ? "a cas without its two values; give [expected new]"
                             : "not a value; it is a whole number, a string or nil");
    }
    Operation operation{.client = record.process,
                        .key = std::move(matter.key),
                        .kind = kind,
                        .expected = std::move(matter.expected),
                        .outcome = Outcome::Unknown,
                        .invoked = tick,
                        .returned = kNever};
    if (kind != Kind::Read) operation.argument = *std::move(matter.value);
    pending_[record.process] = {.index = history_.size(), .offset = record.offset};
    require_valid(operation, record);
    history_.push_back(std::move(operation));
  }

  void complete(const Record& record, std::int64_t tick) {
    const auto pending = pending_.find(record.process);
    if (pending == pending_.end()) {
      fail(record.offset, fmt::format("process {} has nothing that could end here; its invocation "
                                      "is missing",
                                      record.process));
    }
    Operation& operation = history_[pending->second.index];
    if (kind_of(record) != operation.kind) {
      fail(record.offset, fmt::format("process {} ends another function than it invoked at {}",
                                      record.process, line_of(pending->second.offset)));
    }
    operation.returned = tick;
    if (record.event == Event::Ok) accept(record, operation, pending->second.offset);
    if (record.event == Event::Fail) {
      operation.outcome = is_mismatch(record, operation) ? Outcome::Mismatch : Outcome::Failed;
    }
    require_valid(operation, record);
    pending_.erase(pending);
  }

  void accept(const Record& record, Operation& operation, std::size_t invoked_at) {
    operation.outcome = Outcome::Ok;
    if (!record.value && !record.key) return;
    const Matter matter = matter_of(record, operation.kind);
    const bool is_same_key = matter.key == operation.key;
    if (!is_same_key) {
      fail(record.offset,
           fmt::format("process {} ends with the key {}, but its invocation at {} "
                       "has {}",
                       record.process, text(matter.key), line_of(invoked_at), text(operation.key)));
    }
    if (!record.value) return;
    if (!matter.value) {
      fail(record.value->offset,
           "not a value; it is a whole number, a string or nil, or two in a cas");
    }
    if (operation.kind == Kind::Read) {
      operation.result = matter.value;
    } else if (*matter.value != operation.argument || matter.expected != operation.expected) {
      fail(record.value->offset,
           fmt::format("not the value of the invocation at {}", line_of(invoked_at)));
    }
  }

  // Jepsen's cas that fails did nothing; Porcupine's found another value, if it says its values
  // again.
  [[nodiscard]] bool is_mismatch(const Record& record, const Operation& operation) const {
    if (operation.kind != Kind::Cas) return false;
    if (record.error == kMismatch) return true;
    if (format_ != Format::Porcupine || !record.value) return false;
    return matter_of(record, Kind::Cas).value.has_value();
  }

  void require_valid(const Operation& operation, const Record& record) const {
    const std::string why = complaint_about(operation, model_);
    if (!why.empty()) fail(record.offset, why);
  }

  [[nodiscard]] std::string line_of(std::size_t offset) const {
    const auto line = std::ranges::count(text_.substr(0, offset), '\n') + 1;
    return fmt::format("line {}", line);
  }

  std::string_view text_;
  std::string_view name_;
  Model model_;
  Format format_;
  History history_;
  std::map<std::int64_t, Pending> pending_;  // by process
};

}  // namespace

std::string_view to_string(Format format) {
  return format == Format::Porcupine ? "porcupine" : "jepsen";
}

traces::Result<HistoryFile> read_history(std::string_view text, std::string_view file_name,
                                         Model model, std::optional<Format> format) {
  const auto records = read_records(text, file_name);
  if (!records) return traces::Failure{records.error()};
  if (!format) {
    const bool has_key = std::ranges::any_of(
        records->records, [](const Record& record) { return record.key.has_value(); });
    format = records->is_log || has_key ? Format::Porcupine : Format::Jepsen;
  }
  try {
    HistoryReader reader(text, file_name, model, *format);
    return HistoryFile{.history = reader.read(records->records), .format = *format};
  } catch (const traces::Failure& failure) {
    return failure;
  }
}

}  // namespace linearizability
