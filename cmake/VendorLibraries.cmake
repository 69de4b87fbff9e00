# Install step: copy the libraries that ${scenarios} load from ${ns3_library_dir} to ns3_scenarios/lib.
file(GET_RUNTIME_DEPENDENCIES
  EXECUTABLES ${scenarios}
  DIRECTORIES ${ns3_library_dir}
  RESOLVED_DEPENDENCIES_VAR resolved
  UNRESOLVED_DEPENDENCIES_VAR unresolved
  POST_INCLUDE_REGEXES "^${ns3_library_dir}/"
  POST_EXCLUDE_REGEXES "^/")
if(unresolved)
  message(FATAL_ERROR "Libraries not found: ${unresolved}")
endif()
foreach(library IN LISTS resolved)
  file(INSTALL ${library} DESTINATION ${CMAKE_INSTALL_PREFIX}/ns3_scenarios/lib FOLLOW_SYMLINK_CHAIN)
endforeach()
