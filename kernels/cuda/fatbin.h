// SPDX-License-Identifier: Apache-2.0
// The network's kernels for all chips, for cuModuleLoadData: functions artem_cuda_… of plan.h, units in those forms
// only that a chip has in hardware. Library artem_cuda_fatbin, where the build has nvcc (ARTEM_HAVE_CUDA).
#ifndef ARTEM_KERNELS_CUDA_FATBIN_H
#define ARTEM_KERNELS_CUDA_FATBIN_H

__attribute__((visibility("hidden"))) extern const unsigned char artem_cuda_fatbin[];

#endif
