# NLOHMANN_JSON_INCLUDE_DIR: the headers of nlohmann's JSON for C++, which pip brings for the build.
#
# Copied into the build folder once: pip unpacks them into another temporary folder each time, and what
# is compiled with them would be compiled anew.
find_package(Python COMPONENTS Interpreter REQUIRED)
execute_process(
  COMMAND ${Python_EXECUTABLE} -c "from importlib.metadata import version; import nlohmann_json
print(version('nlohmann-json'), nlohmann_json.get_include(), sep=';', end='')"
  OUTPUT_VARIABLE nlohmann_json RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "The JSON library is missing: ${Python_EXECUTABLE} -m pip install nlohmann-json")
endif()
list(POP_FRONT nlohmann_json version folder)
set(NLOHMANN_JSON_INCLUDE_DIR ${CMAKE_BINARY_DIR}/nlohmann-json-${version})
if(NOT EXISTS ${NLOHMANN_JSON_INCLUDE_DIR})
  file(COPY ${folder}/nlohmann DESTINATION ${NLOHMANN_JSON_INCLUDE_DIR}.part)
  file(RENAME ${NLOHMANN_JSON_INCLUDE_DIR}.part ${NLOHMANN_JSON_INCLUDE_DIR})
endif()
