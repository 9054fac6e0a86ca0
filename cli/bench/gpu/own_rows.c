// SPDX-License-Identifier: Apache-2.0
// Art'Em's own kernels in a table: what is packed in every run is part of its time.
#include "rows.h"

#include <stdio.h>

struct own {
    struct product *product;
    CUfunction pack, multiply;
    uint32_t tile_m, tile_n;
    size_t shared;
};

static bool pack(void *user)
{
    const struct own *o = user;
    const struct product *p = o->product;
    struct artem_bench_args args = p->args;

    args.a = p->source;
    args.bits = p->a;
    args.total = p->total;
    args.threshold = p->threshold;
    args.m = p->rows;
    args.k = p->channels;
    return gpu_launch(p->gpu, o->pack, gpu_blocks(p->rows, ARTEM_BENCH_PACK_THREADS / 32), 1, ARTEM_BENCH_PACK_THREADS,
                      0, &args);
}

static bool multiply(const struct own *o, CUdeviceptr out, CUdeviceptr bits)
{
    const struct product *p = o->product;
    struct artem_bench_args args = p->args;

    args.out = out;
    args.bits = bits;
    return gpu_launch(p->gpu, o->multiply, gpu_blocks(args.n, o->tile_n), gpu_blocks(args.m, o->tile_m),
                      ARTEM_BENCH_THREADS, o->shared, &args);
}

// Forwards what is wanted is bits, backwards sums.
static bool run(void *user)
{
    const struct own *o = user;
    const struct product *p = o->product;

    return pack(user) && multiply(o, p->backward ? p->c : 0, p->backward ? 0 : p->bits);
}

static bool check(void *user)
{
    const struct own *o = user;
    struct product *p = o->product;

    if (!p->backward && (!product_check(p, PRODUCT_C_BITS) || !multiply(o, p->c, 0)))
        return false;
    return product_check(p, PRODUCT_C_INT32);
}

static bool row(struct gpu_table *table, struct own *o, const char *name, const char *kernel, enum gpu_rate rate,
                uint32_t tile_m, uint32_t tile_n, size_t shared)
{
    char full[64];
    struct gpu *gpu = o->product->gpu;
    const struct gpu_row r = {name, rate, GPU_OURS, run, check, o};

    snprintf(full, sizeof full, "artem_bench_%s_%s", kernel, o->product->args.width > 0 ? "conv" : "gemm");
    o->tile_m = tile_m;
    o->tile_n = tile_n;
    o->shared = shared;
    if (!gpu_find(gpu, full, shared, &o->multiply)) {
        gpu_table_missing(gpu, table, name, "not on this chip");
        return true;
    }
    return gpu_table_row(gpu, table, &r);
}

bool gpu_own_rows(struct gpu *gpu, struct gpu_table *table, struct product *p)
{
    struct own o = {.product = p};
    const bool picture = p->args.width > 0;
    const char *tensor = gpu->capability >= 80 ? "tensor cores, AND, and packing" : "tensor cores, XOR, and packing";

    if (!gpu_find(gpu, p->backward ? "artem_bench_quantise" : "artem_bench_pack", 0, &o.pack)) {
        gpu_table_missing(gpu, table, "packing", "not on this chip");
        return true;
    }
    const struct gpu_row packing = {
        p->backward ? "quantising alone" : "packing alone", GPU_NO_RATE, GPU_PART, pack, NULL, &o};
    return gpu_table_row(gpu, table, &packing) &&
           row(table, &o, "popcount and packing", "popcount", GPU_POPCOUNT, ARTEM_BENCH_POPCOUNT_M,
               ARTEM_BENCH_POPCOUNT_N, ARTEM_BENCH_POPCOUNT_SHARED(picture)) &&
           row(table, &o, tensor, "tensor", GPU_BITS, ARTEM_BENCH_TENSOR_M, ARTEM_BENCH_TENSOR_N,
               ARTEM_BENCH_TENSOR_SHARED(picture, gpu->capability)) &&
           (picture || row(table, &o, "tensor cores, wgmma, and packing", "wgmma", GPU_BITS, ARTEM_BENCH_TENSOR_M,
                           ARTEM_BENCH_TENSOR_N, ARTEM_BENCH_WGMMA_SHARED));
}
