// Part D: snapshots, one every ten entries.
#include <fmt/format.h>

#include "checker/lab/suite.hpp"

namespace lab {
namespace {

constexpr std::size_t kDurableBytesMax = 2000;

enum class Fault : std::uint8_t { None, Disconnect, Crash };

// Thirty times a server is left behind while the others go on, and taken back.
Task<void> left_behind(Lab& lab, Fault fault) {
  co_await lab.one(lab.random_command(), 3, kRetry);
  spec::ServerId leader = co_await lab.check_one_leader();
  for (int round = 0; round < 30; ++round) {
    spec::ServerId victim = lab.after(leader, 1);
    spec::ServerId sender = leader;
    if (round % 3 == 1) std::swap(victim, sender);
    if (fault == Fault::Disconnect) lab.disconnect(victim);
    if (fault == Fault::Crash) lab.crash(victim);
    if (fault != Fault::None) co_await lab.one(lab.random_command(), 2, kRetry);
    for (std::uint32_t left = 5 + lab.random(10); left > 0; --left) {
      lab.start(sender, lab.random_command());
    }
    co_await lab.one(lab.random_command(), fault == Fault::None ? 3 : 2, kRetry);
    lab.require(lab.durable_bytes_max() < kDurableBytesMax,
                fmt::format("a server keeps {} bytes beside its snapshot, {} or more",
                            lab.durable_bytes_max(), kDurableBytesMax));
    if (fault == Fault::None) continue;
    lab.bring_up(victim);
    co_await lab.one(lab.random_command(), 3, kRetry);
    leader = co_await lab.check_one_leader();
  }
}

Task<void> basic(Lab& lab) { return left_behind(lab, Fault::None); }
Task<void> install(Lab& lab) { return left_behind(lab, Fault::Disconnect); }
Task<void> install_crash(Lab& lab) { return left_behind(lab, Fault::Crash); }

Task<void> all_crash(Lab& lab) {
  co_await lab.one(lab.random_command(), 3, kRetry);
  for (int round = 0; round < 5; ++round) {
    for (std::uint32_t left = 5 + lab.random(10); left > 0; --left) {
      co_await lab.one(lab.random_command(), 3, kRetry);
    }
    const Position before = co_await lab.one(lab.random_command(), 3, kRetry);
    lab.crash_all();
    lab.bring_up_all();
    const Position behind = co_await lab.one(lab.random_command(), 3, kRetry);
    lab.require(behind > before,
                fmt::format("a command after a crash of all is at {}, one before it at {}", behind,
                            before));
  }
}

// The second restart comes after writes that must not have cost the snapshot.
Task<void> init(Lab& lab) {
  co_await lab.one(lab.random_command(), 3, kRetry);
  for (int i = 0; i < 11; ++i) co_await lab.one(lab.random_command(), 3, kRetry);
  for (int crashes = 0; crashes < 2; ++crashes) {
    lab.crash_all();
    lab.bring_up_all();
    co_await lab.one(lab.random_command(), 3, kRetry);
  }
}

constexpr Snapshots kTen = Snapshots::Every;

constexpr std::array kSnapshotTests = {
    Test{"SnapshotBasic", 'D', 3, {}, kTen, 0, basic},
    Test{"SnapshotInstall", 'D', 3, {}, kTen, 0, install},
    Test{"SnapshotInstallUnreliable", 'D', 3, kUnreliable, kTen, 0, install},
    Test{"SnapshotInstallCrash", 'D', 3, {}, kTen, 0, install_crash},
    Test{"SnapshotInstallUnCrash", 'D', 3, kUnreliable, kTen, 0, install_crash},
    Test{"SnapshotAllCrash", 'D', 3, kUnreliable, kTen, 0, all_crash},
    Test{"SnapshotInit", 'D', 3, kUnreliable, kTen, 0, init},
};

}  // namespace

std::span<const Test> snapshot_tests() { return kSnapshotTests; }

}  // namespace lab
