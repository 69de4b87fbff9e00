# ns3_twin_add_proto(<file.proto> <destination>)
#
# Generates <file>_pb2.py with the protoc of grpcio-tools, which pip brings for the build, and installs it.
function(ns3_twin_add_proto proto destination)
  get_filename_component(folder ${proto} DIRECTORY)
  get_filename_component(name ${proto} NAME_WE)
  set(generated ${CMAKE_BINARY_DIR}/proto/${name}_pb2.py)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/proto
    COMMAND ${Python_EXECUTABLE} -m grpc_tools.protoc -I${folder}
            --python_out=${CMAKE_BINARY_DIR}/proto ${proto}
    DEPENDS ${proto}
    COMMENT "Generating ${name}_pb2.py"
    VERBATIM)
  add_custom_target(${name}_proto ALL DEPENDS ${generated})
  install(FILES ${generated} DESTINATION ${destination})
endfunction()
