# The program as its users meet it: started, interrupted, fed nonsense.
# A group is a class of cli_test.py: Usage, Bounds, ...
foreach(group IN ITEMS
    Groups Usage Clocks Bounds Networks Summary Json Files Limits Checkpoints Memory Progress Violation Recovery
    KeepGoing Pages Replay Show Shrink Explain Diff TestFrom Step Linearizable List Models Junit GitHub Recipes
    Simulate SimulateBugs Shards Merge Lab LabBugs)
  string(TOLOWER ${group} name)
  add_test(NAME cli.${name} COMMAND ${RAFTCHECK_PYTHON}
    ${CMAKE_CURRENT_SOURCE_DIR}/cli_test.py $<TARGET_FILE:raftcheck> ${group})
  set_tests_properties(cli.${name} PROPERTIES
    TIMEOUT 300 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endforeach()

# The spaces of spaces.txt, those of ./dev verified.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/spaces.txt)
file(STRINGS spaces.txt spaces REGEX "^(test|soak) ")
foreach(space IN LISTS spaces)
  string(REGEX MATCH "^(test|soak) \\| ([a-z_0-9]+) " ignored "${space}")
  set(name space.${CMAKE_MATCH_2})
  add_test(NAME ${name} COMMAND ${RAFTCHECK_PYTHON} ${PROJECT_SOURCE_DIR}/.ci/verified
    --program $<TARGET_FILE:raftcheck> --one ${CMAKE_MATCH_2})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
  if(CMAKE_MATCH_1 STREQUAL "soak")
    set_tests_properties(${name} PROPERTIES LABELS soak TIMEOUT 3600)
  endif()
endforeach()

# Spaces that take minutes: `./dev soak`. Each must be exhausted without a violation (exit 0).
function(add_soak name)
  add_test(NAME soak.${name} COMMAND raftcheck explore ${ARGN})
  set_tests_properties(soak.${name} PROPERTIES LABELS soak TIMEOUT 3600)
endfunction()
add_soak(logs_of_3 --log 3)
add_soak(three_terms_logs_of_2 --terms 3 --log 2)
add_soak(figure_8 --terms 4 --log 2 --crashes 0)
add_soak(five_servers --servers 5 --terms 2 --log 1 --crashes 0)
add_soak(five_servers_logs_of_2 --servers 5 --terms 2 --log 2 --crashes 0)
add_soak(three_terms --terms 3 --log 1 --crashes 1)
add_soak(no_op_and_plain_backtracking --no-op on --backtracking plain)
add_soak(four_servers --servers 4 --terms 2 --log 1 --crashes 1)
add_soak(counted --log 1 --crashes 0 --network unordered --inflight 4 --symmetry off)
add_soak(ordered_with_faults --log 1 --network ordered --inflight 4 --loss 1 --partitions 1)

# A billion distinct states, exact, in 16 GiB and 20 minutes: reached, not exhausted (exit 3).
add_test(NAME soak.a_billion COMMAND raftcheck explore --log 2 --crashes 1
  --network unordered --inflight 4 --symmetry off --states 1000000000 --memory 16G)
set_tests_properties(soak.a_billion PROPERTIES LABELS soak TIMEOUT 1200
  PASS_REGULAR_EXPRESSION "Stopped at --states 1000000000: no violation so far")

add_executable(cli_unit_test process.cpp watch.cpp watch_test.cpp)
target_link_libraries(cli_unit_test PRIVATE
  raftcheck::checker fmt::fmt raftcheck_testing)
gtest_discover_tests(cli_unit_test TEST_PREFIX "cli.")

# The lab's suite a thousand times, and the nemesis for ten minutes, each time from another seed.
foreach(part IN ITEMS A B C D K)
  add_test(NAME soak.lab_${part} COMMAND raftcheck lab --only ${part} --iterations 1000 --seed 1)
  set_tests_properties(soak.lab_${part} PROPERTIES LABELS soak TIMEOUT 7200)
endforeach()
add_test(NAME soak.lab_nemesis COMMAND raftcheck lab --only N --time 600)
set_tests_properties(soak.lab_nemesis PROPERTIES LABELS soak TIMEOUT 1200)
# Bugs that take tens of thousands of walks, from all five seeds.
add_test(NAME soak.rare_bugs COMMAND ${RAFTCHECK_PYTHON}
  ${CMAKE_CURRENT_SOURCE_DIR}/cli_test.py $<TARGET_FILE:raftcheck> RareBugs)
set_tests_properties(soak.rare_bugs PROPERTIES
  LABELS soak TIMEOUT 600 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
# What changed and what is: both ways to judge must find the same in every bug of the gallery.
add_test(NAME soak.lab_judges COMMAND ${RAFTCHECK_PYTHON}
  ${CMAKE_CURRENT_SOURCE_DIR}/cli_test.py $<TARGET_FILE:raftcheck> LabJudges)
set_tests_properties(soak.lab_judges PROPERTIES
  LABELS soak TIMEOUT 7200 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
