// SPDX-License-Identifier: Apache-2.0
// Frames on several devices: the processor with any set of kernels, and what others there are.
#ifndef ARTEM_TEST_TILES_FIXTURE_H
#define ARTEM_TEST_TILES_FIXTURE_H

#include "backend_multi.h"
#include "engine_fixture.h"

// A device on the processor; `backend` of its parameters names the set of kernels.
static inline enum artem_result variant_create(const struct artem_engine_params *params, void **out_backend)
{
    setenv("ARTEM_CPU", params->backend, 1);
    return artem_backend_cpu.create(params, out_backend);
}

static inline struct artem_backend_ops variant_ops(void)
{
    struct artem_backend_ops ops = artem_backend_cpu;

    ops.create = variant_create;
    return ops;
}

// The n-th device of a mixed list on the processor: other kernels, other threads.
static inline struct multi_source variant_source(const struct artem_backend_ops *ops, uint32_t n)
{
    struct multi_source source = {.ops = ops, .params = {.backend = "c", .threads = 1 + n % 2}};
    uint32_t left = n;

    for (int cpu = ARTEM_CPU_COUNT - 1; cpu >= 0; cpu--)
        if (artem_cpu_supported((enum artem_cpu)cpu) && left-- == 0)
            source.params.backend = artem_cpu_name((enum artem_cpu)cpu);
    snprintf(source.name, sizeof source.name, "cpu:%u", n);
    return source;
}

static inline void *tiles_make(const struct artem_network *network, const struct artem_style *style,
                               const struct multi_source *sources, uint32_t count, const double *weights)
{
    void *multi = NULL;

    CHECK_INT(multi_create(network, sources, count, &multi), ARTEM_OK);
    CHECK_INT(artem_backend_multi.set_style(multi, style), ARTEM_OK);
    if (weights != NULL)
        multi_fix_shares(multi, weights);
    return multi;
}

static inline enum artem_result tiles_paint(void *multi, const struct artem_engine_frame *frame)
{
    enum artem_result result = artem_backend_multi.submit(multi, frame);

    while (result == ARTEM_OK && (result = artem_backend_multi.wait(multi, UINT64_MAX)) == ARTEM_TIMEOUT)
        result = ARTEM_OK;
    return result;
}

static inline void tiles_run(void *multi, struct pictures *p)
{
    pictures_clear(p);
    CHECK_INT(tiles_paint(multi, &p->frame), ARTEM_OK);
}

// Slopes and flat places, which take their texture from the noise map.
static inline void pictures_smooth(struct pictures *p)
{
    for (uint32_t v = 0; v < p->frame.views; v++)
        for (uint32_t y = 0; y < p->frame.view[v].height; y++)
            for (uint32_t x = 0; x < p->frame.view[v].width; x++) {
                uint8_t *pixel = p->in[v] + y * p->frame.view[v].in_stride + (size_t)x * 4;
                pixel[0] = (uint8_t)(40 + x / 2 % 180);
                pixel[1] = (uint8_t)(x / 24 % 2 ? 150 : 60);
                pixel[2] = (uint8_t)(200 - y % 120);
            }
}

// How many devices had a part of the latest frame.
static inline uint32_t tiles_used(const void *multi)
{
    struct artem_device_report reports[ARTEM_DEVICES_MAX];
    const uint32_t count = artem_backend_multi.devices(multi, reports);
    uint32_t used = 0;

    for (uint32_t i = 0; i < count; i++)
        used += reports[i].parts > 0;
    return used;
}

#endif
