// SPDX-License-Identifier: Apache-2.0
// The parts of `artem bench gpu`.
#ifndef ARTEM_CLI_BENCH_GPU_ROWS_H
#define ARTEM_CLI_BENCH_GPU_ROWS_H

#include "peers.h"
#include "product.h"

// What is measured, in the order of the options.
struct gpu_options {
    const char *device; // part of its name; NULL: any
    uint32_t matrix;    // largest side
    uint32_t width, height, channels;
    int frames;
    uint32_t frame_width, frame_height; // 0: the usual ones
    bool load;                          // frames also while something else uses the GPU
    const char *name;                   // of the device
    double memory;                      // bytes per second of it; 0: not known
    double bits, int8;                  // highest products per second, gpu_peak(); likewise
};

// Each false when a result is wrong or the device fails.
bool gpu_matrices(struct gpu *gpu, struct peer_cublas *cublas, const struct gpu_options *options);
bool gpu_convolutions(struct gpu *gpu, struct peer_cudnn *cudnn, const struct gpu_options *options);

// Rows of floats as first written; form_a and form_b are floats.
bool gpu_float_rows(struct gpu *gpu, struct gpu_table *table, struct product *product);
// Rows of Art'Em's own, on a product: packing, then each way of multiplying that the chip has.
bool gpu_own_rows(struct gpu *gpu, struct gpu_table *table, struct product *product);

// Frames of the CUDA backend; CLI_OK or CLI_ERROR. Without that backend, a line.
int gpu_frames(struct bench *bench, const struct gpu_options *options);
// Times of the trunk's units in the network of one picture of so many cells, by the CUDA backend's passes; false where
// there is no such backend, or it has no times. `form`: of the units' kernels; NULL: as ever.
bool gpu_unit_times(struct bench *bench, uint32_t width, uint32_t height, int frames, const char *form,
                    struct bench_times *out);

// A child process that keeps a Vulkan device busy for a share of the time; false without one.
struct gpu_load {
    int pid, pipe;
    double share;   // measured alone
    char name[256]; // of the device
};
bool gpu_load_start(double share, const char *device, struct gpu_load *out_load);
void gpu_load_stop(struct gpu_load *load);
// The child itself: artem bench gpu --load-only SHARE.
int gpu_load_run(double share, const char *device);

#endif
