// Checkpoints come back as they were written, or not at all.
#include "checker/engine/archive.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <numeric>

#include "checker/engine/temporary_folder.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

class Folder : public TemporaryFolder {
 public:
  [[nodiscard]] fs::path checkpoint() const { return path() / kCheckpointFile; }
};

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// What `call` is refused with; empty if it is not.
std::string refusal_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const ArchiveError& error) {
    return error.what();
  }
  return "";
}

std::vector<std::uint32_t> many() {
  std::vector<std::uint32_t> numbers(1'000'003);  // some four blocks, the last one short
  std::iota(numbers.begin(), numbers.end(), 7U);
  return numbers;
}

void write_small(const fs::path& directory) {
  ArchiveWriter writer(directory);
  writer.begin_section("first", 1);
  writer.put_u8(200);
  writer.put_u32(3'000'000'000);
  writer.put_u64(1ULL << 60U);
  writer.put_text("a name");
  writer.end_section();
  writer.begin_section("empty", 2);
  writer.end_section();
  writer.begin_section("last", 3);
  writer.put_list(std::vector<std::uint32_t>{1, 2, 3});
  writer.end_section();
  writer.commit();
}

void read_small(const fs::path& directory) {
  ArchiveReader reader(directory);
  reader.open_section("last", 3);  // in another order than written
  EXPECT_EQ(reader.get_list<std::uint32_t>(), (std::vector<std::uint32_t>{1, 2, 3}));
  reader.close_section();
  reader.open_section("first", 1);
  EXPECT_EQ(reader.get_u8(), 200U);
  EXPECT_EQ(reader.get_u32(), 3'000'000'000U);
  EXPECT_EQ(reader.get_u64(), 1ULL << 60U);
  EXPECT_EQ(reader.get_text(), "a name");
  reader.close_section();
  reader.open_section("empty", 2);
  EXPECT_EQ(reader.remaining(), 0U);
  reader.close_section();
}

TEST(Archive, ReadsWhatWasWritten) {
  const Folder folder;
  write_small(folder.path());
  read_small(folder.path());
  EXPECT_EQ(folder.files(), 1U);
}

TEST(Archive, ReadsSectionsOfManyBlocks_InPiecesOfAnySize) {
  const Folder folder;
  const std::vector<std::uint32_t> numbers = many();
  {
    ArchiveWriter writer(folder.path() / "made" / "here");
    writer.begin_section("numbers", 1);
    writer.put_list(numbers);
    for (const std::uint32_t number : numbers) writer.put_u32(number);
    writer.end_section();
    writer.begin_section("block", 1);  // exactly one
    writer.put_bytes(std::vector<std::byte>(std::size_t{1} << 20U, std::byte{5}));
    writer.end_section();
    writer.commit();
    EXPECT_EQ(writer.size(), fs::file_size(folder.path() / "made" / "here" / kCheckpointFile));
  }
  ArchiveReader reader(folder.path() / "made" / "here");
  reader.open_section("numbers", 1);
  EXPECT_EQ(reader.get_list<std::uint32_t>(), numbers);
  std::size_t same = 0;
  for (const std::uint32_t number : numbers) same += reader.get_u32() == number ? 1U : 0U;
  EXPECT_EQ(same, numbers.size());
  reader.close_section();
  reader.open_section("block", 1);
  EXPECT_EQ(reader.remaining(), std::uint64_t{1} << 20U);
  std::vector<std::byte> block(std::size_t{1} << 20U);
  reader.get_bytes(block);
  EXPECT_EQ(block, std::vector<std::byte>(std::size_t{1} << 20U, std::byte{5}));
  reader.close_section();
}

TEST(Archive, IsRefused_WhateverByteIsDamaged) {
  const Folder folder;
  write_small(folder.path());
  const std::string whole = bytes_of(folder.checkpoint());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned bit : {0U, 7U}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
      write_bytes(folder.checkpoint(), damaged);
      const std::string refusal = refusal_of([&] { read_small(folder.path()); });
      EXPECT_NE(refusal, "") << at;
      EXPECT_NE(refusal.find(folder.checkpoint().string()), std::string::npos) << refusal;
      EXPECT_NE(refusal.find("at offset "), std::string::npos) << refusal;
      EXPECT_NE(refusal.find("take another copy"), std::string::npos) << refusal;
    }
  }
}

