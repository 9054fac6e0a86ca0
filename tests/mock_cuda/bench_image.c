// SPDX-License-Identifier: Apache-2.0
// The mock driver has the kernels itself; any image will do.
#include "kernels/cuda/bench/fatbin.h"

const unsigned char artem_bench_fatbin[16] = "mock";
const int artem_bench_fatbin_driver = 12000;
