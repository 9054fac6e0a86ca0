// SPDX-License-Identifier: Apache-2.0
// The network's kernels for all chips, for cuModuleLoadData: functions artem_cuda_… of plan.h, units in those forms
// only that a chip has in hardware. Library artem_cuda_fatbin, where the build has nvcc (ARTEM_HAVE_CUDA).
#ifndef ARTEM_KERNELS_CUDA_FATBIN_H
#define ARTEM_KERNELS_CUDA_FATBIN_H

__attribute__((visibility("hidden"))) extern const unsigned char artem_cuda_fatbin[];
// The driver's CUDA version that loads it, 1000 · major: that of the compiler. Drivers load what compilers of their own
// major version and of earlier ones have made (CUDA Compatibility guide, minor version compatibility).
__attribute__((visibility("hidden"))) extern const int artem_cuda_fatbin_driver;

#endif
