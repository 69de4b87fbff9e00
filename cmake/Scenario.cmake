# ns3_twin_add_room(<room> <folder> [NEEDS <library>...])
#
# The static library physical_<room> of the sources in a folder and the folders in it; who links it
# includes its headers by their names.
function(ns3_twin_add_room room folder)
  cmake_parse_arguments(ARG "" "" "NEEDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc ${folder}/*/*.cc)
  list(FILTER sources EXCLUDE REGEX "-test\\.cc$")
  add_library(physical_${room} STATIC EXCLUDE_FROM_ALL ${sources})
  target_include_directories(physical_${room} PUBLIC ${folder})
  target_compile_features(physical_${room} PUBLIC cxx_std_20)
  target_compile_options(physical_${room} PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(physical_${room} PUBLIC ${ARG_NEEDS})
endfunction()

# The rooms that know no radio, each after those that it needs: the bridge's endpoint, the slot loop,
# movement, traffic, places, and edge computing over any access network.
function(ns3_twin_add_rooms bridge_dir scenarios_dir)
  find_package(Threads REQUIRED)
  ns3_twin_add_room(bridge ${bridge_dir})
  ns3_twin_add_room(common ${scenarios_dir}/common
    NEEDS physical_bridge ns3::core ns3::network Threads::Threads)
  target_compile_definitions(physical_common PRIVATE NS3_TWIN_NS3_VERSION="${NS3_VERSION}")
  ns3_twin_add_room(mobility ${scenarios_dir}/mobility NEEDS physical_common ns3::mobility)
  ns3_twin_add_room(traffic ${scenarios_dir}/traffic NEEDS physical_common)
  ns3_twin_add_room(layout ${scenarios_dir}/layout NEEDS physical_common)
  ns3_twin_add_room(edge ${scenarios_dir}/edge
    NEEDS physical_mobility physical_traffic physical_layout ns3::internet)
endfunction()

# The MAC scheduler that divides an LTE cell by weights. Its types register themselves in ns-3 as soon as a
# program names one of them.
function(ns3_twin_add_mac mac_dir)
  ns3_twin_add_room(mac ${mac_dir} NEEDS ns3::lte ns3::core ns3::network)
endfunction()

# ns3_twin_add_scenario(<name> SOURCES <file>... [ROOMS <room>...] [MODULES <ns-3 module>...])
#
# Builds a scenario program. Beside the binary it expects, once installed, the ns-3 libraries in ../lib;
# until then it finds them where they were linked.
function(ns3_twin_add_scenario name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS;MODULES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_ROOMS PREPEND physical_)
  list(TRANSFORM ARG_MODULES PREPEND ns3::)
  target_link_libraries(${name} PRIVATE ${ARG_ROOMS} ${ARG_MODULES})
  target_compile_options(${name} PRIVATE -Wall -Wextra)
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
endfunction()
