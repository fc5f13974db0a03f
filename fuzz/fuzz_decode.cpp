// Bytes to a value: no crash; what is refused is refused for a reason and at a place in the bytes;
// what decodes encodes to the same bytes.
//
// The first byte says what the rest is, so that nobody has to guess a checksum: the number of a
// kind makes the rest the payload of a frame; 0 makes it a frame or a journal as it stands; from
// 0x80 on it is a value in the core's canonical bytes.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/raft/canonical.hpp"
#include "src/raft/disk.hpp"
#include "src/wire/journal.hpp"
#include "src/wire/values.hpp"

namespace {

[[noreturn]] void fail(const char* why, const std::string& more = "") {
  std::fprintf(stderr, "%s %s\n", why, more.c_str());
  std::abort();
}

template <class T>
void canonical(std::string_view bytes) {
  try {
    if (raft::encoded(raft::decoded<T>(bytes)) != bytes) fail("two encodings of a value");
  } catch (const raft::DecodeError& error) {
    if (std::string_view(error.what()).empty()) fail("refused for no reason");
  }
}

void check_problem(const wire::Problem& problem, std::string_view bytes) {
  if (problem.what.empty()) fail("refused for no reason");
  if (problem.at > bytes.size()) fail("refused behind the end:", to_string(problem));
}

template <class T>
bool is_framed(std::string_view bytes) {
  const auto value = wire::decoded<T>(bytes);
  if (!value) {
    check_problem(value.problem(), bytes);
    return false;
  }
  if (wire::frame_of(*value) != bytes) fail("two frames of a value");
  return true;
}

// A frame's kind alone says what it holds, but that a message is an input, too.
void framed(std::string_view bytes) {
  const bool is_input = is_framed<raft::Input>(bytes);
  const bool is_message = is_framed<raft::Message>(bytes);
  if (is_message && !is_input) fail("a message that nobody can receive");
  const int values = static_cast<int>(is_input) + static_cast<int>(is_framed<wire::Report>(bytes)) +
                     static_cast<int>(is_framed<wire::JournalStart>(bytes)) +
                     static_cast<int>(is_framed<raft::Write>(bytes));
  if (values > 1) fail("a frame that is two things");
}

// A reader of a stream sees the beginning of a frame first.
void streamed(std::string_view bytes) {
  const auto front = wire::front_frame(bytes);
  if (const auto* problem = std::get_if<wire::Problem>(&front))
    return check_problem(*problem, bytes);
  if (const auto* more = std::get_if<wire::Incomplete>(&front)) {
    if (more->size_min <= bytes.size()) fail("bytes are waited for that are there");
    return;
  }
  const auto& frame = std::get<wire::Frame>(front);
  if (frame.size > bytes.size()) fail("a frame longer than the bytes");
  for (const std::size_t part : {frame.size - 1, frame.size / 2, std::size_t{0}}) {
    if (!std::holds_alternative<wire::Incomplete>(wire::front_frame(bytes.substr(0, part)))) {
      fail("a part of a frame is a frame, or refused");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::uint8_t what = data[0];
  const auto kind = static_cast<wire::Kind>(what);
  if (what >= 0x80) {
    if (what % 4 == 0) canonical<raft::Server>(bytes);
    if (what % 4 == 1) canonical<raft::Message>(bytes);
    if (what % 4 == 2) canonical<raft::Durable>(bytes);
    if (what % 4 == 3) canonical<raft::Entry>(bytes);
  } else if (wire::to_string(kind) != nullptr) {
    const std::string frame = wire::framed(kind, bytes);
    framed(frame);
    streamed(frame);
  } else {
    framed(bytes);
    streamed(bytes);
    const auto recovered = wire::recover(bytes);
    if (!recovered) check_problem(recovered.problem(), bytes);
  }
  return 0;
}
