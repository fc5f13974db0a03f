// Bytes to a server or a message: whatever decodes encodes to the same bytes, and nothing crashes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "src/raft/canonical.hpp"

namespace {

template <class T>
void round_trip(std::string_view bytes) {
  try {
    if (raft::encoded(raft::decoded<T>(bytes)) != bytes) std::abort();
  } catch (const raft::DecodeError&) {
    // Refused: fine.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  round_trip<raft::Server>(bytes);
  round_trip<raft::Message>(bytes);
  round_trip<raft::Durable>(bytes);
  return 0;
}
