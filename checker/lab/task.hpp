// Coroutines for scenarios: code that waits in virtual time and yet reads from top to bottom.
//
// A Task begins when it is awaited, or with start(), to run beside others; then it is awaited
// later. What it throws comes out where it is awaited. A Task must outlive whatever will resume it,
// so who starts one awaits it before leaving its scope.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace lab {

template <class T>
class Task;

namespace detail {

struct PromiseBase {
  struct Final {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
      const auto next = done.promise().continuation;
      return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() { error = std::current_exception(); }

  std::coroutine_handle<> continuation;
  std::exception_ptr error;
  bool is_started = false;
};

template <class T>
struct Promise : PromiseBase {
  Task<T> get_return_object();
  void return_value(T result) { value = std::move(result); }
  T take() {
    if (error) std::rethrow_exception(error);
    return std::move(*value);
  }
  std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
  void take() const {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // Runs until it first waits.
  void start() {
    handle_.promise().is_started = true;
    handle_.resume();
  }
  [[nodiscard]] bool is_done() const { return handle_.done(); }
  // Precondition: is_done().
  T take() { return handle_.promise().take(); }

  auto operator co_await() {
    struct Awaiter {
      Handle handle;
      [[nodiscard]] bool await_ready() const { return handle.done(); }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) const {
        handle.promise().continuation = waiter;
        if (std::exchange(handle.promise().is_started, true)) return std::noop_coroutine();
        return handle;
      }
      T await_resume() const { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }

 private:
  Handle handle_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace detail
}  // namespace lab
