# Installs raftcheck from BUILD_DIR to a prefix of its own, builds the project in SOURCE_DIR against
# it, and runs it.
set(work_dir ${BUILD_DIR}/consumer_test)
file(REMOVE_RECURSE ${work_dir})

execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --config ${CONFIG} --prefix ${work_dir}/prefix
  OUTPUT_QUIET)
execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${work_dir}/build -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_PREFIX_PATH=${work_dir}/prefix
    -D CMAKE_BUILD_TYPE=${CONFIG})
execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${CMAKE_COMMAND} --build ${work_dir}/build --config ${CONFIG})
execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${work_dir}/build/consumer)
if(EXISTS ${work_dir}/build/properties)
  execute_process(COMMAND_ERROR_IS_FATAL ANY
    COMMAND ${work_dir}/build/properties WORKING_DIRECTORY ${work_dir})
endif()
