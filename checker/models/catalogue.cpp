#include "checker/models/catalogue.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "checker/models/puzzles.hpp"
#include "checker/models/raft_tla.hpp"
#include "checker/models/settings_reader.hpp"

namespace models {
namespace {

std::unique_ptr<RunnableModel> make_raft_tla(const Settings& settings) {
  const SettingsReader read(settings);
  RaftTlaOptions options;
  options.servers = read.number("servers", 1, RaftTlaOptions::kServersMax);
  options.values = read.number("values", 1, 100);
  options.max_term = read.number("max_term", 1, 100);
  options.max_become_leader = read.number("max_become_leader", 0, 100);
  options.max_client_requests = read.number("max_client_requests", 0, 100);
  options.quorum = read.number_or("quorum", "majority", 1, options.servers).value_or(0);
  options.constraint_term = read.number_or("constraint_term", "unlimited", 1, 100);
  options.constraint_log = read.number_or("constraint_log", "unlimited", 0, 100);
  options.restart = read.is_on("restart");
  for (std::size_t i = 0; i < kMessageKinds; ++i) {
    const auto kind = static_cast<MessageKind>(i);
    if (read.list("drop", kMessageKindNames)[i]) options.drop.insert(kind);
    if (read.list("duplicate", kMessageKindNames)[i]) options.duplicate.insert(kind);
  }
  options.symmetry = read.is_on("symmetry");
  constexpr std::size_t kSymmetryServersMax = 6;
  if (options.symmetry && options.servers > kSymmetryServersMax) {
    throw BadSetting(
        fmt::format("symmetry on: there are too many renamings of more than {} servers; set "
                    "symmetry=off",
                    kSymmetryServersMax));
  }
  const std::vector<bool> history =
      read.list("history", {"elections", "all_logs", "voter_log", "message_log"});
  options.elections = history[0];
  options.all_logs = history[1];
  options.voter_log = history[2];
  options.message_log = history[3];
  return std::make_unique<RaftTla>(options);
}

ModelEntry raft_tla() {
  const std::string kinds = fmt::format("all, none, or of {}", fmt::join(kMessageKindNames, "+"));
  return {.name = "raft-tla",
          .summary =
              "the transition system of a public variant of Ongaro's raft.tla, whose counts TLC "
              "has measured",
          .parameters =
              {{"servers", "1-7", "3", "servers"},
               {"max_term", "1-100", "2", "no server times out beyond it"},
               {"max_become_leader", "0-100", "2", "times that each server may become leader"},
               {"max_client_requests", "0-100", "1", "entries that clients may add in a run"},
               {"values", "1-100", "1", "values that clients may ask for"},
               {"quorum", "majority|N", "majority",
                "servers that elect and commit; less than a majority breaks the protocol"},
               {"constraint_term", "N|unlimited", "2",
                "states with a greater term are checked, but not counted or explored"},
               {"constraint_log", "N|unlimited", "2", "the same for a longer log"},
               {"restart", "on|off", "off", "any server may restart at any time"},
               {"drop", kinds, "none", "pending messages that may be dropped"},
               {"duplicate", kinds, "none", "pending messages that may be sent again"},
               {"symmetry", "on|off", "on",
                "states that differ in the servers' names only count as one; up to 6 servers"},
               {"history", "all, none, or of elections+all_logs+voter_log+message_log", "all",
                "history variables that are part of a state"}},
          .variants = {{"replication-3", "3 servers, 1 client request", {}},
                       {"election-3", "3 servers, elections only", {{"max_client_requests", "0"}}},
                       {"election-3-full",
                        "the same without symmetry",
                        {{"max_client_requests", "0"}, {"symmetry", "off"}}},
                       {"election-3-beyond",
                        "elections that lead out of the constraint",
                        {{"max_client_requests", "0"}, {"max_term", "3"}}},
                       {"election-3-restart",
                        "elections with restarts",
                        {{"max_client_requests", "0"}, {"restart", "on"}}},
                       {"election-3-lossy",
                        "elections with dropped vote requests and doubled append requests",
                        {{"max_client_requests", "0"},
                         {"drop", "vote-request"},
                         {"duplicate", "append-request"}}},
                       {"two-full",
                        "2 servers without symmetry",
                        {{"servers", "2"}, {"symmetry", "off"}}},
                       {"two", "2 servers", {{"servers", "2"}}}},
          .make = make_raft_tla};
}

ModelEntry jugs() {
  return {.name = "jugs",
          .summary = "two jugs without marks, a tap and a drain",
          .parameters = {{"small", "1-100", "3", "gallons in the small jug"},
                         {"big", "1-100", "5", "gallons in the big jug"},
                         {"goal", "0-100", "0",
                          "gallons to have in one of them, which counts as a violation; 0: none"}},
          .variants = {},
          .make = [](const Settings& settings) -> std::unique_ptr<RunnableModel> {
            const SettingsReader read(settings);
            return make_jugs({.small = static_cast<std::uint8_t>(read.number("small", 1, 100)),
                              .big = static_cast<std::uint8_t>(read.number("big", 1, 100)),
                              .goal = static_cast<std::uint8_t>(read.number("goal", 0, 100))});
          }};
}

ModelEntry hanoi() {
  return {.name = "hanoi",
          .summary = "the towers of Hanoi",
          .parameters = {{"discs", "1-12", "7", "discs, all on the first peg"},
                         {"goal", "on|off", "off", "all discs on the last peg is a violation"}},
          .variants = {},
          .make = [](const Settings& settings) -> std::unique_ptr<RunnableModel> {
            const SettingsReader read(settings);
            return make_hanoi({.discs = static_cast<std::uint8_t>(read.number("discs", 1, 12)),
                               .has_goal = read.is_on("goal")});
          }};
}

ModelEntry tiles() {
  return {.name = "tiles",
          .summary = "the sliding puzzle",
          .parameters = {{"rows", "1-4", "3", "rows of the board"},
                         {"columns", "2-4", "3", "columns of the board"}},
          .variants = {},
          .make = [](const Settings& settings) -> std::unique_ptr<RunnableModel> {
            const SettingsReader read(settings);
            return make_tiles({.rows = static_cast<std::uint8_t>(read.number("rows", 1, 4)),
                               .columns = static_cast<std::uint8_t>(read.number("columns", 2, 4))});
          }};
}

template <class Entries>
std::string names_of(const Entries& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

template <class Entries>
const auto* find(const Entries& entries, std::string_view name) {
  const auto at = std::ranges::find_if(entries, [&](const auto& one) { return one.name == name; });
  return at == entries.end() ? nullptr : &*at;
}

}  // namespace

const std::vector<ModelEntry>& catalogue() {
  static const std::vector<ModelEntry> kModels = {raft_tla(), jugs(), hanoi(), tiles()};
  return kModels;
}

const ModelEntry& model_named(const std::string& name) {
  if (const ModelEntry* model = find(catalogue(), name)) return *model;
  throw BadSetting(fmt::format("no such model: {}; there are {}", name, names_of(catalogue())));
}

Settings settings_of(const ModelEntry& model, const std::string& variant, const Settings& given) {
  Settings settings;
  for (const Parameter& parameter : model.parameters) {
    settings[parameter.name] = parameter.default_value;
  }
  if (!variant.empty()) {
    const Variant* found = find(model.variants, variant);
    if (found == nullptr && model.variants.empty()) {
      throw BadSetting(fmt::format("{} has no variants, only parameters", model.name));
    }
    if (found == nullptr) {
      throw BadSetting(fmt::format("{} has no variant {}; there are {}", model.name, variant,
                                   names_of(model.variants)));
    }
    for (const auto& [name, value] : found->settings) settings.at(name) = value;
  }
  for (const auto& [name, value] : given) {
    if (!settings.contains(name)) {
      throw BadSetting(fmt::format("{} has no parameter {}; there are {}", model.name, name,
                                   names_of(model.parameters)));
    }
    settings[name] = value;
  }
  return settings;
}

std::unique_ptr<RunnableModel> make_model(const ModelEntry& model, const Settings& settings) {
  return model.make(settings);
}

}  // namespace models
