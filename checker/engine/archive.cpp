#include "checker/engine/archive.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "src/checksum/crc32c.hpp"

namespace engine {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie");

constexpr std::string_view kMagic = "RAFTCKPT";
constexpr std::uint32_t kFormat = 1;
constexpr std::string_view kSectionTag = "SECT";
constexpr std::string_view kEndTag = "DONE";
constexpr std::size_t kBlock = std::size_t{1} << 20U;
constexpr std::size_t kCrc = sizeof(std::uint32_t);
constexpr std::size_t kHeaderSize = 8 + 4 + kCrc;
constexpr std::size_t kSectionFixedSize = 4 + 4 + 8 + 4;  // before the name
constexpr std::size_t kEndSize = 4 + 4 + 8 + kCrc;
constexpr std::size_t kNameMax = 255;

constexpr const char* kRemedy = "; take another copy of the checkpoint, or begin the search anew";

std::uint32_t placed_crc(std::uint64_t place, std::span<const std::byte> bytes) {
  return checksum::crc32c(bytes, checksum::crc32c(std::as_bytes(std::span(&place, 1))));
}

void append(std::vector<std::byte>& bytes, std::span<const std::byte> added) {
  if (added.empty()) return;
  const std::size_t before = bytes.size();
  bytes.resize(before + added.size());
  std::memcpy(&bytes[before], added.data(), added.size());
}
void append(std::vector<std::byte>& bytes, std::string_view text) {
  append(bytes, std::as_bytes(std::span(text)));
}
template <std::unsigned_integral T>
void append(std::vector<std::byte>& bytes, T number) {
  append(bytes, std::as_bytes(std::span(&number, 1)));
}

template <Archivable T>
T number_at(std::span<const std::byte> bytes, std::size_t at) {
  T number;
  std::memcpy(&number, bytes.subspan(at, sizeof number).data(), sizeof number);
  return number;
}

bool has_text_at(std::span<const std::byte> bytes, std::size_t at, std::string_view text) {
  return std::ranges::equal(bytes.subspan(at, text.size()), std::as_bytes(std::span(text)));
}

std::string error_text(int error) { return std::generic_category().message(error); }

std::string in_quotes(std::string_view name) { return "\"" + std::string(name) + "\""; }

// Bytes of the file that `length` bytes of content take.
std::uint64_t size_with_crcs(std::uint64_t length) {
  return length + (length / kBlock + (length % kBlock != 0 ? 1 : 0)) * kCrc;
}

// Opens a file, or throws.
int opened(const std::filesystem::path& path, int flags) {
  constexpr mode_t kMode = 0666;  // less the user's mask
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, kMode);
  if (fd < 0) throw ArchiveError(path.string() + ": " + error_text(errno));
  return fd;
}

std::filesystem::path made(std::filesystem::path directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw ArchiveError(directory.string() + ": " + error.message());
  return directory;
}

}  // namespace

ArchiveWriter::Descriptor::~Descriptor() {
  if (fd >= 0) ::close(fd);
}

ArchiveWriter::Temporary::~Temporary() {
  if (!is_kept) ::unlink(path.c_str());
}

ArchiveWriter::ArchiveWriter(const std::filesystem::path& directory)
    : directory_path_(made(directory)),
      directory_(opened(directory, O_RDONLY | O_DIRECTORY)),
      partial_(directory / (std::string(kCheckpointFile) + ".partial")),
      file_(-1) {
  if (::flock(directory_.fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    partial_.is_kept = true;  // it is the other run's
    throw ArchiveError(directory.string() +
                       ": another run is writing a checkpoint here; name another directory");
  }
  file_.fd = opened(partial_.path, O_WRONLY | O_CREAT | O_TRUNC);
  block_.reserve(kBlock + kCrc);
  std::vector<std::byte> header;
  append(header, kMagic);
  append(header, kFormat);
  append(header, placed_crc(0, header));
  write_at(0, header);
  written_ = header.size();
}

ArchiveWriter::~ArchiveWriter() = default;

void ArchiveWriter::fail(int error) const {
  throw ArchiveError(partial_.path.string() + ": " + error_text(error) + ", " +
                     std::to_string(written_) +
                     " bytes into a new checkpoint; an older one is as it was");
}

void ArchiveWriter::write_at(std::uint64_t place, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file_.fd, bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail(count < 0 ? errno : ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    place += static_cast<std::uint64_t>(count);
  }
}

void ArchiveWriter::write_block() {
  if (block_.empty()) return;
  append(block_, placed_crc(written_, block_));
  write_at(written_, block_);
  written_ += block_.size();
  block_.clear();
}

std::vector<std::byte> ArchiveWriter::section_header() const {
  std::vector<std::byte> header;
  append(header, kSectionTag);
  append(header, version_);
  append(header, length_);
  append(header, static_cast<std::uint32_t>(section_.size()));
  append(header, section_);
  append(header, placed_crc(place_, header));
  return header;
}

void ArchiveWriter::begin_section(std::string_view name, std::uint32_t version) {
  if (!section_.empty()) throw std::logic_error("a section is begun within section " + section_);
  if (name.empty() || name.size() > kNameMax || std::ranges::find(names_, name) != names_.end()) {
    throw std::logic_error("no name for a new section: " + in_quotes(name));
  }
  section_ = name;
  version_ = version;
  place_ = written_;
  length_ = 0;
  const std::vector<std::byte> header = section_header();  // again in the end, with the length
  write_at(written_, header);
  written_ += header.size();
}

void ArchiveWriter::put_bytes(std::span<const std::byte> bytes) {
  if (section_.empty()) throw std::logic_error("a checkpoint is written to outside any section");
  length_ += bytes.size();
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kBlock - block_.size());
    append(block_, bytes.first(count));
    bytes = bytes.subspan(count);
    if (block_.size() == kBlock) write_block();
  }
}

