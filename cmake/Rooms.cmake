# ns3_twin_add_room(<room> <folder> [NEEDS <library>...])
#
# The static library physical_<room> of the sources in a folder and the folders in it; who links it
# includes its headers by their names. It travels in the SDK with its headers: `ns3-twin build` links
# scenarios of the user's own with it.
function(ns3_twin_add_room room folder)
  cmake_parse_arguments(ARG "" "" "NEEDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc ${folder}/*/*.cc)
  list(FILTER sources EXCLUDE REGEX "-test\\.cc$")
  add_library(physical_${room} STATIC ${sources})
  get_filename_component(folder_name ${folder} NAME)
  target_include_directories(physical_${room} PUBLIC
    $<BUILD_INTERFACE:${folder}> $<INSTALL_INTERFACE:${NS3_TWIN_SDK}/include/${folder_name}>)
  target_compile_features(physical_${room} PUBLIC cxx_std_20)
  target_compile_options(physical_${room} PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(physical_${room} PUBLIC ${ARG_NEEDS})
  install(TARGETS physical_${room} EXPORT physical ARCHIVE DESTINATION ${NS3_TWIN_SDK}/lib)
  install(DIRECTORY ${folder} DESTINATION ${NS3_TWIN_SDK}/include
    FILES_MATCHING PATTERN "*.h" PATTERN traces EXCLUDE)
endfunction()

set(NS3_TWIN_SDK ns3_scenarios/sdk)

# The rooms that know no radio, each after those that it needs: the bridge's endpoint, its slot loop in ns-3,
# files and places, movement, traffic, layout, and edge computing over any access network.
find_package(Threads REQUIRED)
ns3_twin_add_room(bridge ${CMAKE_SOURCE_DIR}/bridge/cpp)
target_include_directories(physical_bridge PRIVATE ${NLOHMANN_JSON_INCLUDE_DIR})
ns3_twin_add_room(ns3 ${CMAKE_SOURCE_DIR}/bridge/ns3 NEEDS physical_bridge ns3::core)
target_compile_definitions(physical_ns3 PRIVATE NS3_TWIN_NS3_VERSION="${NS3_VERSION}")
set(scenarios ${CMAKE_SOURCE_DIR}/ns3_scenarios)
ns3_twin_add_room(common ${scenarios}/common NEEDS physical_ns3 ns3::network Threads::Threads)
ns3_twin_add_room(mobility ${scenarios}/mobility NEEDS physical_common ns3::mobility)
ns3_twin_add_room(traffic ${scenarios}/traffic NEEDS physical_common)
ns3_twin_add_room(layout ${scenarios}/layout NEEDS physical_common)
ns3_twin_add_room(edge ${scenarios}/edge
  NEEDS physical_mobility physical_traffic physical_layout ns3::internet)

# What the world does to signals, for any radio: line of sight and shadowing over the plane, walls.
ns3_twin_add_room(propagation ${scenarios}/propagation NEEDS physical_common ns3::propagation ns3::mobility)

# The MAC scheduler that divides an LTE cell by weights. Its types register themselves in ns-3 as soon as a
# program names one of them.
ns3_twin_add_room(mac ${scenarios}/cellular/mac NEEDS ns3::lte ns3::core ns3::network)

# The congestion control of a TCP flow by whoever is decided, and what its sender counts.
ns3_twin_add_room(congestion ${scenarios}/tcp/congestion NEEDS physical_common ns3::internet)

# What else `ns3-twin build` needs.
install(EXPORT physical FILE rooms.cmake DESTINATION ${NS3_TWIN_SDK}/cmake)
install(FILES ${CMAKE_SOURCE_DIR}/cmake/FetchNs3.cmake ${CMAKE_SOURCE_DIR}/cmake/Ns3Targets.cmake
  DESTINATION ${NS3_TWIN_SDK}/cmake)
configure_file(${CMAKE_SOURCE_DIR}/cmake/sdk.cmake ${CMAKE_BINARY_DIR}/sdk/CMakeLists.txt @ONLY)
list(JOIN NS3_MODULES "\n" modules)
file(WRITE ${CMAKE_BINARY_DIR}/sdk/modules.txt "${modules}\n")
install(DIRECTORY ${CMAKE_BINARY_DIR}/sdk/ DESTINATION ${NS3_TWIN_SDK})

# The CMake package ns3_bridge, for programs in any ns-3: the bridge and what needs of ns-3 its core alone, as sources.
include(CMakePackageConfigHelpers)
file(STRINGS ${CMAKE_SOURCE_DIR}/pyproject.toml version REGEX "^version = ")
string(REGEX REPLACE ".*\"(.*)\"" "\\1" version "${version}")
write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/ns3_bridgeConfigVersion.cmake
  VERSION ${version} COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_SOURCE_DIR}/cmake/package/ns3_bridgeConfig.cmake
  ${CMAKE_BINARY_DIR}/package/ns3_bridgeConfigVersion.cmake
  DESTINATION ${NS3_TWIN_SDK}/cmake/ns3_bridge)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/bridge/cpp/ DESTINATION ${NS3_TWIN_SDK}/source/channel
  FILES_MATCHING REGEX "\\.(cc|h)$" PATTERN "*-test.cc" EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/bridge/ns3/ DESTINATION ${NS3_TWIN_SDK}/source/ns3
  FILES_MATCHING REGEX "\\.(cc|h)$" PATTERN "*-test.cc" EXCLUDE)
install(DIRECTORY ${NLOHMANN_JSON_INCLUDE_DIR}/nlohmann DESTINATION ${NS3_TWIN_SDK}/source/json)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/bridge/opengym DESTINATION ${NS3_TWIN_SDK}/source)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/bridge/contrib DESTINATION ${NS3_TWIN_SDK} PATTERN .* EXCLUDE)

# ns3_twin_add_scenario(<name> DESTINATION <folder> SOURCES <file>... [ROOMS <room>...]
#                       [MODULES <ns-3 module>...])
#
# A scenario program of the product. Once installed it expects the ns-3 libraries in ns3_scenarios/lib;
# until then it finds them where they were linked.
function(ns3_twin_add_scenario name)
  cmake_parse_arguments(ARG "" "DESTINATION" "SOURCES;ROOMS;MODULES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_ROOMS PREPEND physical_)
  list(TRANSFORM ARG_MODULES PREPEND ns3::)
  target_link_libraries(${name} PRIVATE ${ARG_ROOMS} ${ARG_MODULES})
  target_compile_options(${name} PRIVATE -Wall -Wextra -Werror)
  file(RELATIVE_PATH libraries /${ARG_DESTINATION} /ns3_scenarios/lib)
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/${libraries}")
  install(TARGETS ${name} DESTINATION ${ARG_DESTINATION})
endfunction()
