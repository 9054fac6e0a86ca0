// SPDX-License-Identifier: Apache-2.0
// The passes of frames on the CUDA backend, by its own events.
#ifndef ARTEM_CLI_BENCH_GPU_PASSES_H
#define ARTEM_CLI_BENCH_GPU_PASSES_H

#include "../layer_passes.h"
#include "../pictures.h"
#include "rows.h"

// Prints the passes of so many frames, live and with exact statistics, what each reaches of the chip's bounds, and the
// sums of their kinds. out_kernels: of each live frame, all passes together; seconds, sorted. False after a message.
bool gpu_pass_rows(struct bench *bench, const struct gpu_options *options, struct bench_pictures *pictures,
                   struct bench_times *out_kernels);

// Prints what part of the GPU's time is the app's at 90 frames a second: what the kernels leave, and capture and
// composite of pictures of that size, where there is a Vulkan device of the same name. False after a message.
bool gpu_app_share(struct bench *bench, const struct gpu_options *options, const struct layer_size *size,
                   const struct bench_times *kernels);

#endif