void ArchiveWriter::end_section() {
  if (section_.empty()) throw std::logic_error("a section is ended that was not begun");
  write_block();
  write_at(place_, section_header());
  names_.push_back(section_);
  section_.clear();
}

void ArchiveWriter::commit() {
  if (!section_.empty()) throw std::logic_error("section " + section_ + " is not ended");
  std::vector<std::byte> end;
  append(end, kEndTag);
  append(end, static_cast<std::uint32_t>(names_.size()));
  append(end, written_ + kEndSize);
  append(end, placed_crc(written_, end));
  write_at(written_, end);
  written_ += end.size();
  if (::fsync(file_.fd) != 0) fail(errno);
  const std::filesystem::path final_path = directory_path_ / kCheckpointFile;
  if (::rename(partial_.path.c_str(), final_path.c_str()) != 0) fail(errno);
  partial_.is_kept = true;
  // The new name too, so that it outlives a machine that dies. Some file systems know no such call.
  if (::fsync(directory_.fd) != 0 && errno != EINVAL && errno != ENOTSUP) fail(errno);
}

ArchiveReader::ArchiveReader(const std::filesystem::path& directory)
    : path_(directory / kCheckpointFile), file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (file_.fd < 0) {
    const int error = errno;
    throw ArchiveError(path_.string() + ": " + error_text(error) +
                       (error == ENOENT ? "; there is no checkpoint in this directory" : ""));
  }
  struct stat status{};
  if (::fstat(file_.fd, &status) != 0)
    throw ArchiveError(path_.string() + ": " + error_text(errno));
  if (!S_ISREG(status.st_mode)) throw ArchiveError(path_.string() + ": not a file");
  size_ = static_cast<std::uint64_t>(status.st_size);
  find_sections();
}

ArchiveReader::~ArchiveReader() = default;

void ArchiveReader::refuse_at(std::uint64_t place, const std::string& what,
                              const std::string& why) const {
  throw ArchiveError(path_.string() + ": " + what + ", at offset " + std::to_string(place) + ": " +
                     why + kRemedy);
}

void ArchiveReader::refuse(const std::string& why) const {
  refuse_at(block_place_ + taken_,
            open_ == nullptr ? "the file" : "section " + in_quotes(open_->name), why);
}

