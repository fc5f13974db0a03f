# Installs raftcheck from BUILD_DIR to a prefix of its own, builds the project in SOURCE_DIR against
# it, and runs it. With it, the tests that the installed `raftcheck test-from` makes of traces in
# GALLERY: on the core, on the bug's servers, and one that must fail.
set(work_dir ${BUILD_DIR}/consumer_test)
file(REMOVE_RECURSE ${work_dir})

execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --config ${CONFIG} --prefix ${work_dir}/prefix
  OUTPUT_QUIET)

# Adds the source that is made of a bug's trace to the list.
function(make_test list bug trace)
  list(LENGTH ${list} number)
  set(source ${work_dir}/tests/${list}_${number}.cpp)
  execute_process(COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET
    COMMAND ${work_dir}/prefix/bin/raftcheck test-from ${GALLERY}/${bug}/${trace}
      --output ${source} ${ARGN})
  set(${list} ${${list}} ${source} PARENT_SCOPE)
endfunction()
file(MAKE_DIRECTORY ${work_dir}/tests)
make_test(PASSING_TESTS double-vote trace-ElectionSafety.json)
foreach(bug IN ITEMS commit-old-term joint-union-quorum reply-before-sync snapshot-not-atomic
    lease-from-the-answer self-not-counted)
  make_test(PASSING_TESTS ${bug} trace.json)
  make_test(PASSING_TESTS ${bug} trace.json --expect violation
    --library ${BUILD_DIR}/gallery/${bug}/node.so)
endforeach()
make_test(FAILING_TESTS double-vote trace.json --library ${BUILD_DIR}/gallery/double-vote/node.so)

execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${work_dir}/build -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_PREFIX_PATH=${work_dir}/prefix
    -D CMAKE_BUILD_TYPE=${CONFIG} "-DPASSING_TESTS=${PASSING_TESTS}" "-DFAILING_TESTS=${FAILING_TESTS}")
execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${CMAKE_COMMAND} --build ${work_dir}/build --config ${CONFIG})
execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${work_dir}/build/consumer)
if(EXISTS ${work_dir}/build/properties)
  execute_process(COMMAND_ERROR_IS_FATAL ANY
    COMMAND ${work_dir}/build/properties WORKING_DIRECTORY ${work_dir})
endif()

execute_process(COMMAND_ERROR_IS_FATAL ANY COMMAND ${work_dir}/build/passing)
execute_process(COMMAND ${work_dir}/build/failing RESULT_VARIABLE result OUTPUT_VARIABLE output)
if(result EQUAL 0 OR NOT output MATCHES "OneVotePerTerm is violated at step 3")
  message(FATAL_ERROR "the test of a bug that is there does not fail as it should:\n${output}")
endif()
