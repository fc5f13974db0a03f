// Text to a trace: the reader never crashes, names the file and the place of every error, and what
// it accepts is written and read again as the same trace, and shown in one of the forms.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fuzz/tree_mutator.hpp"
#include "traces/formats/formats.hpp"
#include "traces/json.hpp"

namespace {

[[noreturn]] void fail(const char* why, const std::string& more) {
  std::fprintf(stderr, "%s\n%s\n", why, more.c_str());
  std::abort();
}

// "fuzz.json: /steps/7/action: reason" or "fuzz.json: line 3, column 1 (byte 20): reason", or of
// the whole: "fuzz.json: reason".
void check_error(const std::string& error) {
  constexpr std::string_view kFile = "fuzz.json: ";
  if (!error.starts_with(kFile) || error.size() <= kFile.size()) {
    fail("an error without a file or a reason:", error);
  }
  if (error[kFile.size()] == '/' && error.find(": ", kFile.size()) == std::string::npos) {
    fail("an error with a place and no reason:", error);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto trace = traces::from_json(text, "fuzz.json");
  if (!trace) {
    check_error(trace.error());
    return 0;
  }
  const auto formats = traces::formats::all();
  const traces::formats::Format& format = formats[size % formats.size()];
  if (!format.write(*trace, {}).ends_with('\n')) fail("a document without an end:", format.name);
  const std::string written = traces::to_json(*trace);
  const auto again = traces::from_json(written, "again.json");
  if (!again) fail("what was written is not read:", again.error());
  if (*again != *trace) fail("read as another trace:", written);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  return fuzz::mutate_text(data, size, max_size, seed);
}