void ArchiveReader::read_at(std::uint64_t place, std::span<std::byte> bytes,
                            const std::string& what) const {
  if (place > size_ || bytes.size() > size_ - place) {
    refuse_at(size_, what, "the file ends too early");
  }
  while (!bytes.empty()) {
    const ssize_t count = ::pread(file_.fd, bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse_at(place, what, error_text(errno));
    if (count == 0) refuse_at(place, what, "the file ends too early");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    place += static_cast<std::uint64_t>(count);
  }
}

std::vector<std::byte> ArchiveReader::read_part(std::uint64_t place, std::uint64_t size,
                                                const std::string& what) {
  if (place > size_ || size + kCrc > size_ - place)
    refuse_at(size_, what, "the file ends too early");
  std::vector<std::byte> part = std::move(block_);  // its memory, used again
  part.resize(size + kCrc);
  read_at(place, part, what);
  const auto expected = number_at<std::uint32_t>(part, size);
  part.resize(size);
  if (placed_crc(place, part) != expected) {
    refuse_at(place, what, "damaged: " + std::to_string(size) + " bytes have another checksum");
  }
  return part;
}

void ArchiveReader::find_sections() {
  std::vector<std::byte> header(kMagic.size() + sizeof kFormat);
  read_at(0, header, "the header");
  if (!has_text_at(header, 0, kMagic)) refuse_at(0, "the header", "not a checkpoint");
  if (const auto format = number_at<std::uint32_t>(header, kMagic.size()); format != kFormat) {
    refuse_at(kMagic.size(), "the header",
              "format " + std::to_string(format) + ", and this program reads format " +
                  std::to_string(kFormat));
  }
  block_ = read_part(0, header.size(), "the header");
  std::uint64_t place = kHeaderSize;
  for (;;) {
    const std::string what = "the header of section " + std::to_string(sections_.size() + 1);
    std::vector<std::byte> fixed(kSectionFixedSize);
    read_at(place, std::span(fixed).first(kEndTag.size()), what);
    if (has_text_at(fixed, 0, kEndTag)) break;
    read_at(place, fixed, what);
    const auto name_size = number_at<std::uint32_t>(fixed, 16);
    if (!has_text_at(fixed, 0, kSectionTag) || name_size > kNameMax) {
      refuse_at(place, what, "damaged: no section begins here");
    }
    block_ = read_part(place, kSectionFixedSize + name_size, what);
    Section section{.name = {},
                    .version = number_at<std::uint32_t>(block_, 4),
                    .place = place + block_.size() + kCrc,
                    .length = number_at<std::uint64_t>(block_, 8)};
    for (const std::byte letter : std::span(block_).subspan(kSectionFixedSize)) {
      section.name += std::to_integer<char>(letter);
    }
    if (section.length > size_ || size_with_crcs(section.length) > size_ - section.place) {
      refuse_at(size_, "section " + in_quotes(section.name), "the file ends too early");
    }
    place = section.place + size_with_crcs(section.length);
    sections_.push_back(std::move(section));
  }
  check_end(place);
}

void ArchiveReader::check_end(std::uint64_t place) {
  const std::string what = "the end";
  block_ = read_part(place, kEndSize - kCrc, what);
  if (number_at<std::uint32_t>(block_, 4) != sections_.size()) {
    refuse_at(place, what, "damaged: a section is missing");
  }
  if (number_at<std::uint64_t>(block_, 8) != size_) {
    refuse_at(place, what, "damaged: the file has another size than when it was written");
  }
}

void ArchiveReader::open_section(std::string_view name, std::uint32_t version) {
  open_ = nullptr;
  const auto found = std::ranges::find(sections_, name, &Section::name);
  if (found == sections_.end()) {
    refuse_at(size_, "section " + in_quotes(name), "missing");
  }
  if (found->version != version) {
    refuse_at(found->place, "section " + in_quotes(name),
              "version " + std::to_string(found->version) + ", and this program reads version " +
                  std::to_string(version));
  }
  open_ = &*found;
  remaining_ = open_->length;
  block_place_ = next_block_ = open_->place;
  block_.clear();
  taken_ = 0;
}

void ArchiveReader::close_section() {
  if (open_ == nullptr) throw std::logic_error("a section is closed that was not opened");
  if (remaining_ != 0) refuse(std::to_string(remaining_) + " bytes too many");
  open_ = nullptr;
}

void ArchiveReader::read_block() {
  const std::uint64_t size = std::min<std::uint64_t>(remaining_, kBlock);
  block_ = read_part(next_block_, size, "section " + in_quotes(open_->name));
  block_place_ = next_block_;
  next_block_ += size + kCrc;
  taken_ = 0;
}

void ArchiveReader::get_bytes(std::span<std::byte> bytes) {
  if (open_ == nullptr) throw std::logic_error("a checkpoint is read outside any section");
  if (bytes.size() > remaining_) refuse("more is expected in the section than there is");
  while (!bytes.empty()) {
    if (taken_ == block_.size()) read_block();
    const std::size_t count = std::min(bytes.size(), block_.size() - taken_);
    std::memcpy(bytes.data(), block_.data() + taken_, count);
    bytes = bytes.subspan(count);
    taken_ += count;
    remaining_ -= count;
  }
}

std::size_t ArchiveReader::get_count(std::size_t bytes_each) {
  const std::uint64_t count = get_u64();
  if (count > remaining_ / bytes_each) {
    refuse(std::to_string(count) + " items are announced, more than there is room for");
  }
  return static_cast<std::size_t>(count);
}

std::string ArchiveReader::get_text() {
  std::string text(get_count(1), '\0');
  get_bytes(std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace engine
