#include "checker/cli/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int signal) {
  interrupted = 1;
  static_cast<void>(std::signal(signal, SIG_DFL));
}

bool is_terminal(int file) {
  const char* kind = std::getenv("TERM");
  return isatty(file) != 0 && (kind == nullptr || std::string_view(kind) != "dumb");
}

std::optional<std::size_t> columns_of(int file) {
  winsize size{};
  if (ioctl(file, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

}  // namespace

void catch_interruptions() {
  static_cast<void>(std::signal(SIGINT, on_signal));
  static_cast<void>(std::signal(SIGTERM, on_signal));
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
}

bool is_interrupted() { return interrupted != 0; }

void catch_interruptions_of_dialogue() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = 1; };
  sigaction(SIGINT, &action, nullptr);
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
}

// The signal is let through only while we wait, so that none is lost between a look and the wait.
bool wait_for_input() {
  sigset_t interruption;
  sigset_t usual;
  sigemptyset(&interruption);
  sigaddset(&interruption, SIGINT);
  sigprocmask(SIG_BLOCK, &interruption, &usual);
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  const bool is_ready = !is_interrupted() && ppoll(&input, 1, nullptr, &usual) > 0;
  sigprocmask(SIG_SETMASK, &usual, nullptr);
  return is_ready;
}

bool take_interruption() {
  const bool was_interrupted = is_interrupted();
  interrupted = 0;
  return was_interrupted;
}

bool stdin_is_terminal() { return isatty(STDIN_FILENO) != 0; }

// Asked hundreds of times a second, so the file stays open.
std::uint64_t resident_bytes() {
  static const int statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  static const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::array<char, 128> text{};
  const ssize_t size = pread(statm, text.data(), text.size(), 0);
  if (size <= 0) return 0;
  const char* end = text.data() + size;
  const char* resident =
      std::find<const char*>(text.data(), end, ' ');  // the second number, in pages
  std::uint64_t pages = 0;
  if (resident != end) std::from_chars(resident + 1, end, pages);
  return pages * page;
}

std::uint64_t peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

std::uint64_t memory_bytes() {
  const std::uint64_t machine = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                                static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  // A container's own limit; the file says "max" where there is none.
  std::uint64_t limit = 0;
  std::ifstream cgroup("/sys/fs/cgroup/memory.max");
  return cgroup >> limit && limit > 0 ? std::min(limit, machine) : machine;
}

bool stderr_is_terminal() { return is_terminal(STDERR_FILENO); }

std::size_t stderr_columns() {
  constexpr std::size_t kUsual = 80;
  return columns_of(STDERR_FILENO).value_or(kUsual);
}

bool stdout_has_colours() {
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal(STDOUT_FILENO) && (no_color == nullptr || *no_color == '\0');
}

std::optional<std::size_t> stdout_columns() { return columns_of(STDOUT_FILENO); }

}  // namespace cli
