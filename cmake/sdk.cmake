# Compiles one scenario of the user's own: installed as CMakeLists.txt beside the headers and libraries
# that it needs.
cmake_minimum_required(VERSION 3.18)
project(ns3_twin_scenario LANGUAGES CXX)

set(SCENARIO_SOURCES "" CACHE STRING "C++ files of the scenario")
set(SCENARIO_MODULES "" CACHE STRING "ns-3 modules that it names by their TypeIds alone")
set(NS3_ROOT "@NS3_ROOT@" CACHE PATH "The ns-3 that the libraries were compiled with; empty: the wheel")

include(cmake/FetchNs3.cmake)
find_package(Threads REQUIRED)
include(cmake/rooms.cmake)

# The name of a file may hold what the name of a target may not.
add_executable(scenario ${SCENARIO_SOURCES})
target_compile_options(scenario PRIVATE -Wall -Wextra)
# Of all ns-3, what the code calls; and whole what is named, because a TypeId is no call.
list(TRANSFORM NS3_MODULES PREPEND ns3:: OUTPUT_VARIABLE all)
list(TRANSFORM SCENARIO_MODULES REPLACE "(.+)" "$<TARGET_FILE:ns3::\\1>" OUTPUT_VARIABLE named)
target_link_options(scenario PRIVATE -Wl,--no-as-needed ${named} -Wl,--as-needed)
target_link_libraries(scenario PRIVATE physical_edge physical_mac physical_propagation ${all})
