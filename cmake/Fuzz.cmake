# The program `readers`: random files for the readers of users' files, under ASan and UBSan (tests/fuzz).
set(strict -Wall -Wextra -Werror)
set(sanitizers -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover)

add_library(fuzzed OBJECT
  bridge/cpp/message.cc
  bridge/cpp/setting-items.cc
  bridge/cpp/settings.cc
  ns3_scenarios/common/text-reader.cc
  ns3_scenarios/common/text-reader-file.cc
  ns3_scenarios/common/text-reader-gzip.cc
  ns3_scenarios/common/text-reader-table.cc
  ns3_scenarios/layout/site-list.cc
  ns3_scenarios/mobility/mobility-trace.cc
  ns3_scenarios/mobility/mobility-trace-csv.cc
  ns3_scenarios/mobility/mobility-trace-fcd.cc
  ns3_scenarios/mobility/mobility-trace-ns2.cc
  ns3_scenarios/mobility/mobility-trace-window.cc
  ns3_scenarios/traffic/task-trace.cc
  tests/fuzz/readers.cc)
target_include_directories(fuzzed PRIVATE bridge/cpp ns3_scenarios/common ns3_scenarios/layout
  ns3_scenarios/mobility ns3_scenarios/traffic ${NLOHMANN_JSON_INCLUDE_DIR})
set_target_properties(fuzzed PROPERTIES UNITY_BUILD OFF)  # files of three rooms call things alike
target_compile_definitions(fuzzed PRIVATE _GLIBCXX_ASSERTIONS)
target_compile_options(fuzzed PRIVATE -O1 -g1 ${strict} ${sanitizers} -fsanitize-coverage=trace-pc)
target_link_libraries(fuzzed PUBLIC ns3::mobility ns3::network ns3::core)

add_executable(readers tests/fuzz/fuzzer.cc)
target_compile_options(readers PRIVATE ${strict})
target_link_options(readers PRIVATE ${sanitizers})
target_link_libraries(readers PRIVATE fuzzed)

# ns3_twin_fuzz(<reader> <seed>...): a test that lasts two seconds, or NS3_TWIN_FUZZ_S.
function(ns3_twin_fuzz reader)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz/${reader})
  add_test(NAME fuzz-${reader} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/tests/fuzz/seeds
    COMMAND readers ${reader} ${CMAKE_BINARY_DIR}/fuzz/${reader} ${ARGN})
endfunction()
ns3_twin_fuzz(mobility.trace
  mobility.fcd.xml mobility.fcd.xml.gz mobility.fcd.csv mobility.ns2.txt)
ns3_twin_fuzz(traffic.trace tasks.csv)
ns3_twin_fuzz(layout.positions sites.csv)
ns3_twin_fuzz(sources sources.txt)
ns3_twin_fuzz(positions positions.txt)
ns3_twin_fuzz(settings settings.txt)
