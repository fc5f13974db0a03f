#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "checker/linearizability/history_files.hpp"

namespace linearizability {
namespace {

// One line of the file.
struct Written {
  std::size_t index = 0;  // of the operation
  std::int64_t process = 0;
  std::int64_t tick = 0;
  bool is_return = false;
};

bool is_passing(const Operation& operation) { return operation.invoked == operation.returned; }

// Clients as processes, which do one thing at a time and nothing after one without an answer; and
// their events in an order that readers without times take for the same history.
class Sequencer {
 public:
  Sequencer(const History& history, Format format) : history_(history), format_(format) {}

  std::vector<Written> sequenced() {
    name_processes();
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const Operation& operation = history_[i];
      if (is_left_out(operation)) continue;
      const Written invocation{.index = i, .process = processes_[i], .tick = operation.invoked};
      of_tick_[operation.invoked].push_back(invocation);
      if (!has_return(operation)) continue;
      of_tick_[operation.returned].push_back(
          {.index = i, .process = processes_[i], .tick = operation.returned, .is_return = true});
    }
    for (auto& [tick, events] : of_tick_) add_tick(events);
    return std::move(out_);
  }

 private:
  [[noreturn]] static void fail(const std::string& why) { throw traces::Failure{why}; }

  [[nodiscard]] bool is_left_out(const Operation& operation) const {
    return format_ == Format::Porcupine && operation.outcome == Outcome::Failed;
  }

  [[nodiscard]] bool has_answer(const Operation& operation) const {
    if (operation.outcome == Outcome::Unknown) return false;
    const bool is_silent =
        operation.kind == Kind::Read && operation.outcome == Outcome::Ok && !operation.result;
    return !is_silent || format_ == Format::Jepsen;
  }

  [[nodiscard]] bool has_return(const Operation& operation) const {
    return has_answer(operation) || operation.returned != kNever;
  }

  void name_processes() {
    processes_.resize(history_.size());
    std::map<std::int64_t, std::vector<std::size_t>> of_client;
    std::int64_t last = -1;  // name that was given
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (!is_left_out(history_[i])) of_client[history_[i].client].push_back(i);
      last = std::max(last, history_[i].client);
    }
    const auto next = [&] {  // behind the largest number there is, those that are left
      constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
      do last = last == kMost ? 0 : last + 1;
      while (of_client.contains(last));
      return last;
    };
    for (auto& [client, indices] : of_client) {
      std::ranges::sort(indices, {}, [this](std::size_t index) {
        const Operation& operation = history_[index];
        return std::tuple(operation.invoked, !is_passing(operation), index);
      });
      std::int64_t process = client;
      const Operation* before = nullptr;
      for (const std::size_t index : indices) {
        if (before != nullptr && !has_answer(*before)) process = next();
        require_sequence(before, history_[index]);
        processes_[index] = process;
        before = &history_[index];
      }
    }
  }

  void require_sequence(const Operation* before, const Operation& operation) const {
    if (before == nullptr || !has_answer(*before) || before->returned <= operation.invoked) return;
    fail(fmt::format("client {} does two things at once at {}; give one of them to another client",
                     operation.client, operation.invoked));
  }

  // At one tick all is simultaneous but what a client does. So invocations come first and returns
  // last; between them one client that both ends and begins something, in its own order. Where two
  // clients do so, no order of lines says that each overlaps the other; times do.
  void add_tick(std::vector<Written>& events) {
    std::map<std::int64_t, std::vector<Written>> of_client;
    std::vector<Written> first;
    std::vector<Written> last;
    for (const Written& event : events) {
      const bool is_open = event.is_return && !has_answer(history_[event.index]);
      (is_open ? last : of_client[history_[event.index].client]).push_back(event);
    }
    std::vector<Written> between;
    std::int64_t meeting = 0;
    for (auto& [client, of] : of_client) {
      if (is_meeting(of)) {
        if (!between.empty() && format_ == Format::Porcupine) {
          fail(
              fmt::format("clients {} and {} both go on at tick {}, which is simultaneous; this "
                          "format has no times to say so: write jepsen",
                          meeting, client, events.front().tick));
        }
        meeting = client;
        sort_meeting(of);
        between.insert(between.end(), of.begin(), of.end());
        continue;
      }
      for (const Written& event : of) (event.is_return ? last : first).push_back(event);
    }
    for (const auto& part : {first, between, last}) {
      out_.insert(out_.end(), part.begin(), part.end());
    }
  }

  // Whether the client has returned from something when it invokes another.
  static bool is_meeting(const std::vector<Written>& events) {
    for (const Written& ended : events) {
      for (const Written& begun : events) {
        if (ended.is_return && !begun.is_return && ended.index != begun.index) return true;
      }
    }
    return false;
  }

  void sort_meeting(std::vector<Written>& events) const {
    std::ranges::sort(events, {}, [this](const Written& event) {
      const Operation& operation = history_[event.index];
      const int phase = is_passing(operation) ? 1 : event.is_return ? 0 : 2;
      return std::tuple(phase, event.index, event.is_return);
    });
  }

