// Text to a trace: the reader never crashes, names the file in every error, and what it accepts is
// written and read again as the same trace.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "traces/json.hpp"
#include "traces/render.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto trace = traces::from_json(text, "fuzz.json");
  if (!trace) {
    if (!trace.error().starts_with("fuzz.json: ")) std::abort();
    return 0;
  }
  static_cast<void>(traces::render_text(*trace));
  const auto again = traces::from_json(traces::to_json(*trace), "again.json");
  if (!again || *again != *trace) std::abort();
  return 0;
}
