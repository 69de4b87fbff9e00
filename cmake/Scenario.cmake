# ns3_twin_add_scenario(<name> SOURCES <file>... MODULES <ns-3 module>...)
#
# Builds a scenario program. Beside the binary it expects, once installed, the ns-3 libraries in ../lib;
# until then it finds them where they were linked.
function(ns3_twin_add_scenario name)
  cmake_parse_arguments(ARG "" "" "SOURCES;MODULES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_MODULES PREPEND ns3::)
  target_link_libraries(${name} PRIVATE physical_scenario ${ARG_MODULES})
  target_compile_options(${name} PRIVATE -Wall -Wextra)
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
endfunction()

# The parts every scenario is made of: the bridge's endpoint, the slot loop, tasks and edge servers.
function(ns3_twin_add_libraries bridge_dir common_dir)
  find_package(Threads REQUIRED)
  file(GLOB bridge_sources CONFIGURE_DEPENDS ${bridge_dir}/*.cc)
  list(FILTER bridge_sources EXCLUDE REGEX "-test\\.cc$")
  add_library(physical_bridge STATIC ${bridge_sources})
  target_include_directories(physical_bridge PUBLIC ${bridge_dir})
  target_compile_features(physical_bridge PUBLIC cxx_std_20)
  target_compile_options(physical_bridge PRIVATE -Wall -Wextra -Werror)

  file(GLOB common_sources CONFIGURE_DEPENDS ${common_dir}/*.cc)
  list(FILTER common_sources EXCLUDE REGEX "-test\\.cc$")
  add_library(physical_scenario STATIC ${common_sources})
  target_include_directories(physical_scenario PUBLIC ${common_dir})
  target_compile_definitions(physical_scenario PRIVATE NS3_TWIN_NS3_VERSION="${NS3_VERSION}")
  target_compile_options(physical_scenario PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(physical_scenario
    PUBLIC physical_bridge ns3::core ns3::network ns3::internet ns3::mobility Threads::Threads)
endfunction()

# The MAC scheduler that divides an LTE cell by weights. Its types register themselves in ns-3 as soon as a
# program names one of them.
function(ns3_twin_add_mac mac_dir)
  file(GLOB mac_sources CONFIGURE_DEPENDS ${mac_dir}/*.cc)
  list(FILTER mac_sources EXCLUDE REGEX "-test\\.cc$")
  add_library(physical_mac STATIC EXCLUDE_FROM_ALL ${mac_sources})
  target_include_directories(physical_mac PUBLIC ${mac_dir})
  target_compile_options(physical_mac PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(physical_mac PUBLIC ns3::lte ns3::core ns3::network)
endfunction()
