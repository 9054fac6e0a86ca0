#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: symbols_test.sh libartem_layer.so
# The layer shows one symbol, needs no library that could be missing or clash in a foreign process, and resolves all when loaded.
set -eu
layer=$1
command -v readelf >/dev/null || { echo "skipped: there is no readelf"; exit 77; }

failed=0
symbols=$(readelf --dyn-syms --wide "$layer" | awk '$5 ~ /GLOBAL|WEAK/ && $7 != "UND" { print $8 }')
if [ "$symbols" != xrNegotiateLoaderApiLayerInterface ]; then
    echo "exported:" $symbols
    failed=1
fi
# Sanitizer builds need their runtime.
needed=$(readelf -d "$layer" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for library in $needed; do
    case $library in
    libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | ld-linux* | libasan.so* | libubsan.so* | libtsan.so* | libgcc_s.so*) ;;
    *) echo "needs $library"; failed=1 ;;
    esac
done
readelf -d "$layer" | grep -q BIND_NOW || { echo "not linked with -z now"; failed=1; }
exit $failed
