# Included by CMakeLists.txt where tests are built.
add_library(raftcheck_rapidcheck INTERFACE)
target_link_libraries(raftcheck_rapidcheck INTERFACE raftcheck::checker raftcheck::raft rapidcheck)

add_executable(rapidcheck_test
  canonical_properties_test.cpp failing_run_test.cpp node_properties_test.cpp
  remembered_run_test.cpp run_properties_test.cpp run_shrinks_test.cpp state_machine_test.cpp step_properties_test.cpp
  wire_properties_test.cpp)
target_link_libraries(rapidcheck_test PRIVATE
  raftcheck_rapidcheck raftcheck::wire raftcheck_testing)
gtest_discover_tests(rapidcheck_test TEST_PREFIX "rapidcheck.")

# The gallery's bugs against random runs.
add_executable(rc_gallery gallery_hunt.cpp gallery_main.cpp)
target_link_libraries(rc_gallery PRIVATE
  raftcheck_rapidcheck CLI11::CLI11 fmt::fmt raftcheck_warnings)

set(hunt rc_gallery ${PROJECT_BINARY_DIR}/gallery)
# A few of those that are found soon.
add_test(NAME rapidcheck.gallery COMMAND ${hunt} --seed 1 --percent 100
  --bug double-vote match-len-log quorum-off-by-one snapshot-boundary vote-then-term)
add_test(NAME soak.rapidcheck_gallery COMMAND ${hunt})
set_tests_properties(soak.rapidcheck_gallery PROPERTIES LABELS soak TIMEOUT 10000)
# The same runs find nothing in the core as it is.
add_test(NAME soak.rapidcheck_core COMMAND ${hunt} --core --seed 1 --seconds 10)
set_tests_properties(soak.rapidcheck_core PROPERTIES LABELS soak TIMEOUT 10000)
