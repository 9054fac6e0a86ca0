// SPDX-License-Identifier: Apache-2.0
// Life time of the CPU backend.
#include "backend_cpu.h"

#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "kernel_choice.h"

static void set_conv8(struct artem_conv8 *layer, int in, int out, int8_t **packed)
{
    layer->in = in;
    layer->out = out;
    layer->packed = *packed;
    *packed += (size_t)ARTEM_CONV8_PACKED(in, out);
}

// Every size is a multiple of ARTEM_ALIGN.
static bool alloc_weights(struct cpu_backend *cpu)
{
    cpu->weights_size = ARTEM_CONV8_PACKED(ARTEM_ENC_IN, ARTEM_CHANNELS) +
                        ARTEM_CONV8_PACKED(ARTEM_CHANNELS, ARTEM_D0_OUT) +
                        ARTEM_CONV8_PACKED(ARTEM_D0_OUT, ARTEM_D1_OUT) + ARTEM_CONV8_PACKED(ARTEM_D2_IN, ARTEM_D2_OUT) +
                        ARTEM_UNITS * ARTEM_BCONV_PACKED;
    cpu->weights = aligned_alloc(ARTEM_ALIGN, cpu->weights_size);
    if (cpu->weights == NULL)
        return false;

    int8_t *packed = cpu->weights;
    set_conv8(&cpu->encoder, ARTEM_ENC_IN, ARTEM_CHANNELS, &packed);
    set_conv8(&cpu->d0, ARTEM_CHANNELS, ARTEM_D0_OUT, &packed);
    set_conv8(&cpu->d1, ARTEM_D0_OUT, ARTEM_D1_OUT, &packed);
    set_conv8(&cpu->d2, ARTEM_D2_IN, ARTEM_D2_OUT, &packed);
    for (int k = 0; k < ARTEM_UNITS; k++, packed += ARTEM_BCONV_PACKED)
        cpu->units[k].packed = (uint8_t *)packed;
    return true;
}

static void pack_network(struct cpu_backend *cpu)
{
    cpu->encoder.centre = 128;
    cpu->encoder.shift = cpu->network->enc_shift;
    cpu->encoder.weights = cpu->network->enc_weights;
    cpu->kernels.conv8_pack(&cpu->encoder);
    for (int k = 0; k < ARTEM_UNITS; k++) {
        cpu->units[k].weights = cpu->network->trunk_bits + (size_t)k * ARTEM_BCONV_WEIGHTS;
        cpu->kernels.bconv_pack(&cpu->units[k]);
    }
}

static void destroy(void *backend)
{
    struct cpu_backend *cpu = backend;

    artem_threadpool_destroy(&cpu->pool);
    free(cpu->buffers.memory);
    free(cpu->weights);
    free(cpu);
}

static enum artem_result create(const struct artem_engine_params *params, void **out_backend)
{
    const enum artem_cpu level = artem_cpu_chosen();
    struct cpu_backend *cpu = aligned_alloc(ARTEM_ALIGN, sizeof *cpu);
    enum artem_result result;

    if (cpu == NULL)
        return ARTEM_ERROR_MEMORY;
    memset(cpu, 0, sizeof *cpu);
    cpu->network = params->network;
    artem_kernels_select(&cpu->kernels, level);
    const char *wrong = artem_kernels_check(&cpu->kernels);
    if (wrong != NULL)
        artem_log(ARTEM_LOG_WARN, "kernel %s for %s computes wrong values on this machine; the slow one is used", wrong,
                  artem_cpu_name(level));
    result = alloc_weights(cpu) ? artem_threadpool_create(params->threads, &cpu->pool) : ARTEM_ERROR_MEMORY;
    if (result != ARTEM_OK) {
        destroy(cpu);
        return result;
    }
    pack_network(cpu);
    artem_log(ARTEM_LOG_DEBUG, "CPU backend: %s, %u threads", artem_cpu_name(level), artem_threadpool_size(cpu->pool));
    *out_backend = cpu;
    return ARTEM_OK;
}

static enum artem_result set_style(void *backend, const struct artem_style *style)
{
    struct cpu_backend *cpu = backend;

    cpu->style = style;
    cpu->d0.weights = style->d0_weights;
    cpu->d0.shift = style->d0_shift;
    cpu->d1.weights = style->d1_weights;
    cpu->d1.shift = style->d1_shift;
    cpu->d2.weights = style->d2_weights;
    cpu->d2.shift = style->d2_shift;
    cpu->kernels.conv8_pack(&cpu->d0);
    cpu->kernels.conv8_pack(&cpu->d1);
    cpu->kernels.conv8_pack(&cpu->d2);
    memcpy(cpu->d1_mul, style->d1_mul, sizeof style->d1_mul);
    memcpy(cpu->d1_bias, style->d1_bias, sizeof style->d1_bias);
    norm_state_restart(style, cpu->state);
    return ARTEM_OK;
}

static enum artem_result submit(void *backend, const struct artem_engine_frame *frame)
{
    struct cpu_backend *cpu = backend;
    enum artem_result result = cpu_buffers_place(&cpu->buffers, frame, cpu->workers, artem_threadpool_size(cpu->pool));

    if (result != ARTEM_OK)
        return result;
    if (cpu->resolution != frame->resolution)
        norm_state_restart(cpu->style, cpu->state);
    cpu->resolution = frame->resolution;
    cpu->frame = *frame;
    artem_threadpool_start(cpu->pool, cpu_run_frame, cpu);
    return ARTEM_OK;
}

static enum artem_result submit_step(void *backend, const struct step *step)
{
    struct cpu_backend *cpu = backend;
    const struct tile *tile = step->tile;

    if (tile != NULL) {
        enum artem_result result =
            cpu_buffers_place(&cpu->buffers, &tile->frame, cpu->workers, artem_threadpool_size(cpu->pool));
        if (result != ARTEM_OK)
            return result;
        cpu->frame = tile->frame;
        for (uint32_t v = 0; v < tile->frame.views; v++) {
            struct cpu_view *view = &cpu->buffers.view[v];
            const struct tile_rect *inside = &tile->inside[v];
            view->x0 = (int)inside->x;
            view->y0 = (int)inside->y;
            view->x1 = (int)(inside->x + inside->width);
            view->y1 = (int)(inside->y + inside->height);
        }
    }
    cpu->step = *step;
    artem_threadpool_start(cpu->pool, cpu_run_step, cpu);
    return ARTEM_OK;
}

static enum artem_result wait(void *backend, uint64_t timeout_ns)
{
    struct cpu_backend *cpu = backend;

    if (!artem_threadpool_wait(cpu->pool, timeout_ns))
        return ARTEM_TIMEOUT;
    cpu->stats.milliseconds = cpu->frame_milliseconds;
    cpu->stats.frames++;
    cpu->stats.cuts += cpu->frame_cut;
    return ARTEM_OK;
}

static void stats(const void *backend, struct artem_engine_stats *out_stats)
{
    const struct cpu_backend *cpu = backend;

    *out_stats = cpu->stats;
    out_stats->memory_bytes = sizeof *cpu + cpu->weights_size + cpu->buffers.size;
}

const struct artem_backend_ops artem_backend_cpu = {
    .name = "cpu",
    .create = create,
    .set_style = set_style,
    .submit = submit,
    .submit_step = submit_step,
    .wait = wait,
    .stats = stats,
    .destroy = destroy,
};
