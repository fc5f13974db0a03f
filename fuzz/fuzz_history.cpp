// Text to a history of clients: the reader never crashes and names the file and place of what it
// refuses; what it accepts is written and read again as the same history; and of a short one the
// checker says what the definition of linearizability says.
//
// The first byte is the model, the format that is asked for, and the one that is written.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "checker/linearizability/brute_force.hpp"
#include "checker/linearizability/check.hpp"
#include "checker/linearizability/history_files.hpp"
#include "fuzz/tree_mutator.hpp"

namespace {

using linearizability::Answer;
using linearizability::Format;
using linearizability::History;
using linearizability::Model;

constexpr std::size_t kShort = 6;  // operations that the definition can be asked about
constexpr std::uint64_t kConfigurationsMax = 20'000;

[[noreturn]] void fail(const char* why, const std::string& more = "") {
  std::fprintf(stderr, "%s\n%s\n", why, more.c_str());
  std::abort();
}

void judge(const History& history, Model model) {
  const auto verdict = linearizability::check(
      history, model, {.configurations = kConfigurationsMax, .memory = std::nullopt});
  if (verdict.explanation) {
    static_cast<void>(linearizability::text(*verdict.explanation, history, model));
  }
  if (history.size() > kShort || verdict.answer == Answer::Unknown) return;
  const bool is_legal = linearizability::BruteForce(history, model).is_legal();
  if (is_legal != (verdict.answer == Answer::Legal)) fail("the checker is wrong");
}

std::string written(const History& history, Model model, Format format) {
  const auto text = linearizability::write_history(history, model, format);
  if (text) return *text;
  if (text.error().empty()) fail("not written for no reason");
  return "";
}

// Names of clients may change the first time, and what one format cannot say is left out.
void round_trip(const History& history, Model model, Format format) {
  const std::string first = written(history, model, format);
  if (first.empty()) return;
  const auto once = linearizability::read_history(first, "again", model, format);
  if (!once) fail("what was written is not read:", once.error() + "\n" + first);
  const std::string second = written(once->history, model, format);
  const auto twice = linearizability::read_history(second, "again", model, format);
  if (!twice || twice->history != once->history) fail("read as another history:", first + second);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Model model = (data[0] & 1U) != 0 ? Model::KeyValue : Model::Register;
  const std::uint32_t asked = data[0] >> 1U & 3U;
  std::optional<Format> format;
  if (asked == 1) format = Format::Porcupine;
  if (asked == 2) format = Format::Jepsen;
  const auto file = linearizability::read_history(text, "fuzz.edn", model, format);
  if (!file) {
    if (!file.error().starts_with("fuzz.edn: ")) fail("an error without a file:", file.error());
    return 0;
  }
  if (!linearizability::validate(file->history, model)) fail("a history that cannot be was read");
  round_trip(file->history, model, (data[0] & 8U) != 0 ? Format::Porcupine : Format::Jepsen);
  judge(file->history, model);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  return fuzz::mutate_text(data, size, max_size, seed);
}
