# Included by CMakeLists.txt where tests are built.
add_executable(linearizability_test
  brute_force_test.cpp check_test.cpp configurations_test.cpp edn_test.cpp hand_made_histories.cpp
  hand_made_test.cpp history_files_test.cpp history_test.cpp random_histories.cpp random_histories_test.cpp
  speed_test.cpp)
target_link_libraries(linearizability_test PRIVATE
  raftcheck::linearizability raftcheck_testing)
gtest_discover_tests(linearizability_test TEST_PREFIX "linearizability.")
