# The tests of the pages, and of what `show` writes for tools that come from npm. `samples` is the folder
# of arbitrary traces that traces.samples fills. test/run.py says what
# they need, and how to leave them out.
set(run ${RAFTCHECK_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/test/run.py)
add_test(NAME viewer.npm COMMAND ${run} npm ${PROJECT_BINARY_DIR})
add_test(NAME viewer.modules COMMAND ${run} modules ${PROJECT_BINARY_DIR})
foreach(part IN ITEMS formats browser)
  add_test(NAME viewer.${part}
    COMMAND ${run} ${part} ${PROJECT_BINARY_DIR} $<TARGET_FILE:raftcheck> ${samples})
  set_tests_properties(viewer.${part} PROPERTIES FIXTURES_REQUIRED "viewer_npm;trace_samples")
endforeach()
set_tests_properties(viewer.npm viewer.modules viewer.formats viewer.browser PROPERTIES
  SKIP_RETURN_CODE 77 TIMEOUT 300 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
set_tests_properties(viewer.npm PROPERTIES FIXTURES_SETUP viewer_npm)
# Chromium has processes enough for two cores, and its figures are looked at.
set_tests_properties(viewer.browser PROPERTIES PROCESSORS 2)