TEST(Archive, IsRefused_WhereverItIsCutShortOrWhateverFollowsIt) {
  const Folder folder;
  write_small(folder.path());
  const std::string whole = bytes_of(folder.checkpoint());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_bytes(folder.checkpoint(), whole.substr(0, size));
    const std::string refusal = refusal_of([&] { ArchiveReader reader(folder.path()); });
    EXPECT_NE(refusal.find("the file ends too early"), std::string::npos) << size << refusal;
  }
  write_bytes(folder.checkpoint(), whole + "x");
  EXPECT_NE(refusal_of([&] { ArchiveReader reader(folder.path()); }), "");
}

TEST(Archive, SaysWhichSectionIsDamagedAndWhere) {
  const Folder folder;
  {
    ArchiveWriter writer(folder.path());
    writer.begin_section("numbers", 1);
    writer.put_list(many());
    writer.end_section();
    writer.commit();
  }
  std::string damaged = bytes_of(folder.checkpoint());
  damaged[2'500'000] = static_cast<char>(damaged[2'500'000] + 1);
  write_bytes(folder.checkpoint(), damaged);
  ArchiveReader reader(folder.path());
  reader.open_section("numbers", 1);
  std::vector<std::uint32_t> numbers;
  const std::string refusal = refusal_of([&] { numbers = reader.get_list<std::uint32_t>(); });
  EXPECT_NE(refusal.find("section \"numbers\""), std::string::npos) << refusal;
  // The third block: after header, section header and two blocks, each with its checksum.
  const std::size_t place = 16 + 31 + 2 * ((std::size_t{1} << 20U) + 4);
  EXPECT_NE(refusal.find("at offset " + std::to_string(place)), std::string::npos) << refusal;
  EXPECT_TRUE(numbers.empty());
}

TEST(Archive, IsRefused_WhenTwoBlocksAreExchanged) {
  const Folder folder;
  {
    ArchiveWriter writer(folder.path());
    writer.begin_section("numbers", 1);
    writer.put_list(many());
    writer.end_section();
    writer.commit();
  }
  std::string bytes = bytes_of(folder.checkpoint());
  constexpr std::size_t kStride = (std::size_t{1} << 20U) + 4;
  std::swap_ranges(bytes.begin() + 47, bytes.begin() + 47 + kStride, bytes.begin() + 47 + kStride);
  write_bytes(folder.checkpoint(), bytes);
  ArchiveReader reader(folder.path());
  reader.open_section("numbers", 1);
  EXPECT_NE(refusal_of([&] { reader.get_u64(); }).find("another checksum"), std::string::npos);
}

TEST(Archive, RefusesASectionThatIsMissingOrOfAnotherVersion) {
  const Folder folder;
  write_small(folder.path());
  ArchiveReader reader(folder.path());
  const std::string missing = refusal_of([&] { reader.open_section("other", 1); });
  EXPECT_NE(missing.find("section \"other\""), std::string::npos) << missing;
  EXPECT_NE(missing.find("missing"), std::string::npos) << missing;
  const std::string version = refusal_of([&] { reader.open_section("last", 4); });
  EXPECT_NE(version.find("version 3, and this program reads version 4"), std::string::npos);
}

TEST(Archive, RefusesAFileOfAnotherFormatAndWhatIsNoCheckpoint) {
  const Folder folder;
  EXPECT_NE(refusal_of([&] { ArchiveReader reader(folder.path()); }).find("there is no checkpoint"),
            std::string::npos);
  write_small(folder.path());
  std::string bytes = bytes_of(folder.checkpoint());
  bytes[8] = 9;
  write_bytes(folder.checkpoint(), bytes);
  EXPECT_NE(refusal_of([&] { ArchiveReader reader(folder.path()); }).find("format 9, and this"),
            std::string::npos);
  write_bytes(folder.checkpoint(), "once upon a time there was a file");
  EXPECT_NE(refusal_of([&] { ArchiveReader reader(folder.path()); }).find("not a checkpoint"),
            std::string::npos);
  fs::remove(folder.checkpoint());
  fs::create_directory(folder.checkpoint());
  EXPECT_NE(refusal_of([&] { ArchiveReader reader(folder.path()); }).find("not a file"),
            std::string::npos);
}

