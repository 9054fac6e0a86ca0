// SPDX-License-Identifier: Apache-2.0
// What the parts of `artem bench gpu` share: a CUDA device, timing by its own clock, tables. One thread.
#ifndef ARTEM_CLI_BENCH_GPU_H
#define ARTEM_CLI_BENCH_GPU_H

#include <stdbool.h>
#include <stdint.h>

#include "../bench.h"
#include "kernels/cuda/bench/args.h"
#include "driver_more.h"

enum { GPU_STAGING = 16 << 20 };

struct gpu {
    struct bench *bench;
    struct cuda_driver driver;
#define X(name, version, params) CUresult(*name) params; // NOLINT(bugprone-macro-parentheses)
    GPU_DRIVER_FUNCTIONS(X)
#undef X
    CUdevice device;
    CUcontext context; // the primary one, which the peers' libraries use as well
    CUmodule module;
    CUstream stream;
    CUevent begin, end;
    uint8_t *staging; // GPU_STAGING bytes of pinned memory
    char name[128];
    int capability;       // 10 · major + minor
    int multiprocessors;  //
    double clock;         // highest of the multiprocessors, Hz; 0: not known
    double memory;        // bytes per second of the device's memory; 0: not known
    bool memory_measured; // by a copy; else computed
    int runs;             // of each row
    int wrong;            // rows of peers whose results are
};

// Opens the first device whose name has `device_name` in it (NULL: any). False: `why` says what is missing.
bool gpu_open(struct gpu *gpu, const char *device_name, char *why, size_t why_size);
void gpu_close(struct gpu *gpu);
// Fills in gpu->memory. False after a message.
bool gpu_find_memory_rate(struct gpu *gpu);
// Whether a call went well; says on standard error what did not.
bool gpu_check(struct gpu *gpu, CUresult result, const char *what);

// Memory, all zeros.
bool gpu_alloc(struct gpu *gpu, size_t bytes, CUdeviceptr *out_address);
void gpu_free(struct gpu *gpu, CUdeviceptr *address);
bool gpu_upload(struct gpu *gpu, CUdeviceptr to, const void *from, size_t bytes);
bool gpu_download(struct gpu *gpu, void *to, CUdeviceptr from, size_t bytes);
// Uploads `count` items of `size` bytes that fill(user, first, count, out) makes.
bool gpu_fill(struct gpu *gpu, CUdeviceptr to, size_t count, size_t size,
              void (*fill)(const void *user, size_t first, size_t count, void *out), const void *user);

// A kernel of kernels/cuda/bench; false where this chip has none of that name (no message).
bool gpu_find(struct gpu *gpu, const char *kernel, size_t shared, CUfunction *out_function);
// Blocks of so many items each that `items` take.
static inline uint32_t gpu_blocks(uint32_t items, uint32_t each)
{
    return (items + each - 1) / each;
}
bool gpu_launch(struct gpu *gpu, CUfunction function, uint32_t x, uint32_t y, uint32_t threads, size_t shared,
                const struct artem_bench_args *args);

// Seconds that so many calls take together on the device; negative where one fails.
double gpu_time_of(struct gpu *gpu, bool (*run)(void *user), void *user, int group);
// Times of gpu->runs groups of calls, by events, in seconds per call, sorted. Warm: for bench->seconds before. Groups
// are long enough to be timed.
bool gpu_time(struct gpu *gpu, bool (*run)(void *user), void *user, struct bench_times *out, int *out_group);

// ---- Tables ----

enum gpu_rate { GPU_FP32, GPU_FP16, GPU_INT8, GPU_BITS, GPU_POPCOUNT, GPU_FP4, GPU_NO_RATE };

// Highest products per second of this chip, computed; 0 where it has none or it is not known.
double gpu_peak(const struct gpu *gpu, enum gpu_rate rate);

enum gpu_role { GPU_PEER, GPU_OURS, GPU_PART /* of ours: not compared */ };

enum { GPU_ROWS = 24 };
struct gpu_table {
    const char *part; // of JSON
    char title[96];
    double products;
    int count;
    struct gpu_table_row {
        const char *name;
        double p50; // seconds; 0: it was not run
        enum gpu_role role;
    } rows[GPU_ROWS];
};

void gpu_table_begin(struct gpu_table *table, const char *part, double products, const char *title);
// The peers of another table stand in this one too, without being printed again.
void gpu_table_adopt(struct gpu_table *table, const struct gpu_table *from);
// What a row computes, and how its result is checked.
struct gpu_row {
    const char *name;
    enum gpu_rate rate;
    enum gpu_role role;
    bool (*run)(void *user);
    bool (*check)(void *user); // after one run: whether the result is right
    void *user;
};
// Runs, checks, times and prints one row; a row that is wrong is not timed. False: it is Art'Em's own and wrong, or the
// device fails. Wrong ones of peers are counted.
bool gpu_table_row(struct gpu *gpu, struct gpu_table *table, const struct gpu_row *row);
// A row that was timed elsewhere.
void gpu_table_times(struct gpu *gpu, struct gpu_table *table, const struct gpu_row *row,
                     const struct bench_times *times, int group);
void gpu_table_missing(struct gpu *gpu, struct gpu_table *table, const char *name, const char *why);
// How often faster than each peer ours are.
void gpu_table_end(struct gpu *gpu, const struct gpu_table *table);

#endif
