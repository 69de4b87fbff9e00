#!/bin/sh
# Take out of an environment what nobody runs: the tests of libraries, headers, torch's compilers and test programs, and
# parts of pyarrow that no command uses (Flight, S3).
set -eu
packages=$(echo "$1"/lib/python3*/site-packages)

find "$packages" -depth -type d \( -name tests -o -name include \) -exec rm -r {} +
find "$packages" -type f \( -name '*.a' -o -name '*.h' -o -name '*.hpp' -o -name '*.pxd' -o -name '*.pyx' \) -delete
rm -rf "$packages/ns3_scenarios/sdk" "$packages/torch/test"
find "$packages" -path '*/torch/bin/*' -type f ! -name torch_shm_manager -delete
for part in flight s3; do
  rm -f "$packages"/pyarrow/libarrow_$part.so* "$packages"/pyarrow/libarrow_python_$part.so* \
    "$packages"/pyarrow/_$part*.so
done
