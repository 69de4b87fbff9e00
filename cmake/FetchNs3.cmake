# Brings ns-3 as imported targets `ns3::<module>`.
#
# By default from the wheel on PyPI, pinned by its hash; it is unpacked into NS3_WHEEL_DIR and never
# installed (its Python dependencies are not needed). -DNS3_ROOT=<prefix> takes another ns-3 build with
# <prefix>/include/ns3 and <prefix>/lib or lib64, as `./ns3 install` leaves it. NS3_MODULES are their names.

set(NS3_ROOT "" CACHE PATH "An installed ns-3 to use instead of the wheel")
set(NS3_WHEEL_DIR ${CMAKE_BINARY_DIR}/ns3-wheel CACHE PATH "Where the wheel is unpacked")
set(NS3_WHEEL_VERSION 3.44.post0)
# One wheel serves every Python: only its C++ libraries are used, and they do not depend on Python.
set(NS3_WHEEL_SHA256 2a98479a4a3a1bb819b95ce061871a9d068268b42351b8f0ef598160939ba7ce)

function(ns3_twin_fetch_wheel destination)
  if(EXISTS ${destination}/ns3/include/ns3/core-module.h)
    return()
  endif()
  # Several builds may share the folder: one fetches, the others wait for it.
  get_filename_component(folder ${destination} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  file(LOCK ${destination}.lock GUARD FUNCTION TIMEOUT 600)
  if(EXISTS ${destination}/ns3/include/ns3/core-module.h)
    return()
  endif()
  find_package(Python COMPONENTS Interpreter REQUIRED)
  set(download ${CMAKE_BINARY_DIR}/ns3-download)
  file(WRITE ${download}/ns3.txt "ns3==${NS3_WHEEL_VERSION} --hash=sha256:${NS3_WHEEL_SHA256}\n")
  message(STATUS "Fetching ns-3 ${NS3_WHEEL_VERSION} (69 MB)")
  execute_process(
    COMMAND ${Python_EXECUTABLE} -m pip download --quiet --no-deps --require-hashes
            --only-binary :all: --implementation cp --python-version 3.11 --abi cp311
            --platform manylinux_2_28_x86_64 --dest ${download} -r ${download}/ns3.txt
    RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "Could not fetch ns-3 ${NS3_WHEEL_VERSION} with pip; "
                        "set -DNS3_ROOT=<prefix> to use an ns-3 of your own")
  endif()
  file(GLOB wheel ${download}/ns3-*.whl)
  file(ARCHIVE_EXTRACT INPUT ${wheel} DESTINATION ${destination}.part)
  file(REMOVE_RECURSE ${download} ${destination})
  file(RENAME ${destination}.part ${destination})
endfunction()

if(NS3_ROOT)
  set(ns3_prefix ${NS3_ROOT})
else()
  set(ns3_prefix ${NS3_WHEEL_DIR}/ns3)
  ns3_twin_fetch_wheel(${NS3_WHEEL_DIR})
endif()

find_path(NS3_INCLUDE_DIR ns3/core-module.h PATHS ${ns3_prefix}/include NO_DEFAULT_PATH NO_CACHE
          REQUIRED)
# e.g. libns3.44-core.so (wheel) or libns3.44-core-optimized.so (own build)
file(GLOB ns3_core_library ${ns3_prefix}/lib64/libns3*-core*.so ${ns3_prefix}/lib/libns3*-core*.so)
if(NOT ns3_core_library MATCHES "/libns(3[0-9.]*)-core([a-z-]*)\\.so$")
  message(FATAL_ERROR "No single libns3*-core*.so under ${ns3_prefix}: found '${ns3_core_library}'")
endif()
set(NS3_VERSION ${CMAKE_MATCH_1})
set(ns3_suffix ${CMAKE_MATCH_2})
get_filename_component(NS3_LIBRARY_DIR ${ns3_core_library} DIRECTORY)
message(STATUS "ns-3 ${NS3_VERSION} in ${ns3_prefix}")

# What ns-3 was built with; its headers depend on it. The wheel carries no record of it.
set(ns3_definitions NS3_BUILD_PROFILE_RELEASE NS3_LOG_ENABLE NS3_ASSERT_ENABLE)
if(NS3_ROOT)
  file(STRINGS ${NS3_LIBRARY_DIR}/cmake/ns3/ns3Targets.cmake ns3_definitions
       REGEX "INTERFACE_COMPILE_DEFINITIONS")
  string(REGEX MATCHALL "NS3_(BUILD_PROFILE_[A-Z]+|LOG_ENABLE|ASSERT_ENABLE)" ns3_definitions
         "${ns3_definitions}")
  list(REMOVE_DUPLICATES ns3_definitions)
endif()

file(GLOB ns3_libraries ${NS3_LIBRARY_DIR}/libns${NS3_VERSION}-*${ns3_suffix}.so)
set(NS3_MODULES)
foreach(library IN LISTS ns3_libraries)
  string(REGEX REPLACE ".*/libns${NS3_VERSION}-(.*)${ns3_suffix}\\.so$" "\\1" module ${library})
  list(APPEND NS3_MODULES ${module})
  add_library(ns3::${module} SHARED IMPORTED)
  set_target_properties(ns3::${module} PROPERTIES
    IMPORTED_LOCATION ${library}
    INTERFACE_INCLUDE_DIRECTORIES ${NS3_INCLUDE_DIR}
    INTERFACE_COMPILE_DEFINITIONS "${ns3_definitions}"
    # The wheel's libraries find each other at run time, not at link time.
    INTERFACE_LINK_OPTIONS "LINKER:--allow-shlib-undefined")
endforeach()
