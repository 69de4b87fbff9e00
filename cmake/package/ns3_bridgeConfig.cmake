# find_package(ns3_bridge [COMPONENTS ns3]): a simulator of your own as an environment.
#
#   ns3_bridge::channel  declarations, settings and the shared memory; needs no ns-3
#   ns3_bridge::ns3      with COMPONENTS ns3: Environment, Askers and Scenario, for ns-3 programs
#
# Both are compiled with your program, by your compiler, and their headers are C++17, as ns-3's were up to 3.40.
# The ns-3 is the one whose targets are there already (of find_package(ns3), or of an ns-3 tree); else that in
# NS3_ROOT, which then gives targets ns3::<module>.
set(ns3_bridge_sources ${CMAKE_CURRENT_LIST_DIR}/../../source)

function(ns3_bridge_add_library name)
  if(TARGET ns3_bridge_${name})
    return()
  endif()
  file(GLOB sources ${ns3_bridge_sources}/${name}/*.cc)
  add_library(ns3_bridge_${name} STATIC EXCLUDE_FROM_ALL ${sources})
  add_library(ns3_bridge::${name} ALIAS ns3_bridge_${name})
  target_include_directories(ns3_bridge_${name} PUBLIC ${ns3_bridge_sources}/${name}
    PRIVATE ${ns3_bridge_sources}/json)
  target_compile_features(ns3_bridge_${name} PUBLIC cxx_std_17 PRIVATE cxx_std_20)
  target_link_libraries(ns3_bridge_${name} PUBLIC ${ARGN})
  set_target_properties(ns3_bridge_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

ns3_bridge_add_library(channel)

if("ns3" IN_LIST ns3_bridge_FIND_COMPONENTS)
  include(${CMAKE_CURRENT_LIST_DIR}/../Ns3Targets.cmake)
  set(core)
  foreach(target ns3::core ns3::libcore core libcore)  # installed or in a tree; with lib before ns-3 3.41
    if(NOT core AND TARGET ${target})
      set(core ${target})
    endif()
  endforeach()
  if(core)
    ns3_complete_target(${core})
    if(NOT NS3_VERSION)
      set(NS3_VERSION ${ns3_VERSION})  # of find_package(ns3)
    endif()
  elseif(NS3_ROOT)
    set(core ns3::core)
    ns3_imported_targets(${NS3_ROOT})
  else()
    set(ns3_bridge_FOUND FALSE)
    set(ns3_bridge_NOT_FOUND_MESSAGE
        "the component ns3 needs an ns-3: find_package(ns3) before this, or -DNS3_ROOT=<prefix>")
    return()
  endif()
  ns3_bridge_add_library(ns3 ns3_bridge_channel ${core})
  target_include_directories(ns3_bridge_ns3 PUBLIC ${ns3_bridge_sources}/opengym)  # for programs of ns3-gym
  target_compile_definitions(ns3_bridge_ns3 PRIVATE NS3_TWIN_NS3_VERSION="${NS3_VERSION}")
endif()
