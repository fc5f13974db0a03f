#!/bin/bash -eu
# What OSS-Fuzz and ClusterFuzzLite run to build the harnesses: to $OUT come the programs, for each
# its options and dictionary, and its corpus as a zip. They set $CC, $CXX, $CFLAGS, $CXXFLAGS and
# $LIB_FUZZING_ENGINE; whatever instruments the code is in these.
#
# fuzz_canary is no part of it: it needs the gallery, and without a bug it is fuzz_cluster.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=${WORK:-$(mktemp -d)}/raftcheck
harnesses=(fuzz_cluster fuzz_decode fuzz_handler fuzz_history fuzz_store fuzz_trace fuzz_wal)

# fmt in the harnesses themselves: where they run there is no library, and here it may be built for
# another standard library than theirs.
cmake -S "$root" -B "$work" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=OFF \
  -DRAFTCHECK_FUZZ=ON "-DRAFTCHECK_FUZZ_ENGINE=$LIB_FUZZING_ENGINE" \
  "-DCMAKE_C_COMPILER=$CC" "-DCMAKE_CXX_COMPILER=$CXX" "-DCMAKE_C_FLAGS=${CFLAGS:-}" \
  "-DCMAKE_CXX_FLAGS=${CXXFLAGS:-} -DFMT_HEADER_ONLY" -DCMAKE_EXE_LINKER_FLAGS=-Wl,--as-needed
ninja -C "$work" "${harnesses[@]}"

for harness in "${harnesses[@]}"; do
  cp "$work/fuzz/$harness" "$OUT/"
  (cd "$root/fuzz/corpus/$harness" &&
    cmake -E tar cf "$OUT/${harness}_seed_corpus.zip" --format=zip -- *)
  [[ ! -f $root/fuzz/options/$harness.options ]] || cp "$root/fuzz/options/$harness.options" "$OUT/"
  [[ ! -f $root/fuzz/dictionaries/$harness.dict ]] ||
    cp "$root/fuzz/dictionaries/$harness.dict" "$OUT/"
done
