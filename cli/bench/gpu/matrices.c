// SPDX-License-Identifier: Apache-2.0
// Matrix products: floats as first written, NVIDIA's libraries, bits.
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../cli.h"

struct peer_row {
    struct product *product;
    struct peer_gemm gemm;
    CUfunction function;
    bool naive;
};

static bool run_floats(void *user)
{
    const struct peer_row *r = user;
    const struct product *p = r->product;
    struct artem_bench_args args = p->args;

    args.a = p->form_a;
    args.b = p->form_b;
    args.out = p->c;
    if (r->naive)
        return gpu_launch(p->gpu, r->function, args.m, gpu_blocks(args.n, ARTEM_BENCH_NAIVE_THREADS),
                          ARTEM_BENCH_NAIVE_THREADS, 0, &args);
    return gpu_launch(p->gpu, r->function, gpu_blocks(args.n, ARTEM_BENCH_TILED_N),
                      gpu_blocks(args.m, ARTEM_BENCH_TILED_M), ARTEM_BENCH_THREADS, ARTEM_BENCH_TILED_SHARED, &args);
}

static bool check_floats(void *user)
{
    return product_check(((struct peer_row *)user)->product, PRODUCT_C_FLOAT);
}

bool gpu_float_rows(struct gpu *gpu, struct gpu_table *table, struct product *p)
{
    const char *kind = p->args.width > 0 ? "conv" : "gemm";

    for (int tiled = 0; tiled < 2; tiled++) {
        struct peer_row r = {.product = p, .naive = !tiled};
        const struct gpu_row row = {
            tiled ? "tiled fp32" : "naive fp32", GPU_FP32, GPU_PEER, run_floats, check_floats, &r};
        char name[64];
        snprintf(name, sizeof name, "artem_bench_%s_%s", tiled ? "tiled" : "naive", kind);
        if (!gpu_find(gpu, name, tiled ? ARTEM_BENCH_TILED_SHARED : 0, &r.function))
            gpu_table_missing(gpu, table, row.name, "not on this chip");
        else if (!gpu_table_row(gpu, table, &row))
            return false;
    }
    return true;
}

static bool run_sgemm(void *user)
{
    return peer_sgemm(&((struct peer_row *)user)->gemm);
}

static bool run_tf32(void *user)
{
    return peer_tf32(&((struct peer_row *)user)->gemm);
}

static bool run_hgemm(void *user)
{
    return peer_hgemm(&((struct peer_row *)user)->gemm);
}

static bool run_int8(void *user)
{
    return peer_int8(&((struct peer_row *)user)->gemm);
}

static bool check_half(void *user)
{
    return product_check(((struct peer_row *)user)->product, PRODUCT_C_HALF);
}

static bool check_int32(void *user)
{
    return product_check(((struct peer_row *)user)->product, PRODUCT_C_INT32);
}

// Operands are in place.
static bool cublas_rows(struct gpu *gpu, struct gpu_table *table, struct peer_cublas *cublas, struct product *p,
                        const struct gpu_row *rows, int count)
{
    for (int i = 0; i < count; i++) {
        struct peer_row r = {.product = p,
                             .gemm = {.peer = cublas,
                                      .m = (int)p->args.m,
                                      .n = (int)p->args.n,
                                      .k = (int)p->args.k,
                                      .a = p->form_a,
                                      .b = p->form_b,
                                      .c = p->c}};
        struct gpu_row row = rows[i];
        const bool lt = row.run == run_int8;
        const char *why = lt ? cublas->lt_why : cublas->why;
        bool good = true;
        row.user = &r;
        if (why[0] != '\0')
            gpu_table_missing(gpu, table, row.name, why);
        else if (lt && !peer_int8_prepare(&r.gemm))
            gpu_table_missing(gpu, table, row.name, "has no algorithm for it");
        else
            good = gpu_table_row(gpu, table, &row);
        peer_int8_finish(&r.gemm);
        if (!good)
            return false;
    }
    return true;
}

static bool matrix(struct gpu *gpu, struct peer_cublas *cublas, uint32_t side)
{
    static const struct gpu_row floats[] = {
        {"cuBLAS SGEMM", GPU_FP32, GPU_PEER, run_sgemm, check_floats, NULL},
        {"cuBLAS TF32", GPU_NO_RATE, GPU_PEER, run_tf32, check_floats, NULL},
    };
    static const struct gpu_row halves[] = {{"cuBLAS fp16", GPU_FP16, GPU_PEER, run_hgemm, check_half, NULL}};
    static const struct gpu_row bytes[] = {{"cuBLAS int8", GPU_INT8, GPU_PEER, run_int8, check_int32, NULL}};
    struct product p;
    struct gpu_table table;
    char title[64];

    snprintf(title, sizeof title, "Matrix product, %u x %u x %u", side, side, side);
    bool good = product_matrix(&p, gpu, side, side, side);
    if (good) {
        gpu_table_begin(&table, "gpu gemm", (double)side * side * side, title);
        good = product_form(&p, PRODUCT_FLOAT) && gpu_float_rows(gpu, &table, &p) &&
               cublas_rows(gpu, &table, cublas, &p, floats, 2) && product_form(&p, PRODUCT_HALF) &&
               cublas_rows(gpu, &table, cublas, &p, halves, 1) && product_form(&p, PRODUCT_INT8) &&
               cublas_rows(gpu, &table, cublas, &p, bytes, 1) && gpu_own_rows(gpu, &table, &p);
        gpu_table_end(gpu, &table);
    }
    product_free(&p);
    return good;
}

bool gpu_matrices(struct gpu *gpu, struct peer_cublas *cublas, const struct gpu_options *options)
{
    uint32_t side = options->matrix;

    while (side > 1024 && side > options->matrix / 8 && side % 256 == 0)
        side /= 2;
    for (; side <= options->matrix; side *= 2)
        if (!matrix(gpu, cublas, side))
            return false;
    return true;
}
