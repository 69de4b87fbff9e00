# ns3_twin_keep_package(<variable> <distribution> <package>)
#
# Copies a package with C++ sources, which pip brings for the build, into the build folder and says where it
# is. pip unpacks it into another temporary folder each time: what is compiled with it would be compiled anew.
find_package(Python COMPONENTS Interpreter REQUIRED)
function(ns3_twin_keep_package variable distribution package)
  execute_process(
    COMMAND ${Python_EXECUTABLE} -c "from importlib.metadata import version; import ${package}
print(version('${distribution}'), ${package}.__path__[0], sep=';', end='')"
    OUTPUT_VARIABLE found RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR
      "${distribution} is missing: ${Python_EXECUTABLE} -m pip install ${distribution}")
  endif()
  list(POP_FRONT found version folder)
  set(kept ${CMAKE_BINARY_DIR}/packages/${distribution}-${version})
  if(NOT EXISTS ${kept})
    file(COPY ${folder}/ DESTINATION ${kept}.part)
    file(RENAME ${kept}.part ${kept})
  endif()
  set(${variable} ${kept} PARENT_SCOPE)
endfunction()
