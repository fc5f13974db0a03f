#include "fuzz/state_coverage.hpp"

#include <array>
#include <cstdlib>
#include <string_view>

namespace fuzz {
namespace {

#if !defined(RAFTCHECK_STATE_COUNTERS)
#define RAFTCHECK_STATE_COUNTERS 16384
#endif
constexpr std::size_t kCounters = RAFTCHECK_STATE_COUNTERS;

#if defined(RAFTCHECK_AFL)

extern "C" void __sanitizer_cov_trace_pc_guard_init(std::uint32_t* begin, std::uint32_t* end);
extern "C" void __sanitizer_cov_trace_pc_guard(std::uint32_t* guard);

std::array<std::uint32_t, kCounters> guards;

// They get their numbers as an object file's would, before AFL++ asks how many there are.
__attribute__((constructor(101))) void number_guards() {
  __sanitizer_cov_trace_pc_guard_init(guards.data(), guards.data() + guards.size());
}

void count(std::size_t at) { __sanitizer_cov_trace_pc_guard(&guards[at]); }

#elif defined(RAFTCHECK_LIBFUZZER)

// libFuzzer looks at whatever stands in this section, and empties it before each input. To the
// compiler they are never read, and all of this would be nothing where no sanitizer holds it back.
__attribute__((used, section("__libfuzzer_extra_counters"))) std::array<std::uint8_t, kCounters>
    counters;

// How often does not matter.
void count(std::size_t at) { counters[at] = 1; }

#else

void count(std::size_t) {}  // nobody asks

#endif

bool is_on = [] {
  const char* setting = std::getenv("RAFTCHECK_STATE_COVERAGE");
  return setting == nullptr || std::string_view(setting) != "off";
}();

}  // namespace

void saw(std::uint64_t hash) {
  if (is_on) count((hash ^ (hash >> 32U)) % kCounters);
}

void set_state_coverage(bool on) { is_on = on; }

}  // namespace fuzz
