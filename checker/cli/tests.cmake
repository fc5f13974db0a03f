# The program as its users meet it: started, interrupted, fed nonsense. Standard library of Python
# only, so the system's own interpreter will do.
find_program(RAFTCHECK_CLI_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
if(NOT RAFTCHECK_CLI_PYTHON)
  set(RAFTCHECK_CLI_PYTHON Python3::Interpreter)
endif()
# A group is a class of cli_test.py: Usage, Bounds, ...
foreach(group IN ITEMS Usage Bounds Networks Summary Json Files Limits Progress Violation Replay List)
  string(TOLOWER ${group} name)
  add_test(NAME cli.${name} COMMAND ${RAFTCHECK_CLI_PYTHON}
    ${CMAKE_CURRENT_SOURCE_DIR}/cli_test.py $<TARGET_FILE:raftcheck> ${group})
  set_tests_properties(cli.${name} PROPERTIES
    TIMEOUT 300 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endforeach()
