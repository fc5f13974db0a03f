#include "checker/cli/flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "checker/cli/usage_error.hpp"

namespace cli {
namespace {

constexpr std::string_view kUnlimited = "unlimited";

constexpr std::array kFlags = {
    Flag{"servers", "N", "3", "servers in the cluster, 1 to 9"},
    Flag{"terms", "N", "2", "no server goes beyond term N: elections that would are cut off"},
    Flag{"log", "N", "2", "a leader accepts a proposal while its log is shorter than N"},
    Flag{"proposals", "N", "unlimited",
         "accepted client proposals in a run; with a number, the k-th carries the command vk, "
         "without one all carry v1"},
    Flag{"timeouts", "N", "unlimited", "election timeouts in a run"},
    Flag{"crashes", "N", "1", "crashes (each with its restart) in a run"},
    Flag{"network", "KIND", "any",
         "any: a message ever sent may arrive at any later time, any number of times, or never. "
         "unordered, ordered: bounded networks, a multiset or a queue for each pair of servers, "
         "every state of which is counted"},
    Flag{"inflight", "N", "4", "bounded networks: messages on the network at once"},
    Flag{"duplicates", "N", "0", "unordered network: deliveries in a run that leave a copy behind"},
    Flag{"partitions", "N", "0", "bounded networks: cuts of the network into groups in a run"},
    Flag{"loss", "free|none|N", "free",
         "bounded networks: what is sent may be lost at once: any of it, none, or N messages in a "
         "run. A loss costs no step"},
    Flag{"order", "fastest|shortest", "fastest",
         "network any: the largest sets of messages first, and a shortest trace sought for a "
         "violation afterwards; or breadth first from the start"},
    Flag{"no-op", "on|off", "off", "a new leader appends a no-op entry"},
    Flag{"backtracking", "fast|plain", "fast",
         "how a rejected AppendEntries moves nextIndex back: over a whole conflicting term, or one "
         "entry at a time"},
    Flag{"entries", "N", "unlimited", "entries in one AppendEntries"},
    Flag{"depth", "N", "unlimited",
         "steps in a run (over network any it implies --order shortest)"},
    Flag{"states", "N", "unlimited", "stop when so many states are stored"},
    Flag{"time", "SECONDS", "unlimited", "stop after so many seconds"},
    Flag{"threads", "N", "1", "threads that search; this version has sequential searches only: 1"},
    Flag{"symmetry", "on|off", "on",
         "states that differ only in the servers' names count as one; up to 6 servers"},
    Flag{"shortest-states", "N", "3000000",
         "network any: states that the search for a shortest trace may keep before it gives up and "
         "the trace found first is reported"},
};

const Flag& flag_named(std::string_view name) {
  const auto found =
      std::ranges::find_if(kFlags, [&](const Flag& flag) { return name == flag.name; });
  if (found == kFlags.end()) throw UsageError(fmt::format("no such flag: --{}", name));
  return *found;
}

[[noreturn]] void refuse(std::string_view flag, std::string_view value, std::string_view remedy) {
  throw UsageError(fmt::format("--{} {}: {}", flag, value, remedy));
}

std::uint64_t number(const FlagValues& values, std::string_view flag, std::uint64_t min,
                     std::uint64_t max) {
  const std::string& text = values[flag];
  std::uint64_t parsed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (error != std::errc{} && error != std::errc::result_out_of_range) {
    refuse(flag, text, fmt::format("give a whole number from {} to {}", min, max));
  }
  if (error == std::errc::result_out_of_range || end != text.data() + text.size() ||
      parsed < min || parsed > max) {
    refuse(flag, text, fmt::format("out of range; give a whole number from {} to {}", min, max));
  }
  return parsed;
}

std::optional<std::uint64_t> limit(const FlagValues& values, std::string_view flag,
                                   std::uint64_t min, std::uint64_t max) {
  if (values[flag] == kUnlimited) return std::nullopt;
  return number(values, flag, min, max);
}

std::optional<std::uint32_t> budget(const FlagValues& values, std::string_view flag,
                                    std::uint32_t max) {
  const auto value = limit(values, flag, 0, max);
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

// The position of the value among the choices.
std::size_t choice(const FlagValues& values, std::string_view flag,
                   std::initializer_list<std::string_view> choices) {
  const std::string& text = values[flag];
  const auto found = std::ranges::find(choices, text);
  if (found == choices.end()) {
    refuse(flag, text, fmt::format("give one of {}", fmt::join(choices, ", ")));
  }
  return static_cast<std::size_t>(found - choices.begin());
}

double seconds(const FlagValues& values) {
  const std::string& text = values["time"];
  double parsed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (error != std::errc{} || end != text.data() + text.size() || !(parsed > 0) || parsed > 1e9) {
    refuse("time", text, "give a number of seconds above 0");
  }
  return parsed;
}

void refuse_if_given(const FlagValues& values, std::initializer_list<std::string_view> flags,
                     std::string_view why) {
  for (const std::string_view flag : flags) {
    if (values.is_given(flag)) refuse(flag, values[flag], why);
  }
}

void set_network(const FlagValues& values, cluster::ExploreOptions& options) {
  cluster::Bounds& bounds = options.bounds;
  constexpr std::array kNetworks = {cluster::Network::Any, cluster::Network::Unordered,
                                    cluster::Network::Ordered};
  bounds.network = kNetworks.at(choice(values, "network", {"any", "unordered", "ordered"}));
  options.order = choice(values, "order", {"fastest", "shortest"}) == 0
                      ? engine::CoverOrder::Fastest
                      : engine::CoverOrder::Shortest;
  if (bounds.network == cluster::Network::Any) {
    refuse_if_given(values, {"inflight", "duplicates", "partitions", "loss"},
                    "over any network nothing of the kind is bounded: every message may be late, "
                    "lost or doubled without limit; choose --network unordered or ordered, or "
                    "leave this flag out");
    return;
  }
  refuse_if_given(values, {"order", "shortest-states"},
                  "a bounded network is always searched breadth first; leave this flag out, or "
                  "choose --network any");
  bounds.inflight = static_cast<std::uint32_t>(number(values, "inflight", 1, 64));
  bounds.partitions = static_cast<std::uint32_t>(number(values, "partitions", 0, 1000));
  if (bounds.network == cluster::Network::Ordered) {
    refuse_if_given(values, {"duplicates"},
                    "an ordered network does not duplicate; choose --network unordered or any");
  }
  bounds.duplicates = static_cast<std::uint32_t>(number(values, "duplicates", 0, 1000));
  const std::string& loss = values["loss"];
  if (loss == "free" || loss == "none") {
    bounds.loss = loss == "free" ? cluster::LossMode::Free : cluster::LossMode::None;
    return;
  }
  bounds.loss = cluster::LossMode::Budgeted;
  if (loss.find_first_not_of("0123456789") != std::string::npos) {
    refuse("loss", loss, "give free, none, or how many messages may be lost in a run");
  }
  bounds.losses = static_cast<std::uint32_t>(number(values, "loss", 0, 1000));
}

void set_bounds(FlagValues& values, cluster::ExploreOptions& options) {
  cluster::Bounds& bounds = options.bounds;
  bounds.servers = static_cast<std::uint32_t>(number(values, "servers", 1, 9));
  bounds.terms = number(values, "terms", 1, 100);
  if (values["log"] == "0") refuse("log", "0", "give at least 1; for elections alone, --proposals 0");
  bounds.log = number(values, "log", 1, 100);
  bounds.proposals = budget(values, "proposals", 1000);
  bounds.timeouts = budget(values, "timeouts", 1000);
  bounds.crashes = static_cast<std::uint32_t>(number(values, "crashes", 0, 1000));
  constexpr std::uint32_t kSymmetryServersMax = 6;
  if (bounds.servers > kSymmetryServersMax) {
    if (values.is_given("symmetry") && values["symmetry"] == "on") {
      refuse("symmetry", "on", "too many renamings of more than 6 servers; use --symmetry off");
    }
    values.imply("symmetry", "off");
  }
  bounds.symmetry = choice(values, "symmetry", {"on", "off"}) == 0;
}

void set_node(const FlagValues& values, cluster::ExploreOptions& options) {
  options.node.servers = options.bounds.servers;
  options.node.no_op = choice(values, "no-op", {"on", "off"}) == 0;
  options.node.fast_backtracking = choice(values, "backtracking", {"fast", "plain"}) == 0;
  options.node.entries_per_message =
      static_cast<std::uint32_t>(limit(values, "entries", 1, 1000).value_or(0));
}

void set_limits(FlagValues& values, Plan& plan) {
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  plan.options.limits.depth = limit(values, "depth", 1, kMost);
  plan.options.limits.states = limit(values, "states", 1, kMost);
  plan.options.shortest_states_max = number(values, "shortest-states", 1, kMost);
  if (values["time"] != kUnlimited) plan.seconds_max = seconds(values);
  if (number(values, "threads", 1, 1024) != 1) {
    refuse("threads", values["threads"], "this version searches with one thread; use --threads 1");
  }
  if (plan.options.limits.depth && values["network"] == "any") {
    if (values.is_given("order") && values["order"] == "fastest") {
      refuse("depth", values["depth"],
             "the order fastest does not count steps; use --order shortest, or a bounded network");
    }
    values.imply("order", "shortest");
  }
}

spec::PropertySet properties_named(const std::vector<std::string>& names) {
  if (names.empty()) return spec::kAllProperties;
  spec::PropertySet properties = 0;
  for (const std::string& name : names) {
    const auto property = spec::property_named(name);
    if (!property) {
      refuse("property", name, "no such property; `raftcheck list properties` names them");
    }
    properties |= spec::set_of(*property);
  }
  return properties;
}

}  // namespace

std::span<const Flag> explore_flags() { return kFlags; }

FlagValues::FlagValues(std::map<std::string, std::string> given,
                       std::map<std::string, std::string> of_bug)
    : given_(std::move(given)) {
  for (const Flag& flag : kFlags) values_[flag.name] = flag.default_value;
  for (const auto& [name, value] : of_bug) values_[flag_named(name).name] = value;
  for (const auto& [name, value] : given_) values_[flag_named(name).name] = value;
}

const std::string& FlagValues::operator[](std::string_view name) const {
  return values_.at(flag_named(name).name);
}

bool FlagValues::is_given(std::string_view name) const {
  return given_.contains(std::string(name));
}

void FlagValues::imply(const std::string& name, const std::string& value) {
  if (!is_given(name)) values_[name] = value;
}

Plan make_plan(FlagValues values, const std::vector<std::string>& properties) {
  Plan plan{.options = {}, .seconds_max = {}, .values = std::move(values)};
  set_bounds(plan.values, plan.options);
  set_limits(plan.values, plan);
  set_network(plan.values, plan.options);
  set_node(plan.values, plan.options);
  plan.options.properties = properties_named(properties);
  return plan;
}

}  // namespace cli
