// A mutex for short holds: whoever finds it locked looks again for a few microseconds before going
// to sleep, since being woken takes longer than most holds last.
#pragma once

#include <mutex>

namespace engine {

class PatientMutex {
 public:
  void lock() {
    for (int i = 0; i < kLooks; ++i) {
      if (mutex_.try_lock()) return;
      pause();
    }
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }

 private:
  static constexpr int kLooks = 100;

  static void pause() {
#if defined(__x86_64__)
    for (int i = 0; i < 4; ++i) __builtin_ia32_pause();
#elif defined(__aarch64__)
    for (int i = 0; i < 16; ++i) asm volatile("yield");
#endif
  }

  std::mutex mutex_;
};

}  // namespace engine
