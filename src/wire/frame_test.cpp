// Frames: what is whole is read, what is cut short is waited for, what is damaged is refused with
// its place.
#include "src/wire/frame.hpp"

#include <gtest/gtest.h>

#include <span>

#include "src/checksum/crc32c.hpp"

namespace wire {
namespace {

const Frame* frame_in(const std::variant<Frame, Incomplete, Problem>& front) {
  return std::get_if<Frame>(&front);
}

std::string problem_of(std::string_view bytes, std::uint32_t check_before = 0) {
  const auto front = front_frame(bytes, check_before);
  const auto* problem = std::get_if<Problem>(&front);
  return problem == nullptr ? "" : to_string(*problem);
}

TEST(Frame, ComesBack_WithItsKindPayloadAndSize) {
  for (const std::string& payload : {std::string(), std::string("x"), std::string(300, '\0')}) {
    const std::string bytes = framed(Kind::Propose, payload);
    EXPECT_EQ(bytes.size(), kHeaderBytes + payload.size() + kCheckBytes);
    const std::string more = bytes + "what follows";
    const auto front = front_frame(more);
    ASSERT_NE(frame_in(front), nullptr);
    EXPECT_EQ(frame_in(front)->kind, Kind::Propose);
    EXPECT_EQ(frame_in(front)->payload, payload);
    EXPECT_EQ(frame_in(front)->size, bytes.size());
    EXPECT_EQ(frame_in(front)->check, check_of(bytes));
  }
}

TEST(Frame, IsIncomplete_WhereverItIsCutShort) {
  const std::string bytes = framed(Kind::Propose, "hello");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto front = front_frame(std::string_view(bytes).substr(0, size));
    const auto* incomplete = std::get_if<Incomplete>(&front);
    ASSERT_NE(incomplete, nullptr) << size;
    EXPECT_EQ(incomplete->size_min, size < kHeaderBytes ? 14U : bytes.size());
  }
}

// Any one or two bits: CRC-32C tells them all apart at such lengths.
TEST(Frame, IsRefused_WhereverABitOrTwoAreFlipped) {
  const std::string sound = framed(Kind::Propose, "hello");
  const std::size_t bits = 8 * sound.size();
  for (std::size_t one = 0; one < bits; ++one) {
    for (std::size_t other = one; other < bits; ++other) {
      std::string bytes = sound;
      bytes[one / 8] ^= static_cast<char>(1U << one % 8);
      if (other != one) bytes[other / 8] ^= static_cast<char>(1U << other % 8);
      EXPECT_NE(problem_of(bytes), "") << one << ' ' << other;
    }
  }
}

TEST(Frame, SaysWhatIsWrongAndWhere) {
  const std::string sound = framed(Kind::Propose, "hello");
  const auto changed = [&](std::size_t at) {
    std::string bytes = sound;
    bytes[at] ^= 0x40;
    return problem_of(bytes);
  };
  EXPECT_EQ(changed(0), "byte 0: version 65 of the format, of which version 1 is known here");
  for (const std::size_t at : {1, 2, 5, 6, 9}) {
    EXPECT_EQ(changed(at), "byte 6: the header's check is wrong: damaged, or not a frame");
  }
  for (const std::size_t at : {10, 14, 15, 18}) {
    EXPECT_EQ(changed(at), "byte 15: the payload's check is wrong: damaged");
  }
}

TEST(Frame, IsRefused_WithAKindThatIsNone) {
  for (const int number : {0, 12, 31, 34, 63, 75, 97, 255}) {
    EXPECT_EQ(to_string(static_cast<Kind>(number)), nullptr);
    EXPECT_EQ(problem_of(framed(static_cast<Kind>(number), "")),
              "byte 1: no kind has the number " + std::to_string(number));
  }
}

TEST(Frame, IsRefused_BeforeAnybodyWaitsForAPayloadThatIsTooLong) {
  EXPECT_THROW(framed(Kind::Propose, std::string(kPayloadMax + 1, 'x')), std::length_error);
  const std::string longest = framed(Kind::Propose, std::string(kPayloadMax, 'x'));
  EXPECT_NE(frame_in(front_frame(longest)), nullptr);
  std::string header("\x01\x43\x01\x00\x00\x04", 6);
  const std::uint32_t check = checksum::crc32c(std::as_bytes(std::span(header)));
  for (unsigned i = 0; i < 4; ++i) header.push_back(static_cast<char>(check >> (8 * i)));
  EXPECT_EQ(problem_of(header), "byte 2: a payload of 67108865 bytes, more than 67108864");
}

TEST(Frame, GoesOnFromTheFrameBefore_AndFromNoOther) {
  const std::string first = framed(Kind::Propose, "one");
  const std::string second = framed(Kind::Propose, "two", check_of(first));
  EXPECT_EQ(problem_of(second, check_of(first)), "");
  EXPECT_NE(problem_of(second), "");
  EXPECT_NE(problem_of(second, check_of(second)), "");
}

}  // namespace
}  // namespace wire
