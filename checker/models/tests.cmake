# Included by CMakeLists.txt where tests are built.
add_executable(models_test catalogue_test.cpp puzzles_test.cpp raft_tla_properties_test.cpp raft_tla_test.cpp)
target_link_libraries(models_test PRIVATE
  raftcheck::models raftcheck_testing)
gtest_discover_tests(models_test TEST_PREFIX "models.")
