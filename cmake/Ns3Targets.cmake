# ns3_imported_targets(<prefix> [TRUSTED])
#
# The targets ns3::<module> of an ns-3 that is installed under <prefix>: a wheel unpacked, what `./ns3 install`
# leaves, or Debian's packages. Nothing asks for a version: the names of the libraries say how they are called, and
# the core library says what its headers must be compiled with. TRUSTED: that they fit each other need not be tried.
# Sets in the caller
#
#   NS3_MODULES       names of the modules
#   NS3_INCLUDE_DIR   the folder with ns3/core-module.h
#   NS3_LIBRARY_DIR   the folder with the libraries
#   NS3_VERSION       e.g. 3.44; 3-dev where nothing says more
#   NS3_PROFILE       e.g. release
#   NS3_DEFINITIONS   what its headers are compiled with
function(ns3_imported_targets prefix)
  cmake_parse_arguments(ARG "TRUSTED" "" "" ${ARGN})
  file(GLOB cores ${prefix}/lib64/libns3*-core*.so ${prefix}/lib/libns3*-core*.so
       ${prefix}/lib/*-linux-gnu/libns3*-core*.so)
  # e.g. libns3.44-core.so, libns3-dev-core-debug.so (own build), libns3-core.so (Debian)
  if(NOT cores MATCHES "^([^;]*)/(libns3[.0-9a-z-]*)-core(-[a-z]+)?\\.so$")
    message(FATAL_ERROR "No single libns3*-core*.so under ${prefix}: found '${cores}'")
  endif()
  set(folder ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  set(suffix ${CMAKE_MATCH_3})
  set(include ${prefix}/include)
  if(NOT EXISTS ${include}/ns3/core-module.h)
    message(FATAL_ERROR "ns-3's headers are missing: there is no ${include}/ns3/core-module.h")
  endif()
  ns3_version_of(${prefix} ${cores} version)
  ns3_compiled_with(${cores} profile definitions)

  file(GLOB libraries ${folder}/${name}-*${suffix}.so)
  set(modules)
  foreach(library IN LISTS libraries)
    string(REGEX REPLACE ".*/${name}-(.*)${suffix}\\.so$" "\\1" module ${library})
    list(APPEND modules ${module})
    add_library(ns3::${module} SHARED IMPORTED)
    set_target_properties(ns3::${module} PROPERTIES
      IMPORTED_LOCATION ${library}
      INTERFACE_INCLUDE_DIRECTORIES ${include}
      INTERFACE_COMPILE_DEFINITIONS "${definitions}"
      # Libraries of ns-3 find each other at run time, not at link time.
      INTERFACE_LINK_OPTIONS "LINKER:--allow-shlib-undefined")
  endforeach()
  if(ARG_TRUSTED)
    set_target_properties(ns3::core PROPERTIES INTERFACE_COMPILE_FEATURES cxx_std_20)
  else()
    ns3_set_cxx_standard(ns3::core)
  endif()
  set(NS3_MODULES ${modules} PARENT_SCOPE)
  set(NS3_INCLUDE_DIR ${include} PARENT_SCOPE)
  set(NS3_LIBRARY_DIR ${folder} PARENT_SCOPE)
  set(NS3_VERSION ${version} PARENT_SCOPE)
  set(NS3_PROFILE ${profile} PARENT_SCOPE)
  set(NS3_DEFINITIONS "${definitions}" PARENT_SCOPE)
endfunction()

# The version of the ns-3 under a prefix: from the name of its core library, what that is a link to, or the record of
# a wheel.
function(ns3_version_of prefix core variable)
  get_filename_component(real ${core} REALPATH)
  file(GLOB wheel ${prefix}/../ns3-*.dist-info)
  if(core MATCHES "/libns(3\\.[0-9.]*[0-9])-core")
    set(version ${CMAKE_MATCH_1})
  elseif(real MATCHES "-core\\.so\\.([0-9.]+)$")
    set(version 3.${CMAKE_MATCH_1})
  elseif(wheel MATCHES "/ns3-([0-9.]*[0-9])[^/]*$")
    set(version ${CMAKE_MATCH_1})
  else()
    set(version 3-dev)
  endif()
  set(${variable} ${version} PARENT_SCOPE)
endfunction()

# What a core library was compiled with, and its headers must be: its name says the build profile, what it prints
# says whether it logs and asserts.
function(ns3_compiled_with core profile_variable definitions_variable)
  get_filename_component(name ${core} NAME)
  string(REGEX REPLACE ".*-core-?([a-z]*)\\.so.*" "\\1" profile ${name})
  if(NOT profile)
    set(profile release)  # has no suffix
  endif()
  string(TOUPPER ${profile} upper)
  set(definitions NS3_BUILD_PROFILE_${upper})
  file(STRINGS ${core} logs REGEX "^handle $" LIMIT_COUNT 1)  # DefaultSimulatorImpl, of every event
  if(logs)
    list(APPEND definitions NS3_LOG_ENABLE)
  endif()
  file(STRINGS ${core} asserts REGEX "^NS_ASSERT failed, cond=" LIMIT_COUNT 1)
  if(asserts)
    list(APPEND definitions NS3_ASSERT_ENABLE)
  endif()
  set(${profile_variable} ${profile} PARENT_SCOPE)
  set(${definitions_variable} ${definitions} PARENT_SCOPE)
endfunction()

# Find the C++ in which ns-3's headers can be read and its core library used, and let who links with it be compiled so.
# Refuses headers that are not those of the library, and a library that is for another C++ library or machine.
function(ns3_set_cxx_standard core)
  set(probe ${CMAKE_BINARY_DIR}/ns3-probe)
  file(CONFIGURE OUTPUT ${probe}.cc CONTENT [[
#include "ns3/core-module.h"
struct Probe : ns3::Scheduler {
    static ns3::TypeId GetTypeId() {
        static ns3::TypeId tid = ns3::TypeId("Probe").SetParent<ns3::Scheduler>().AddConstructor<Probe>();
        return tid;
    }
    void Insert(const Event&) override {}
    bool IsEmpty() const override { return true; }
    Event PeekNext() const override { return {}; }
    Event RemoveNext() override { return {}; }
    void Remove(const Event&) override {}
};
int main(int argc, char** argv) {
    int number = 0;
    ns3::CommandLine command_line;
    command_line.AddValue("number", "help", number);
    command_line.Parse(argc, argv);
    ns3::Simulator::Schedule(ns3::Seconds(1), [] {});
    ns3::Simulator::Run();
    return static_cast<int>(ns3::RngSeedManager::GetRun()) + Probe::GetTypeId().GetUid();
}
]])
  get_target_property(library ${core} LOCATION)
  get_target_property(include ${core} INTERFACE_INCLUDE_DIRECTORIES)
  foreach(standard 20 17 23)  # 17 before ns-3.41, 23 in the latest
    string(MD5 key "${include} ${library} ${standard}")
    if(NOT DEFINED ns3_links_${key})
      try_compile(ns3_links_${key} ${probe}-${standard} ${probe}.cc
        LINK_LIBRARIES ${core} -Wl,--allow-shlib-undefined
        CXX_STANDARD ${standard} CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
        OUTPUT_VARIABLE said)
    endif()
    if(ns3_links_${key})
      set_property(TARGET ${core} APPEND PROPERTY INTERFACE_COMPILE_FEATURES cxx_std_${standard})
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "No program with ns-3's headers in '${include}' links with ${library}: they are not of one "
    "ns-3, or not for ${CMAKE_CXX_COMPILER} (${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}).\n${said}")
endfunction()

# Complete an imported target of ns-3's core; refuse it if its headers are compiled for another build profile than its
# library was.
function(ns3_complete_target target)
  get_target_property(is_imported ${target} IMPORTED)
  if(NOT is_imported)
    return()  # of a tree: both are compiled now
  endif()
  get_target_property(asked ${target} INTERFACE_COMPILE_DEFINITIONS)
  get_target_property(core ${target} LOCATION)
  string(REGEX MATCHALL "NS3_(BUILD_PROFILE_[A-Z]+|LOG_ENABLE|ASSERT_ENABLE)" asked "${asked}")
  ns3_compiled_with(${core} profile needed)
  if(asked)
    list(REMOVE_DUPLICATES asked)
    list(SORT asked)
    list(SORT needed)
    if(NOT asked STREQUAL needed)
      message(FATAL_ERROR "${target} is of another build profile than its headers: ${core} was compiled with "
        "'${needed}', the headers with '${asked}'. Build or install ns-3 again, or set the profile that it has.")
    endif()
  else()  # ns-3 before 3.40 does not record it
    set_property(TARGET ${target} APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS ${needed})
  endif()
  ns3_set_cxx_standard(${target})
endfunction()
