#include "checker/cli/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int signal) {
  interrupted = 1;
  static_cast<void>(std::signal(signal, SIG_DFL));
}

}  // namespace

void catch_interruptions() {
  static_cast<void>(std::signal(SIGINT, on_signal));
  static_cast<void>(std::signal(SIGTERM, on_signal));
}

bool is_interrupted() { return interrupted != 0; }

std::uint64_t resident_bytes() {
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> pages >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) != 0; }

}  // namespace cli
