# Compiles one scenario of the user's own: installed as CMakeLists.txt beside the sources it needs.
cmake_minimum_required(VERSION 3.18)
project(ns3_twin_scenario LANGUAGES CXX)

set(SCENARIO_NAME "" CACHE STRING "Name of the program")
set(SCENARIO_SOURCES "" CACHE STRING "C++ files of the scenario")
set(SCENARIO_MODULES "" CACHE STRING "ns-3 modules beside core, network and internet")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
include(cmake/FetchNs3.cmake)
include(cmake/Scenario.cmake)
ns3_twin_add_rooms(${CMAKE_CURRENT_SOURCE_DIR}/cpp ${CMAKE_CURRENT_SOURCE_DIR})
ns3_twin_add_scenario(${SCENARIO_NAME} SOURCES ${SCENARIO_SOURCES} ROOMS edge MODULES ${SCENARIO_MODULES})
if("lte" IN_LIST SCENARIO_MODULES)
  ns3_twin_add_mac(${CMAKE_CURRENT_SOURCE_DIR}/mac)
  target_link_libraries(${SCENARIO_NAME} PRIVATE physical_mac)
endif()
