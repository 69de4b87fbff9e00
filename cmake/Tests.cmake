# ns3_twin_add_tests(<room> <*-test.cc>...)
#
# One program with the tests beside a room's sources, <room>-tests, on the library physical_<room>.
# The files include <boost/test/unit_test.hpp>; `make test` runs them through ctest.
enable_testing()

# Boost.Test itself. In C++17: the release that comes with ns-3 prints wide characters as C++20 forbids.
file(CONFIGURE OUTPUT boost-test.cc CONTENT
     "#define BOOST_TEST_MODULE ns3_twin\n#include <boost/test/included/unit_test.hpp>\n")
add_library(boost_test OBJECT ${CMAKE_BINARY_DIR}/boost-test.cc)
target_include_directories(boost_test SYSTEM PUBLIC ${BOOST_INCLUDE_DIR})
set_target_properties(boost_test PROPERTIES CXX_STANDARD 17)

function(ns3_twin_add_tests room)
  add_executable(${room}-tests ${ARGN})
  target_compile_options(${room}-tests PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(${room}-tests PRIVATE boost_test physical_${room})
  add_test(NAME ${room} COMMAND ${room}-tests)
endfunction()
