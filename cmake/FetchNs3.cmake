# Brings ns-3 as imported targets `ns3::<module>`.
#
# By default from the wheel on PyPI, pinned by its hash; it is unpacked into NS3_WHEEL_DIR and never
# installed (its Python dependencies are not needed). -DNS3_ROOT=<prefix> takes another ns-3 build with
# <prefix>/include/ns3 and <prefix>/lib or lib64, as `./ns3 install` leaves it. Ns3Targets.cmake says what is set.

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
    message(FATAL_ERROR "Could not fetch ns-3 ${NS3_WHEEL_VERSION} with ${Python_EXECUTABLE} -m pip (is it installed?); "
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

include(${CMAKE_CURRENT_LIST_DIR}/Ns3Targets.cmake)
if(NS3_ROOT)
  ns3_imported_targets(${ns3_prefix})
else()
  ns3_imported_targets(${ns3_prefix} TRUSTED)
endif()
message(STATUS "ns-3 ${NS3_VERSION} (${NS3_PROFILE}) in ${ns3_prefix}")
