# Included by CMakeLists.txt where tests are built.
add_executable(lab_test
  campaign_test.cpp clock_test.cpp evidence_test.cpp judge_hand_made_test.cpp judge_test.cpp
  kv_test.cpp limits_kv_test.cpp limits_test.cpp network_test.cpp partitions_test.cpp simulator_test.cpp
  suite_test.cpp)
target_link_libraries(lab_test PRIVATE
  raftcheck::lab raftcheck_testing)
gtest_discover_tests(lab_test TEST_PREFIX "lab.")
