// CRC-32C (Castagnoli, reflected; the checksum of RFC 3720, appendix B.4): detects what a disk, a
// copy or a crash does to a file. No defence against anybody who means it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace checksum {

// The checksum of what `crc` is the checksum of, followed by `bytes`; of nothing it is 0. Takes the
// processor's own instruction where there is one.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

// The same without the instruction: eight tables, eight bytes at a time.
std::uint32_t crc32c_by_tables(std::span<const std::byte> bytes, std::uint32_t crc = 0);

}  // namespace checksum
