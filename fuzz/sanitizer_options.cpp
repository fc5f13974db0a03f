// What the sanitizers are asked for unless $ASAN_OPTIONS says otherwise. Stacks of allocations cost
// more than the allocations: whoever looks at a finding runs it again with
// ASAN_OPTIONS=malloc_context_size=30 (./dev fuzz does). Leaks are looked for when a campaign ends.
extern "C" const char* __asan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "malloc_context_size=0:detect_stack_use_after_return=0:quarantine_size_mb=1:"
         "thread_local_quarantine_size_kb=64:max_malloc_fill_size=0";
}
