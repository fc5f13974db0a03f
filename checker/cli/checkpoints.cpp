#include "checker/cli/checkpoints.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "checker/cli/text.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"
#include "src/checksum/crc32c.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSection = "run";
constexpr std::uint32_t kSectionVersion = 1;
constexpr const char* kProgram = "program";
constexpr const char* kBug = "bug";
constexpr const char* kBugLibrary = "bug library";
constexpr const char* kProperties = "properties";
constexpr const char* kNone = "none";

// "CRC-32C 1a2b3c4d of 12345 bytes".
std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<char> buffer(std::size_t{1} << 16U);
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  while (stream) {
    stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto count = static_cast<std::size_t>(stream.gcount());
    crc = checksum::crc32c(std::as_bytes(std::span(buffer.data(), count)), crc);
    size += count;
  }
  if (!stream.eof()) throw UsageError(fmt::format("{}: it can't be read", file.string()));
  return fmt::format("CRC-32C {:08x} of {} bytes", crc, size);
}

bool is_flag(const std::string& name) {
  return name != kProgram && name != kBug && name != kBugLibrary && name != kProperties;
}

void put_record(const RunRecord& record, double seconds, engine::ArchiveWriter& writer) {
  writer.begin_section(kSection, kSectionVersion);
  writer.put_u64(record.size());
  for (const auto& [name, value] : record) {
    writer.put_text(name);
    writer.put_text(value);
  }
  writer.put_u64(static_cast<std::uint64_t>(seconds * 1e6));
  writer.end_section();
}

}  // namespace

RunRecord record_of(const Plan& plan, const std::optional<Bug>& bug) {
  RunRecord record;
  for (const auto& [name, value] : plan.values.all()) {
    if (!is_limit(name)) record[name] = value;
  }
  // The program's bytes, not its version alone: what is checked is its code.
  record[kProgram] = fmt::format("raftcheck {}, {}", kVersion, content_of("/proc/self/exe"));
  record[kBug] = bug ? bug->name : kNone;
  record[kBugLibrary] = bug ? content_of(bug->library) : kNone;
  record[kProperties] = fmt::format("{}", fmt::join(property_names(plan.options.properties), " "));
  return record;
}

Resumption::Resumption(const std::string& directory) : directory_(directory), reader_(directory) {
  reader_.open_section(kSection, kSectionVersion);
  const std::size_t count = reader_.get_count(2 * sizeof(std::uint64_t));
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = reader_.get_text();
    record_[std::move(name)] = reader_.get_text();
  }
  seconds_ = static_cast<double>(reader_.get_u64()) / 1e6;
  reader_.close_section();
  for (const char* name : {kProgram, kBug, kBugLibrary, kProperties}) {
    if (!record_.contains(name)) reader_.refuse(fmt::format("nothing is said of the {}", name));
  }
}

std::string Resumption::bug() const {
  const std::string& bug = record_.at(kBug);
  return bug == kNone ? "" : bug;
}

std::vector<std::string> Resumption::properties() const {
  return words_of(record_.at(kProperties));
}

std::map<std::string, std::string> Resumption::flags() const {
  std::map<std::string, std::string> flags;
  for (const auto& [name, value] : record_) {
    if (is_flag(name)) flags.emplace(name, value);
  }
  return flags;
}

void Resumption::refuse(const std::string& flag, const std::string& value,
                        const std::string& name) const {
  throw UsageError(
      fmt::format("--{} {}: the checkpoint in {} was made with --{} {}; leave this flag out, or "
                  "begin anew without --resume",
                  flag, value, directory_, flag, record_.at(name)));
}

void Resumption::require_given(const std::map<std::string, std::string>& flags,
                               const std::string& bug) const {
  for (const auto& [name, value] : flags) {
    const auto found = record_.find(name);
    if (found != record_.end() && found->second != value) refuse(name, value, name);
  }
  if (!bug.empty() && bug != record_.at(kBug)) refuse(kBug, bug, kBug);
}

void Resumption::require_same(const RunRecord& run) const {
  for (const auto& [name, value] : run) {
    const auto found = record_.find(name);
    const std::string was = found == record_.end() ? "nothing" : found->second;
    if (was == value) continue;
    if (name == kProperties) refuse("property", value, name);
    throw UsageError(fmt::format(
        "--resume {}: the checkpoint was made with another {}: {}; here it is: {}; resume with "
        "what made it, or begin anew",
        directory_, is_flag(name) ? "--" + name : name, was, value));
  }
}

Checkpoints::Checkpoints(std::string directory, std::optional<double> every, RunRecord record,
                         double before, Warn warn)
    : directory_(std::move(directory)),
      every_(every),
      record_(std::move(record)),
      before_(before),
      warn_(std::move(warn)),
      seam_{.is_due = [this] { return is_due(); },
            .write = [this](const engine::Checkpointing::Save& save) { write(save); }} {}

void Checkpoints::require_place(const std::string& directory, const std::string& resumed) {
  std::error_code error;
  const fs::path file = fs::path(directory) / engine::kCheckpointFile;
  const bool is_own = !resumed.empty() && fs::equivalent(directory, resumed, error);
  if (!is_own && fs::exists(file, error)) {
    throw UsageError(
        fmt::format("--checkpoint {0}: there is a checkpoint already; go on from it with --resume "
                    "{0}, remove it, or name another directory",
                    directory));
  }
  try {
    engine::ArchiveWriter probe{fs::path(directory)};
  } catch (const engine::ArchiveError& failure) {
    throw UsageError(fmt::format("--checkpoint {}: {}; name a directory that can be written",
                                 directory.empty() ? "''" : directory, failure.what()));
  }
}

bool Checkpoints::is_due() {
  was_due_ = every_ && std::chrono::duration<double>(Clock::now() - last_).count() >= *every_;
  return was_due_;
}

void Checkpoints::write(const engine::Checkpointing::Save& save) {
  try {
    engine::ArchiveWriter writer{fs::path(directory_)};
    const double now = std::chrono::duration<double>(Clock::now() - start_).count();
    put_record(record_, before_ + now, writer);
    save(writer);
    writer.commit();
    written_ = directory_;
    failure_.clear();
  } catch (const engine::ArchiveError& error) {
    failure_ = error.what();
    if (was_due_) warn_(failure_);
  }
  was_due_ = false;
  last_ = Clock::now();  // not counting the time that writing takes
}

}  // namespace cli
