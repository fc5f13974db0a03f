#include "checker/cli/linearizable_flags.hpp"

#include <array>

#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/usage_error.hpp"

namespace cli {
namespace {

using linearizability::Format;
using linearizability::Model;

constexpr const char* kHistory = "The history";
constexpr const char* kLimits = "Limits";

constexpr std::array kFlags = {
    Flag{
        "model", "register|kv", "none", kHistory,
        "register: read, write and cas of numbers or text. kv: get, put and append of text. Either "
        "has one object for each key; it has to be given"},
    Flag{
        "format", "auto|porcupine|jepsen", "auto", kHistory,
        "porcupine: a log of jepsen.util, where a cas that fails found another value, or maps with "
        "a :key. jepsen: history.edn or history.txt, where what fails took no effect. auto: as the "
        "file looks"},
    Flag{"to", "other|porcupine|jepsen", "other", kHistory,
         "the format that --convert writes; other: the one that the file does not have"},
    Flag{"time", "SECONDS", "unlimited", kLimits, "stop after so many seconds"},
    Flag{"memory", "SIZE", "auto", kLimits,
         "stop before more memory is needed: bytes, or with K, M, G or T, as in 8G. auto: three "
         "quarters of what the machine or its container has"},
};

std::optional<Format> format_of(const FlagValues& values, std::string_view flag,
                                std::string_view neither) {
  const std::size_t chosen = choice(values, flag, {neither, "porcupine", "jepsen"});
  if (chosen == 0) return std::nullopt;
  return chosen == 1 ? Format::Porcupine : Format::Jepsen;
}

}  // namespace

std::span<const Flag> linearizable_flags() { return kFlags; }

LinearizablePlan make_linearizable_plan(FlagValues values) {
  if (!values.is_given("model")) {
    throw UsageError(
        "linearizable: say what the history is of: --model register (read, write, cas) or --model "
        "kv (get, put, append)");
  }
  LinearizablePlan plan{
      .format = {}, .to = {}, .seconds_max = {}, .memory_max = {}, .values = values};
  plan.model = choice(values, "model", {"register", "kv"}) == 0 ? Model::Register : Model::KeyValue;
  plan.format = format_of(values, "format", "auto");
  plan.to = format_of(values, "to", "other");
  if (values["time"] != kUnlimited) plan.seconds_max = seconds(values, "time");
  if (values["memory"] != "auto") plan.memory_max = bytes(values, "memory");
  return plan;
}

}  // namespace cli
