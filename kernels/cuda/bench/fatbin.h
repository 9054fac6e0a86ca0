// SPDX-License-Identifier: Apache-2.0
// The bench's kernels for all chips, for cuModuleLoadData: functions artem_bench_…, those only that a chip has in
// hardware. NULL in programs that are not linked to the objects of artem_bench_fatbin.
#ifndef ARTEM_KERNELS_CUDA_BENCH_FATBIN_H
#define ARTEM_KERNELS_CUDA_BENCH_FATBIN_H

__attribute__((weak, visibility("hidden"))) extern const unsigned char artem_bench_fatbin[];
// As artem_cuda_fatbin_driver.
__attribute__((weak, visibility("hidden"))) extern const int artem_bench_fatbin_driver;

#endif