  const History& history_;
  Format format_;
  std::vector<std::int64_t> processes_;  // by operation
  std::map<std::int64_t, std::vector<Written>> of_tick_;
  std::vector<Written> out_;
};

class HistoryWriter {
 public:
  HistoryWriter(const History& history, Model model, Format format)
      : history_(history), model_(model), format_(format) {}

  std::string written() {
    for (const Written& event : Sequencer(history_, format_).sequenced()) {
      const Operation& operation = history_[event.index];
      if (format_ == Format::Jepsen) {
        add_jepsen(event, operation);
      } else if (model_ == Model::Register) {
        add_log_line(event, operation);
      } else {
        add_keyed_map(event, operation);
      }
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] static void fail(const Operation& operation, Model model, const char* why) {
    throw traces::Failure{fmt::format("{}: {}", text(operation, model), why)};
  }

  [[nodiscard]] static const char* type_of(const Written& event, const Operation& operation) {
    if (!event.is_return) return "invoke";
    switch (operation.outcome) {
      case Outcome::Ok:
        return "ok";
      case Outcome::Mismatch:
      case Outcome::Failed:
        return "fail";
      case Outcome::Unknown:
        break;
    }
    return "info";
  }

  [[nodiscard]] std::string function_of(const Operation& operation) const {
    const bool is_store = model_ == Model::KeyValue;
    switch (operation.kind) {
      case Kind::Read:
        return is_store ? "get" : "read";
      case Kind::Write:
        return is_store ? "put" : "write";
      case Kind::Append:
        return "append";
      case Kind::Cas:
        break;
    }
    return "cas";
  }

  // nil, where a read has not seen anything yet.
  static std::string value_of(const Written& event, const Operation& operation) {
    if (operation.kind == Kind::Cas) {
      return fmt::format("[{} {}]", text(operation.expected), text(operation.argument));
    }
    if (operation.kind != Kind::Read) return text(operation.argument);
    const bool has_seen = event.is_return && operation.outcome == Outcome::Ok && operation.result;
    return has_seen ? text(*operation.result) : "nil";
  }

  void add_jepsen(const Written& event, const Operation& operation) {
    std::string value = value_of(event, operation);
    if (operation.key != Value{}) value = fmt::format("[{} {}]", text(operation.key), value);
    const bool is_silent = event.is_return && operation.kind == Kind::Read &&
                           operation.outcome == Outcome::Ok && !operation.result;
    out_ += fmt::format("{{:process {}, :type :{}, :f :{}, ", event.process,
                        type_of(event, operation), function_of(operation));
    if (!is_silent) out_ += fmt::format(":value {}, ", value);
    if (event.is_return && operation.outcome == Outcome::Mismatch) out_ += ":error :mismatch, ";
    out_ += fmt::format(":time {}}}\n", event.tick);
  }

  void add_log_line(const Written& event, const Operation& operation) {
    if (operation.key != Value{}) {
      fail(operation, model_, "this format has one register without a key; write jepsen");
    }
    const std::vector<Value> values = {operation.argument, operation.expected,
                                       operation.result.value_or(Value{})};
    for (const Value& value : values) require_log_value(value, operation);
    if (operation.kind == Kind::Write || operation.kind == Kind::Cas) {
      const bool has_nil = operation.argument == Value{} ||
                           (operation.kind == Kind::Cas && operation.expected == Value{});
      if (has_nil) fail(operation, model_, "this format writes no nil; write jepsen");
    }
    const bool is_silent = event.is_return && operation.kind == Kind::Read && !operation.result;
    const bool is_open = event.is_return && operation.outcome == Outcome::Unknown;
    const std::string type = is_silent ? "info" : type_of(event, operation);
    const std::string value = is_silent || is_open ? ":timed-out" : value_of(event, operation);
    out_ += fmt::format("INFO  jepsen.util - {}\t:{}\t:{}\t{}\n", event.process, type,
                        function_of(operation), value);
  }

  void require_log_value(const Value& value, const Operation& operation) const {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (value == Value{} || (number != nullptr && *number >= 0)) return;
    fail(operation, model_, "this format has whole numbers from 0 and nothing else; write jepsen");
  }

  void add_keyed_map(const Written& event, const Operation& operation) {
    if (!std::holds_alternative<std::string>(operation.key)) {
      fail(operation, model_, "this format has keys that are text; write jepsen");
    }
    const bool is_silent = event.is_return && operation.kind == Kind::Read && !operation.result;
    out_ += fmt::format("{{:process {}, :type :{}, :f :{}, :key {}, :value {}}}\n", event.process,
                        is_silent ? "info" : type_of(event, operation), function_of(operation),
                        text(operation.key), value_of(event, operation));
  }

  const History& history_;
  Model model_;
  Format format_;
  std::string out_;
};

}  // namespace

traces::Result<std::string> write_history(const History& history, Model model, Format format) {
  if (const auto valid = validate(history, model); !valid) return traces::Failure{valid.error()};
  try {
    return HistoryWriter(history, model, format).written();
  } catch (const traces::Failure& failure) {
    return failure;
  }
}

}  // namespace linearizability
