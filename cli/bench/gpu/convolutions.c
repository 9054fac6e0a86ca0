// SPDX-License-Identifier: Apache-2.0
// 3 x 3 convolutions, forwards and backwards with respect to the input: floats as first written, cuDNN, bits.
#include "rows.h"

#include <stdio.h>

#include "../passes.h"
#include "kernels/cuda/plan.h"

struct cudnn_row {
    struct product *product;
    struct peer_conv conv;
};

static bool run(void *user)
{
    return peer_conv_run(&((struct cudnn_row *)user)->conv);
}

static bool check(void *user)
{
    const struct cudnn_row *r = user;

    return product_check(r->product, r->conv.type == PEER_HALF ? PRODUCT_C_HALF : PRODUCT_C_INT8);
}

static bool cudnn_row(struct gpu *gpu, struct gpu_table *table, struct peer_cudnn *cudnn, struct product *p,
                      enum peer_type type)
{
    const struct artem_bench_args *a = &p->args;
    struct cudnn_row r = {p,
                          {.peer = cudnn,
                           .type = type,
                           .backward = p->backward,
                           .width = (int)a->width,
                           .height = (int)a->height,
                           .in = (int)(p->backward ? a->n : a->channels),
                           .out = (int)(p->backward ? a->channels : a->n),
                           .from = p->form_a,
                           .weights = p->form_b,
                           .to = p->c}};
    const struct gpu_row row = {type == PEER_HALF ? "cuDNN fp16" : "cuDNN int8",
                                type == PEER_HALF ? GPU_FP16 : GPU_INT8,
                                GPU_PEER,
                                run,
                                check,
                                &r};
    bool good = true;

    if (cudnn->why[0] != '\0')
        gpu_table_missing(gpu, table, row.name, cudnn->why);
    else if (!peer_conv_prepare(&r.conv))
        gpu_table_missing(gpu, table, row.name, "has no algorithm for it");
    else
        good = gpu_table_row(gpu, table, &row);
    peer_conv_finish(&r.conv);
    return good;
}

// The network's own layer of that shape: replicated border, normalisation, RPReLU, int8 residual, sums and bits
// included. `form`: of its kernels, NULL: the one that the engine uses here.
static void unit_row(struct gpu *gpu, struct gpu_table *table, const struct gpu_options *o, const char *name,
                     const char *form, enum gpu_rate rate)
{
    static struct bench_times times;
    const struct gpu_row row = {name, rate, GPU_OURS, NULL, NULL, NULL};

    if (!gpu_unit_times(gpu->bench, o->width, o->height, gpu->runs, form, &times)) {
        gpu_table_missing(gpu, table, name, form != NULL ? "not used here" : "there is no CUDA backend");
        return;
    }
    gpu_table_times(gpu, table, &row, &times, 1);
    const double bytes = (double)o->width * o->height * BENCH_UNIT_BYTES / bench_percentile(&times, 50);
    printf("  %-34s %10.1f GB/s", "", bytes * 1e-9);
    if (gpu->memory > 0)
        printf(", %.0f %% of the memory's", 100 * bytes / gpu->memory);
    putchar('\n');
}

static void unit_rows(struct gpu *gpu, struct gpu_table *table, const struct gpu_options *o)
{
    static const struct {
        const char *name;
        enum gpu_rate rate;
    } rows[ARTEM_CUDA_FORM_COUNT] = {
        [ARTEM_CUDA_FORM_POPCOUNT] = {"a unit by population count", GPU_POPCOUNT},
        [ARTEM_CUDA_FORM_XOR] = {"a unit by tensor cores, XOR", GPU_BITS},
        [ARTEM_CUDA_FORM_AND] = {"a unit by tensor cores, AND", GPU_BITS},
        [ARTEM_CUDA_FORM_WGMMA] = {"a unit by tensor cores, wgmma", GPU_BITS},
        [ARTEM_CUDA_FORM_INT8] = {"a unit by tensor cores, int8", GPU_INT8},
        [ARTEM_CUDA_FORM_FP4] = {"a unit by tensor cores, fp4", GPU_FP4},
    };
    const struct artem_cuda_chip chip = {.major = gpu->capability / 10, .minor = gpu->capability % 10};
    enum artem_cuda_form forms[ARTEM_CUDA_FORM_COUNT];
    const uint32_t count = artem_cuda_forms(&chip, forms);

    if (o->channels != 128)
        return;
    unit_row(gpu, table, o, "a unit of the network, all of it", NULL, GPU_NO_RATE);
    for (uint32_t i = 0; i < count; i++)
        unit_row(gpu, table, o, rows[forms[i]].name, artem_cuda_form_name(forms[i]), rows[forms[i]].rate);
}

static bool forward(struct gpu *gpu, struct peer_cudnn *cudnn, const struct gpu_options *o)
{
    struct product p;
    struct gpu_table table;
    char title[96];

    snprintf(title, sizeof title, "Convolution 3 x 3, %u to %u channels at %u x %u", o->channels, o->channels, o->width,
             o->height);
    bool good = product_convolution(&p, gpu, o->width, o->height, o->channels, o->channels, 0);
    if (good) {
        gpu_table_begin(&table, "gpu forward", (double)p.args.m * p.args.n * p.args.k, title);
        good = product_form(&p, PRODUCT_FLOAT) && gpu_float_rows(gpu, &table, &p) && product_form(&p, PRODUCT_HALF) &&
               cudnn_row(gpu, &table, cudnn, &p, PEER_HALF) && product_form(&p, PRODUCT_INT8) &&
               cudnn_row(gpu, &table, cudnn, &p, PEER_INT8) && gpu_own_rows(gpu, &table, &p);
        if (good)
            unit_rows(gpu, &table, o);
        gpu_table_end(gpu, &table);
    }
    product_free(&p);
    return good;
}

// Peers compute gradients of two bits, whose sums are whole in every format, and stand beside all others: their times
// do not depend on it. Products count once however many bits.
static bool backward(struct gpu *gpu, struct peer_cudnn *cudnn, const struct gpu_options *o, uint32_t planes,
                     struct gpu_table *peers)
{
    struct product p;
    struct gpu_table table;
    char title[96];

    snprintf(title, sizeof title, "Backward of it to the input, gradients of %u bit%s", planes, planes == 1 ? "" : "s");
    bool good = product_convolution(&p, gpu, o->width, o->height, o->channels, o->channels, planes);
    if (good) {
        gpu_table_begin(&table, "gpu backward", (double)p.args.m * p.args.n * p.args.k, title);
        if (planes == 2)
            good = product_form(&p, PRODUCT_FLOAT) && gpu_float_rows(gpu, &table, &p) &&
                   product_form(&p, PRODUCT_HALF) && product_form_forward_weights(&p) &&
                   cudnn_row(gpu, &table, cudnn, &p, PEER_HALF);
        if (planes == 2)
            *peers = table;
        else
            gpu_table_adopt(&table, peers);
        good = good && gpu_own_rows(gpu, &table, &p);
        gpu_table_end(gpu, &table);
    }
    product_free(&p);
    return good;
}

bool gpu_convolutions(struct gpu *gpu, struct peer_cudnn *cudnn, const struct gpu_options *options)
{
    struct gpu_table peers;

    return forward(gpu, cudnn, options) && backward(gpu, cudnn, options, 2, &peers) &&
           backward(gpu, cudnn, options, 1, &peers) && backward(gpu, cudnn, options, 4, &peers) &&
           backward(gpu, cudnn, options, 8, &peers);
}
