# The program as its users meet it: started, interrupted, fed nonsense. Standard library of Python
# only, so the system's own interpreter will do.
find_program(RAFTCHECK_CLI_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
if(NOT RAFTCHECK_CLI_PYTHON)
  set(RAFTCHECK_CLI_PYTHON Python3::Interpreter)
endif()
# A group is a class of cli_test.py: Usage, Bounds, ...
foreach(group IN ITEMS
    Usage Bounds Networks Summary Json Files Limits Checkpoints Memory Progress Violation Recovery
    Replay List Models Simulate SimulateBugs Shards Merge)
  string(TOLOWER ${group} name)
  add_test(NAME cli.${name} COMMAND ${RAFTCHECK_CLI_PYTHON}
    ${CMAKE_CURRENT_SOURCE_DIR}/cli_test.py $<TARGET_FILE:raftcheck> ${group})
  set_tests_properties(cli.${name} PROPERTIES
    TIMEOUT 300 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
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

add_soak(snapshots --log 2 --crashes 1 --compactions 1)
add_soak(snapshots_in_chunks --log 2 --proposals 2 --crashes 0 --compactions 2 --snapshot-chunk 5)
add_soak(snapshots_counted --log 2 --proposals 2 --crashes 0 --compactions 1 --timeouts 2 --terms 2
  --network unordered --inflight 3)
add_soak(membership --log 2 --proposals 1 --crashes 0 --changes 2 --terms 3 --timeouts 3)
add_soak(membership_joint --servers 4 --voters 2 --log 1 --crashes 0 --changes 1 --membership joint)
add_soak(membership_learners --log 1 --voters 2 --crashes 0 --changes 2 --learners on)
add_soak(snapshots_and_membership --log 2 --crashes 0 --changes 1 --compactions 1)
add_soak(disks --terms 2 --log 1 --timeouts 2 --crashes 1 --disk async)
add_soak(disks_and_snapshots --log 1 --timeouts 2 --crashes 1 --compactions 1 --disk async)
add_soak(membership_and_disks --terms 2 --log 1 --proposals 0 --timeouts 2 --crashes 1 --changes 1 --disk async)

# A billion distinct states, exact, in 16 GiB and 20 minutes: reached, not exhausted (exit 3).
add_test(NAME soak.a_billion COMMAND raftcheck explore --log 2 --crashes 1
  --network unordered --inflight 4 --symmetry off --states 1000000000 --memory 16G)
set_tests_properties(soak.a_billion PROPERTIES LABELS soak TIMEOUT 1200
  PASS_REGULAR_EXPRESSION "Stopped at --states 1000000000: no violation so far")
