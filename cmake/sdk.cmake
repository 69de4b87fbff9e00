# Compiles one scenario of the user's own: installed as CMakeLists.txt beside the headers and libraries
# that it needs.
cmake_minimum_required(VERSION 3.18)
project(ns3_twin_scenario LANGUAGES CXX)

set(SCENARIO_SOURCES "" CACHE STRING "C++ files of the scenario")
set(SCENARIO_MODULES "" CACHE STRING "ns-3 modules that it names by their TypeIds alone")
set(SCENARIO_NS3 "" CACHE PATH "Another ns-3 than that which the libraries were compiled with")

if(SCENARIO_NS3)
  set(NS3_ROOT ${SCENARIO_NS3})
  find_package(ns3_bridge REQUIRED COMPONENTS ns3 PATHS ${CMAKE_SOURCE_DIR}/cmake/ns3_bridge NO_DEFAULT_PATH)
  set(rooms ns3_bridge::ns3)
else()
  set(NS3_ROOT "@NS3_ROOT@" CACHE PATH "The ns-3 that the libraries were compiled with; empty: the wheel")
  include(cmake/FetchNs3.cmake)
  set(compiled_with "@NS3_VERSION@ @NS3_DEFINITIONS@")
  if(NOT "${NS3_VERSION} ${NS3_DEFINITIONS}" STREQUAL compiled_with)
    message(FATAL_ERROR "The ns-3 in ${NS3_ROOT} is now '${NS3_VERSION} ${NS3_DEFINITIONS}'; the scenario libraries "
      "were compiled with '${compiled_with}': install ns3-twin again")
  endif()
  find_package(Threads REQUIRED)
  include(cmake/rooms.cmake)
  set(rooms physical_edge physical_mac physical_propagation physical_congestion)
endif()
foreach(module IN LISTS SCENARIO_MODULES)
  if(NOT TARGET ns3::${module})
    list(JOIN NS3_MODULES ", " known)
    message(FATAL_ERROR "unknown ns-3 module '${module}'; known: ${known}")
  endif()
endforeach()

# The name of a file may hold what the name of a target may not.
add_executable(scenario ${SCENARIO_SOURCES})
target_compile_options(scenario PRIVATE -Wall -Wextra)
target_include_directories(scenario PRIVATE source/opengym)  # of programs that were written for ns3-gym
# Of all ns-3, what the code calls; and whole what is named, because a TypeId is no call.
list(TRANSFORM NS3_MODULES PREPEND ns3:: OUTPUT_VARIABLE all)
list(TRANSFORM SCENARIO_MODULES REPLACE "(.+)" "$<TARGET_FILE:ns3::\\1>" OUTPUT_VARIABLE named)
target_link_options(scenario PRIVATE -Wl,--no-as-needed ${named} -Wl,--as-needed)
target_link_libraries(scenario PRIVATE ${rooms} ${all})
