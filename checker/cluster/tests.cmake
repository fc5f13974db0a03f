# Included by CMakeLists.txt where tests are built.
add_executable(cluster_test
  cluster_checkpoint_test.cpp cluster_model_test.cpp cluster_space_test.cpp explain_test.cpp explore_recovery_test.cpp
  explore_test.cpp fair_schedule_test.cpp keep_going_test.cpp recovery_test.cpp scenario_test.cpp script_test.cpp session_test.cpp
  shrink_test.cpp side_by_side_test.cpp simpler_scripts_test.cpp simulate_test.cpp threads_test.cpp
  trace_size_test.cpp world_test.cpp)
target_link_libraries(cluster_test PRIVATE
  raftcheck::checker raftcheck_testing)
gtest_discover_tests(cluster_test TEST_PREFIX "cluster.")
