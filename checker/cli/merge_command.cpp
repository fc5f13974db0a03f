#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <tuple>

#include "checker/cli/commands.hpp"
#include "checker/cli/json_parts.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/report_lines.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"
#include "spec/witness.hpp"
#include "traces/file.hpp"

namespace cli {
namespace {

// Whether a cluster without any feature can fire it; the others are not missed.
bool is_plain_witness(std::string_view name) {
  for (std::size_t i = 0; i < spec::kWitnessCount; ++i) {
    const auto witness = static_cast<spec::Witness>(i);
    if (name == to_string(witness)) return (spec::set_of(witness) & spec::kPlainWitnesses) != 0;
  }
  return true;
}

// A file that is being read, and a place in it: what every complaint names.
class Place {
 public:
  Place(const Json& value, std::string name) : value_(value), name_(std::move(name)) {}

  [[noreturn]] void refuse(std::string_view why) const {
    throw UsageError(fmt::format("{}: {}", name_, why));
  }
  [[nodiscard]] Place operator[](const char* key) const {
    if (!value_.is_object()) refuse("not an object");
    const auto found = value_.find(key);
    const std::string below = fmt::format("{}{}/{}", name_, is_top() ? ": " : "", key);
    if (found == value_.end()) {
      throw UsageError(
          fmt::format("{}: missing; the file is damaged, or of another version", below));
    }
    return {*found, below};
  }
  [[nodiscard]] std::uint64_t number() const {
    if (!value_.is_number_unsigned()) refuse("not a whole number");
    return value_.get<std::uint64_t>();
  }
  [[nodiscard]] double seconds() const {
    if (!value_.is_number() || !(value_.get<double>() >= 0)) refuse("not a number of seconds");
    return value_.get<double>();
  }
  [[nodiscard]] std::string text() const {
    if (!value_.is_string()) refuse("not a string");
    return value_.get<std::string>();
  }
  [[nodiscard]] const Json& json() const { return value_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  [[nodiscard]] bool is_top() const { return name_.find(": /") == std::string::npos; }
  const Json& value_;
  std::string name_;
};

// One shard's summary, every part of it looked at.
struct Summary {
  std::string path;
  Json json;
  std::string version;
  std::uint64_t seed = 0;
  std::uint64_t index = 0;
  std::uint64_t count = 0;
  std::string stopped_by;
};

Json read_json(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw UsageError(fmt::format("{}: cannot be read; name a JSON summary", path));
  try {
    return Json::parse(stream);
  } catch (const Json::exception&) {
    throw UsageError(
        fmt::format("{}: not JSON, or cut short; name a summary that simulate --json wrote", path));
  }
}

template <class Check>
void check_each(const Place& place, Check check) {
  if (!place.json().is_object()) place.refuse("not an object");
  for (const auto& [key, value] : place.json().items()) {
    check(Place(value, place.name() + "/" + key));
  }
}

void check_violation(const Place& place) {
  if (place.json().is_null()) return;
  static_cast<void>(place["walk"].number());
  static_cast<void>(place["property"].text());
  static_cast<void>(place["message"].text());
  static_cast<void>(place["depth"].number());
  static_cast<void>(place["trace_file"].text());
}

void check_sums(const Place& top) {
  static_cast<void>(top["walks"].number());
  static_cast<void>(top["steps"].number());
  static_cast<void>(top["seconds"].seconds());
  for (const char* key : {"bounds_met", "coverage"}) {
    check_each(top[key], [](const Place& count) { static_cast<void>(count.number()); });
  }
  check_each(top["witnesses"], [](const Place& fired) {
    if (!fired.json().is_boolean()) fired.refuse("not true or false");
  });
  check_each(top["config"], [](const Place&) {});
  check_violation(top["violation"]);
  const bool violated = !top["violation"].json().is_null();
  if (violated != (top["stopped_by"].text() == "violation")) {
    top["stopped_by"].refuse("contradicts /violation");
  }
}

Summary read_summary(const std::string& path) {
  Summary summary{.path = path, .json = read_json(path), .version = {}, .stopped_by = {}};
  const Place top(summary.json, path);
  const std::string command = top["command"].text();
  if (command == "explore") {
    top["command"].refuse(
        "a summary of explore; an exhaustive search has no shards that could be added up");
  }
  if (command != "simulate") {
    top["command"].refuse(fmt::format("a summary of {}; name those that simulate wrote", command));
  }
  summary.version = top["version"].text();
  summary.seed = top["seed"].number();
  summary.index = top["shard"]["index"].number();
  summary.count = top["shard"]["count"].number();
  summary.stopped_by = top["stopped_by"].text();
  constexpr std::uint64_t kShardsMax = 1'000'000;
  if (summary.count > kShardsMax) top["shard"]["count"].refuse("more than 1000000");
  if (summary.index >= summary.count) top["shard"]["index"].refuse("not below /shard/count");
  check_sums(top);
  return summary;
}

// What one run has only one of.
void require_same_run(const Summary& first, const Summary& other) {
  const auto refuse = [&](const std::string& at, const std::string& one, const std::string& two) {
    throw UsageError(
        fmt::format("{}: {}: {}, but {} has {}: they are not parts of one run; merge each "
                    "run by itself",
                    other.path, at, two, first.path, one));
  };
  if (first.version != other.version) refuse("/version", first.version, other.version);
  if (first.seed != other.seed) {
    refuse("/seed", std::to_string(first.seed), std::to_string(other.seed));
  }
  if (first.count != other.count) {
    refuse("/shard/count", std::to_string(first.count), std::to_string(other.count));
  }
  const Json& one = first.json["config"];
  const Json& two = other.json["config"];
  for (const auto& [key, value] : one.items()) {
    if (!two.contains(key)) refuse("/config/" + key, value.dump(), "nothing");
    if (two[key] != value) refuse("/config/" + key, value.dump(), two[key].dump());
  }
  if (one.size() != two.size()) refuse("/config", "other keys", "more keys");
}

std::vector<Summary> read_all(const std::vector<std::string>& paths) {
  if (paths.empty()) {
    throw UsageError("merge: name the summaries of a run: raftcheck merge a.json b.json ...");
  }
  std::vector<Summary> summaries;
  for (const std::string& path : paths) {
    summaries.push_back(read_summary(path));
    require_same_run(summaries.front(), summaries.back());
  }
  std::ranges::sort(summaries, {},
                    [](const Summary& one) { return std::tie(one.index, one.path); });
  const auto twice = std::ranges::adjacent_find(summaries, {}, &Summary::index);
  if (twice != summaries.end()) {
    throw UsageError(
        fmt::format("{}: /shard/index: {}, and so has {}: the same walks would count "
                    "twice; leave one out",
                    std::next(twice)->path, twice->index, twice->path));
  }
  return summaries;
}

void add_each(Json& sum, const Json& part, const std::string& path) {
  for (const auto& [key, value] : part.items()) {
    const std::uint64_t so_far = sum.value(key, std::uint64_t{0});
    const auto more = value.get<std::uint64_t>();
    if (more > std::numeric_limits<std::uint64_t>::max() - so_far) {
      throw UsageError(fmt::format("{}: {}: {}: too large to be added", path, key, more));
    }
    sum[key] = so_far + more;
  }
}

struct Sum {
  Json json;
  std::vector<std::uint64_t> missing;  // shards
  std::vector<std::string> short_of;   // "shard 3 stopped by time after 17 walks"
  bool violated = false;
};

void add_violations(Sum& sum, const std::vector<Summary>& summaries) {
  std::vector<Json> list;
  for (const Summary& one : summaries) {
    Json violation = one.json["violation"];
    if (violation.is_null()) continue;
    violation.erase("trace");  // it is in its file
    violation["shard"] = one.index;
    list.push_back(std::move(violation));
  }
  std::ranges::sort(list, {}, [](const Json& one) { return one["walk"].get<std::uint64_t>(); });
  sum.violated = !list.empty();
  sum.json["violations"] = std::move(list);
}

Sum added_up(const std::vector<Summary>& summaries) {
  Sum sum;
  const Summary& first = summaries.front();
  Json totals = Json::object();
  Json bounds = Json::object();
  Json coverage = Json::object();
  Json witnesses = Json::object();
  Json paths = Json::array();
  double seconds = 0;
  std::set<std::uint64_t> there;
  for (const Summary& one : summaries) {
    there.insert(one.index);
    paths.push_back(one.path);
    add_each(totals, {{"walks", one.json["walks"]}, {"steps", one.json["steps"]}}, one.path);
    add_each(bounds, one.json["bounds_met"], one.path);
    add_each(coverage, one.json["coverage"], one.path);
    seconds += one.json["seconds"].get<double>();
    for (const auto& [key, fired] : one.json["witnesses"].items()) {
      witnesses[key] = witnesses.value(key, false) || fired.get<bool>();
    }
    if (one.stopped_by != "walks") {
      sum.short_of.push_back(
          fmt::format("shard {} stopped by {} after {}", one.index, one.stopped_by,
                      counted(one.json["walks"].get<std::uint64_t>(), "walk", "walks")));
    }
  }
  for (std::uint64_t index = 0; index < first.count; ++index) {
    if (!there.contains(index)) sum.missing.push_back(index);
  }
  sum.json = {{"version", kVersion},
              {"command", "merge"},
              {"summaries", std::move(paths)},
              {"config", first.json["config"]},
              {"seed", first.seed},
              {"shards", {{"count", first.count}, {"missing", sum.missing}}},
              {"complete", sum.missing.empty() && sum.short_of.empty()},
              {"walks", totals["walks"]},
              {"steps", totals["steps"]},
              {"seconds", seconds},
              {"bounds_met", std::move(bounds)},
              {"coverage", std::move(coverage)},
              {"witnesses", std::move(witnesses)}};
  add_violations(sum, summaries);
  return sum;
}

// At most a few: a thousand numbers help nobody.
std::string few(const std::vector<std::uint64_t>& numbers) {
  constexpr std::size_t kFew = 20;
  const std::size_t shown = std::min(kFew, numbers.size());
  std::string text = fmt::format(
      "{}", fmt::join(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < numbers.size()) text += fmt::format(" and {} more", numbers.size() - shown);
  return text;
}

std::string headline(const Sum& sum) {
  const std::string walks =
      counted(sum.json["walks"].get<std::uint64_t>(), "random walk", "random walks");
  if (sum.violated) {
    const Json& first = sum.json["violations"][0];
    return fmt::format("{} is violated in walk {}.\n", first["property"].get<std::string>(),
                       first["walk"].get<std::uint64_t>());
  }
  if (!sum.json["complete"].get<bool>()) {
    return fmt::format("NOT all of the run: no violation so far in {}.\n", walks);
  }
  return fmt::format(
      "No violation in {}.\n"
      "Walks prove nothing about the steps that they did not take; explore does.\n",
      walks);
}

std::string text_of(const Sum& sum) {
  std::string text = headline(sum);
  const auto number = [&](const char* key) { return grouped(sum.json[key].get<std::uint64_t>()); };
  line(std::back_inserter(text), "seed", sum.json["seed"].dump());
  line(std::back_inserter(text), "shards",
       fmt::format("{} of {}", sum.json["summaries"].size(),
                   sum.json["shards"]["count"].get<std::uint64_t>()));
  if (!sum.missing.empty()) line(std::back_inserter(text), "MISSING", "shards " + few(sum.missing));
  for (const std::string& one : sum.short_of) line(std::back_inserter(text), "NOT ALL WALKS", one);
  line(std::back_inserter(text), "walks", number("walks"));
  line(std::back_inserter(text), "steps", number("steps"));
  line(std::back_inserter(text), "time, of all together",
       fmt::format("{:.2f} s", sum.json["seconds"].get<double>()));
  text += "actions taken\n";
  for (const auto& [action, count] : sum.json["coverage"].items()) {
    const auto times = count.get<std::uint64_t>();
    line(std::back_inserter(text), action, times == 0 ? "never" : grouped(times));
  }
  std::vector<std::string> unseen;
  for (const auto& [witness, fired] : sum.json["witnesses"].items()) {
    if (!fired.get<bool>() && is_plain_witness(witness)) unseen.push_back(witness);
  }
  if (!unseen.empty()) {
    text += "witnesses\n" + two_columns("never happened", kValueColumn, listed(unseen));
  }
  if (std::ranges::find(unseen, "LeaderElected") != unseen.end() && !sum.violated) {
    text += "VACUOUS: no leader was ever elected in these walks, so they show next to nothing.\n";
  }
  for (const Json& violation : sum.json["violations"]) {
    text += wrapped(
        fmt::format("Walk {} (shard {}):", violation["walk"].get<std::uint64_t>(),
                    violation["shard"].get<std::uint64_t>()),
        2,
        words_of(fmt::format("{}: {}. {}, in {}", violation["property"].get<std::string>(),
                             violation["message"].get<std::string>(),
                             counted(violation["depth"].get<std::uint64_t>(), "step", "steps"),
                             violation["trace_file"].get<std::string>())));
  }
  return harmless(text);
}

}  // namespace

int run_merge(const MergeArguments& arguments) {
  const Sum sum = added_up(read_all(arguments.paths));
  if (arguments.json_path && *arguments.json_path != kStdout) {
    require_writable("--json", *arguments.json_path);
  }
  print_to(arguments.json_path == kStdout ? stderr : stdout, text_of(sum));
  const std::string json = sum.json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (arguments.json_path == kStdout) {
    print_to(stdout, json);
  } else if (arguments.json_path) {
    const auto written = traces::write_file(*arguments.json_path, json);
    if (!written) throw UsageError(fmt::format("--json: {}", written.error()));
  }
  if (sum.violated) return kViolated;
  return sum.json["complete"].get<bool>() ? kHolds : kStopped;
}

}  // namespace cli