// A list's length is the one number that could ask for memory.
TEST(Archive, AllocatesNothing_ForALengthThatTheSectionCannotHave) {
  const Folder folder;
  {
    ArchiveWriter writer(folder.path());
    writer.begin_section("list", 1);
    writer.put_u64(~std::uint64_t{0} / 2);
    writer.put_u32(1);
    writer.end_section();
    writer.commit();
  }
  const std::vector<std::function<void(ArchiveReader&)>> reads{
      [](ArchiveReader& reader) { reader.get_list<std::uint32_t>(); },
      [](ArchiveReader& reader) { reader.get_text(); },
      [](ArchiveReader& reader) { reader.get_count(1); }};
  for (const auto& read : reads) {
    ArchiveReader reader(folder.path());
    reader.open_section("list", 1);
    EXPECT_NE(refusal_of([&] { read(reader); }).find("items are announced"), std::string::npos);
  }
}

TEST(Archive, RefusesToReadBeyondASectionOrToLeaveSomethingOfIt) {
  const Folder folder;
  write_small(folder.path());
  ArchiveReader reader(folder.path());
  reader.open_section("empty", 2);
  EXPECT_NE(refusal_of([&] { reader.get_u8(); }), "");
  reader.open_section("first", 1);
  reader.get_u8();
  EXPECT_NE(refusal_of([&] { reader.close_section(); }).find("bytes too many"), std::string::npos);
}

TEST(Archive, StaysAsItWas_WhenANewOneIsNotCommitted) {
  const Folder folder;
  write_small(folder.path());
  {
    ArchiveWriter writer(folder.path());
    writer.begin_section("first", 1);
    writer.put_list(many());
    EXPECT_EQ(folder.files(), 2U);
  }
  EXPECT_EQ(folder.files(), 1U);
  read_small(folder.path());
}

TEST(Archive, IsReplaced_OverWhatARunThatWasKilledLeftBehind) {
  const Folder folder;
  write_bytes(folder.path() / "checkpoint.partial", std::string(100'000, 'x'));
  write_small(folder.path());
  read_small(folder.path());
  EXPECT_EQ(folder.files(), 1U);
  write_small(folder.path());
  read_small(folder.path());
}

// A file that may not grow stands for a disk that is full.
TEST(Archive, StaysAsItWas_WhenTheDiskIsFull) {
  const Folder folder;
  write_small(folder.path());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{2'000'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string refusal = refusal_of([&] {
    ArchiveWriter writer(folder.path());
    writer.begin_section("numbers", 1);
    writer.put_list(many());
    writer.end_section();
    writer.commit();
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  static_cast<void>(std::signal(SIGXFSZ, handler));
  EXPECT_NE(refusal.find("File too large"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("an older one is as it was"), std::string::npos) << refusal;
  EXPECT_EQ(folder.files(), 1U);
  read_small(folder.path());
}

TEST(Archive, IsRefused_WhereTheDirectoryCannotBeMadeOrAnotherRunWrites) {
  const Folder folder;
  write_bytes(folder.path() / "file", "x");
  EXPECT_NE(refusal_of([&] { ArchiveWriter writer(folder.path() / "file"); }), "");
  write_small(folder.path());
  {
    ArchiveWriter writer(folder.path());
    const std::string refusal = refusal_of([&] { ArchiveWriter other(folder.path()); });
    EXPECT_NE(refusal.find("another run is writing"), std::string::npos) << refusal;
    writer.commit();  // the other one took nothing away
  }
  ArchiveReader reader(folder.path());
}

TEST(Archive, HoldsItsWriterToTheOrderOfSections) {
  const Folder folder;
  ArchiveWriter writer(folder.path());
  EXPECT_THROW(writer.put_u8(1), std::logic_error);
  EXPECT_THROW(writer.end_section(), std::logic_error);
  EXPECT_THROW(writer.begin_section("", 1), std::logic_error);
  writer.begin_section("one", 1);
  EXPECT_THROW(writer.begin_section("two", 1), std::logic_error);
  EXPECT_THROW(writer.commit(), std::logic_error);
  writer.end_section();
  EXPECT_THROW(writer.begin_section("one", 1), std::logic_error);
}

}  // namespace
}  // namespace engine
