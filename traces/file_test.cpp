#include "traces/file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "traces/json.hpp"
#include "traces/test_traces.hpp"

namespace traces {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, gone afterwards.
class Files : public testing::Test {
 protected:
  Files()
      : folder_(fs::path(testing::TempDir()) / ("raftcheck_files_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~Files() override { fs::remove_all(folder_); }

  [[nodiscard]] fs::path path(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

 private:
  fs::path folder_;
};

std::string content_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void put(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// Within its life no file grows beyond `bytes`: writing fails as on a full disk.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(Files, ATraceReplacesAnOlderOne_AndLeavesNothingBeside) {
  put(path("t.json"), "old");
  const Result<void> written = write_trace(path("t.json"), samples::every_action());
  ASSERT_TRUE(written) << written.error();
  EXPECT_EQ(content_of(path("t.json")), to_json(samples::every_action()));
  EXPECT_EQ(count(), 1U);
}

TEST_F(Files, TheOldTraceStays_WhenTheDiskIsFull) {
  put(path("t.json"), "old");
  const SmallDisk disk(1000);
  const Result<void> written = write_trace(path("t.json"), samples::every_action());
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().find("t.json: cannot be written: File too large"), std::string::npos)
      << written.error();
  EXPECT_EQ(content_of(path("t.json")), "old");
  EXPECT_EQ(count(), 1U);
}

TEST_F(Files, AFullDeviceIsNoticed_AndNotReplacedByAFile) {
  const Result<void> written = write_trace("/dev/full", samples::every_action());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error(), "/dev/full: cannot be written: No space left on device");
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(Files, ADeviceIsWrittenInPlace) {
  EXPECT_TRUE(write_trace("/dev/null", samples::every_action()));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(Files, ALinkIsFollowed_AndStaysALink) {
  put(path("target.json"), "old");
  fs::create_symlink("target.json", path("link.json"));
  ASSERT_TRUE(write_trace(path("link.json"), samples::every_action()));
  EXPECT_TRUE(fs::is_symlink(path("link.json")));
  EXPECT_EQ(content_of(path("target.json")), to_json(samples::every_action()));
  fs::create_symlink("new.json", path("dangling.json"));
  ASSERT_TRUE(write_trace(path("dangling.json"), samples::every_action()));
  EXPECT_TRUE(fs::is_regular_file(path("new.json")));
}

TEST_F(Files, ATraceThatWouldNotReadBackIsNotWritten) {
  Trace trace = samples::every_action();
  trace.steps[3].action.command = "\xff";
  Result<void> written = write_trace(path("t.json"), trace);
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().find("not UTF-8"), std::string::npos) << written.error();
  trace = samples::every_action();
  trace.steps[1].sent[0].message.to = 9;
  written = write_trace(path("t.json"), trace);
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().find("/steps/1/sent/0/to"), std::string::npos) << written.error();
  EXPECT_EQ(count(), 0U);
}

TEST_F(Files, AMissingFolderIsNamed) {
  const Result<void> written = write_trace(path("no/t.json"), samples::every_action());
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().find("t.json: cannot be created: No such file"), std::string::npos);
  EXPECT_FALSE(check_writable(path("no/t.json")));
  EXPECT_FALSE(check_writable(path(".")));
  EXPECT_FALSE(write_trace(path("."), samples::every_action()));
}

TEST_F(Files, CheckingLeavesNothingBehind) {
  put(path("t.json"), "old");
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_TRUE(check_writable(path("t.json")));
  EXPECT_TRUE(check_writable(path("new.json")));
  EXPECT_TRUE(check_writable("/dev/null"));
  EXPECT_TRUE(check_writable(path("pipe")));  // and does not wait for a reader
  EXPECT_EQ(content_of(path("t.json")), "old");
  EXPECT_EQ(count(), 2U);
}

TEST_F(Files, ReadingNamesTheFile_WhenThereIsNoneOrItIsDamaged) {
  Result<Trace> trace = read_trace(path("none.json"));
  ASSERT_FALSE(trace);
  EXPECT_EQ(trace.error(),
            path("none.json").string() + ": cannot be opened: No such file or directory");
  trace = read_trace(path("."));
  ASSERT_FALSE(trace);
  EXPECT_NE(trace.error().find("cannot be read: Is a directory"), std::string::npos);
  put(path("cut.json"), "{\"format\": ");
  trace = read_trace(path("cut.json"));
  ASSERT_FALSE(trace);
  EXPECT_TRUE(trace.error().starts_with(path("cut.json").string() + ": line 1, column 12"))
      << trace.error();
}

TEST_F(Files, ReadingEnds_WhenTheFileDoesNot) {
  const Result<Trace> trace = read_trace("/dev/zero");
  ASSERT_FALSE(trace);
  EXPECT_EQ(trace.error(), "/dev/zero: larger than 64 MiB, the most that is read of a trace");
}

TEST(Results, ThrowWhenAskedForWhatIsNotThere) {
  const Result<int> good = 7;
  EXPECT_EQ(*good, 7);
  EXPECT_THROW(static_cast<void>(good.error()), BadResultAccess);
  const Result<int> bad = Failure{"why"};
  EXPECT_EQ(bad.error(), "why");
  EXPECT_THROW(static_cast<void>(bad.value()), BadResultAccess);
  const Result<void> nothing;
  EXPECT_NO_THROW(nothing.value());
  EXPECT_THROW(static_cast<void>(nothing.error()), BadResultAccess);
  EXPECT_THROW(Result<void>(Failure{"why"}).value(), BadResultAccess);
}

}  // namespace
}  // namespace traces
