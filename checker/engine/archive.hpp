// Checkpoints: what a search must know to go on, in one file of a directory.
//
// A checkpoint is written beside the one that is there, forced to the disk, and then takes its
// place by a rename: whenever the program or the machine dies, the directory holds the old
// checkpoint or the new one, whole. It is written and read as a stream, 1 MiB at a time, since it
// may be larger than what memory is left.
//
// The file, all numbers little-endian:
//
//   header    "RAFTCKPT", u32 format, u32 crc
//   section*  "SECT", u32 version, u64 length, u32 size of the name, the name, u32 crc;
//             then the content in blocks of 1 MiB (the last one shorter), a u32 crc after each
//   end       "DONE", u32 number of sections, u64 size of the file, u32 crc
//
// Every crc is a CRC-32C of its place in the file (u64) and then of what stands before it, back to
// the crc before: so a part that is damaged, missing, or at another's place is noticed before any
// byte of it is handed out. A section's version is its writer's own.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace engine {

// A checkpoint that cannot be written, or one that is not to be trusted: says which file, which
// section, where, and what to do.
class ArchiveError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What an archive takes as it lies in memory: no padding, no pointers, no flags to get wrong.
template <class T>
concept Archivable =
    std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T> &&
    !std::is_pointer_v<T> && !std::same_as<T, bool>;

inline constexpr std::string_view kCheckpointFile = "checkpoint";  // in its directory

class ArchiveWriter {
 public:
  // Begins a checkpoint in `directory`, which is made if it is not there. One writer at a time.
  explicit ArchiveWriter(const std::filesystem::path& directory);
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;
  // Without commit(), the checkpoint that was there stays, and nothing of this one.
  ~ArchiveWriter();

  // Sections follow one another; each name once.
  void begin_section(std::string_view name, std::uint32_t version);
  void end_section();

  // Into the section that was begun.
  void put_bytes(std::span<const std::byte> bytes);
  void put_u8(std::uint8_t value) { put_item(value); }
  void put_u32(std::uint32_t value) { put_item(value); }
  void put_u64(std::uint64_t value) { put_item(value); }
  template <Archivable T>
  void put_item(const T& item) {
    put_bytes(std::as_bytes(std::span(&item, 1)));
  }
  // With how many there are in front.
  template <Archivable T>
  void put_list(std::span<const T> items) {
    put_u64(items.size());
    put_bytes(std::as_bytes(items));
  }
  template <Archivable T>
  void put_list(const std::vector<T>& items) {
    put_list(std::span<const T>(items));
  }
  void put_text(std::string_view text) { put_list(std::span(text.data(), text.size())); }

  // Makes this checkpoint the directory's, once it is on the disk.
  void commit();
  [[nodiscard]] std::uint64_t size() const { return written_; }  // bytes of the file so far

 private:
  // Closes a file at the end.
  struct Descriptor {
    explicit Descriptor(int opened) : fd(opened) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();
    int fd;
  };
  // Removes a file at the end, unless it has got another name by then.
  struct Temporary {
    explicit Temporary(std::filesystem::path name) : path(std::move(name)) {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary();
    std::filesystem::path path;
    bool is_kept = false;
  };
  friend class ArchiveReader;

  void write_at(std::uint64_t place, std::span<const std::byte> bytes);
  void write_block();
  [[nodiscard]] std::vector<std::byte> section_header() const;
  [[noreturn]] void fail(int error) const;

  std::filesystem::path directory_path_;
  Descriptor directory_;
  Temporary partial_;
  Descriptor file_;
  std::uint64_t written_ = 0;

  std::vector<std::byte> block_;  // of the section's content, not yet written
  std::string section_;           // empty: none is begun
  std::uint32_t version_ = 0;     // of the section
  std::uint64_t place_ = 0;       // of the section's header
  std::uint64_t length_ = 0;      // of its content so far
  std::vector<std::string> names_;
};

class ArchiveReader {
 public:
  // Finds all sections of the directory's checkpoint, so one that is cut short is refused at once.
  explicit ArchiveReader(const std::filesystem::path& directory);
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;
  ~ArchiveReader();

  [[nodiscard]] const std::filesystem::path& file() const { return path_; }

  // In any order, each as often as one likes. Refuses a section that is missing or has another
  // version.
  void open_section(std::string_view name, std::uint32_t version);
  // Refuses a section of which something is left.
  void close_section();
  [[nodiscard]] std::uint64_t remaining() const { return remaining_; }  // bytes of the section

  // Each refuses to read beyond the section, and allocates nothing for what is not there.
  void get_bytes(std::span<std::byte> bytes);
  std::uint8_t get_u8() { return get_item<std::uint8_t>(); }
  std::uint32_t get_u32() { return get_item<std::uint32_t>(); }
  std::uint64_t get_u64() { return get_item<std::uint64_t>(); }
  template <Archivable T>
  T get_item() {
    T item;
    get_bytes(std::as_writable_bytes(std::span(&item, 1)));
    return item;
  }
  template <Archivable T>
  std::vector<T> get_list() {
    std::vector<T> items;
    get_list(items);
    return items;
  }
  // Into a vector whose memory is used again.
  template <Archivable T>
  void get_list(std::vector<T>& items) {
    items.resize(get_count(sizeof(T)));
    get_bytes(std::as_writable_bytes(std::span(items)));
  }
  std::string get_text();
  // How many items follow, of at least `bytes_each`; refuses a number for which the section is too
  // short.
  std::size_t get_count(std::size_t bytes_each);

  // For a loader that finds what no writer writes: throws, naming file, section and place.
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  struct Section {
    std::string name;
    std::uint32_t version = 0;
    std::uint64_t place = 0;  // of its content
    std::uint64_t length = 0;
  };
  void find_sections();
  void check_end(std::uint64_t place);
  void read_block();
  // Reads bytes that are followed by their crc; `what` names them for the error.
  std::vector<std::byte> read_part(std::uint64_t place, std::uint64_t size,
                                   const std::string& what);
  void read_at(std::uint64_t place, std::span<std::byte> bytes, const std::string& what) const;
  [[noreturn]] void refuse_at(std::uint64_t place, const std::string& what,
                              const std::string& why) const;

  std::filesystem::path path_;
  ArchiveWriter::Descriptor file_;
  std::uint64_t size_ = 0;
  std::vector<Section> sections_;

  const Section* open_ = nullptr;
  std::uint64_t remaining_ = 0;    // of the open section: in the block and beyond
  std::uint64_t block_place_ = 0;  // of the block that was read last
  std::uint64_t next_block_ = 0;   // where the next one begins
  std::vector<std::byte> block_;
  std::size_t taken_ = 0;  // bytes of the block
};

}  // namespace engine
