// Mutexes for short holds: whoever finds it locked looks again for a few microseconds before going
// to sleep, since being woken takes longer than most holds last.
#pragma once

#include <mutex>

namespace engine {

template <class Mutex>
class Patient {
 public:
  // `looks`: how often it is looked again; more where holds last longer.
  explicit Patient(int looks = 100) : looks_(looks) {}
  void lock() {
    for (int i = 0; i < looks_; ++i) {
      if (mutex_.try_lock()) return;
      pause();
    }
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }

 private:
  static void pause() {
#if defined(__x86_64__)
    for (int i = 0; i < 4; ++i) __builtin_ia32_pause();
#elif defined(__aarch64__)
    for (int i = 0; i < 16; ++i) asm volatile("yield");
#endif
  }

  const int looks_;
  Mutex mutex_;
};

using PatientMutex = Patient<std::mutex>;
using PatientRecursiveMutex = Patient<std::recursive_mutex>;

}  // namespace engine
