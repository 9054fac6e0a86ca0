// SPDX-License-Identifier: Apache-2.0
// Life time of the backend that spreads a frame over several others.
#include "backend_multi.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "artem/log.h"

double multi_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void destroy(void *backend)
{
    struct multi_backend *multi = backend;

    artem_threadpool_destroy(&multi->pool);
    for (uint32_t i = 0; i < multi->count; i++)
        multi->devices[i].source.ops->destroy(multi->devices[i].backend);
    free(multi->devices);
    free(multi);
}

enum artem_result multi_create(const struct artem_network *network, const struct multi_source *sources, uint32_t count,
                               void **out_backend)
{
    struct multi_backend *multi = calloc(1, sizeof *multi);
    enum artem_result result = ARTEM_OK;

    if (multi == NULL)
        return ARTEM_ERROR_MEMORY;
    multi->network = network;
    multi->devices = calloc(count, sizeof *multi->devices);
    if (multi->devices == NULL)
        result = ARTEM_ERROR_MEMORY;
    for (uint32_t i = 0; i < count && result == ARTEM_OK; i++) {
        struct multi_device *device = &multi->devices[i];
        device->source = sources[i];
        device->source.params.network = (struct artem_network *)(uintptr_t)network; // as the engine has it
        if (sources[i].ops->submit_step == NULL) {
            artem_log(ARTEM_LOG_ERROR, "%s cannot paint a part of a picture yet", sources[i].name);
            result = ARTEM_ERROR_UNSUPPORTED;
            break;
        }
        result = sources[i].ops->create(&device->source.params, &device->backend);
        multi->count += result == ARTEM_OK;
        if (result != ARTEM_OK)
            artem_log(ARTEM_LOG_ERROR, "device %s cannot be used: %s", sources[i].name, artem_result_string(result));
    }
    if (result == ARTEM_OK)
        result = artem_threadpool_create(count, &multi->pool);
    if (result != ARTEM_OK) {
        destroy(multi);
        return result;
    }
    *out_backend = multi;
    return ARTEM_OK;
}

void multi_fix_shares(void *backend, const double *weights)
{
    struct multi_backend *multi = backend;

    multi->fixed = true;
    memcpy(multi->fixed_weights, weights, multi->count * sizeof *weights);
}

static const struct artem_backend_ops *ops_of(enum artem_device_kind kind)
{
    switch (kind) {
    case ARTEM_DEVICE_CPU:
        return &artem_backend_cpu;
#ifdef ARTEM_VULKAN
    case ARTEM_DEVICE_VULKAN:
        return &artem_backend_vulkan;
    case ARTEM_DEVICE_CUDA:
        return &artem_backend_cuda;
#endif
    default:
        return NULL;
    }
}

// The pools on the processor share its threads, the first ones take what is left over.
static uint32_t threads_of(uint32_t pool, uint32_t pools, uint32_t threads)
{
    const uint32_t each = threads / pools + (pool < threads % pools);

    return each > 0 ? each : 1;
}

static enum artem_result create(const struct artem_engine_params *params, void **out_backend)
{
    struct multi_source sources[ARTEM_DEVICES_MAX] = {0};
    struct artem_devices list;
    char why[128];
    uint32_t pools = 0, pool = 0;

    if (!artem_devices_parse(params->devices, &list, why, sizeof why)) {
        artem_log(ARTEM_LOG_ERROR, "devices: %s", why);
        return ARTEM_ERROR_ARGUMENT;
    }
    for (uint32_t i = 0; i < list.count; i++)
        pools += list.device[i].kind == ARTEM_DEVICE_CPU;
    for (uint32_t i = 0; i < list.count; i++) {
        const struct artem_device *device = &list.device[i];
        struct multi_source *source = &sources[i];
        source->ops = ops_of(device->kind);
        if (source->ops == NULL) {
            artem_log(ARTEM_LOG_ERROR, "devices: this build has no %s", device->name);
            return ARTEM_ERROR_UNSUPPORTED;
        }
        source->can_be_left = device->kind != ARTEM_DEVICE_CPU;
        memcpy(source->name, device->name, sizeof source->name);
        source->params.network = params->network;
        if (device->kind == ARTEM_DEVICE_CPU)
            source->params.threads =
                threads_of(pool++, pools, params->threads > 0 ? params->threads : artem_threadpool_processors());
        else
            source->params.device = device->index;
    }
    return multi_create(params->network, sources, list.count, out_backend);
}

static enum artem_result set_style(void *backend, const struct artem_style *style)
{
    struct multi_backend *multi = backend;
    enum artem_result result = ARTEM_ERROR_DEVICE;

    for (uint32_t i = 0; i < multi->count; i++) {
        struct multi_device *device = &multi->devices[i];
        if (device->failed)
            continue;
        result = device->source.ops->set_style(device->backend, style);
        if (result != ARTEM_OK)
            multi_set_failed(device, artem_result_string(result), multi_usable(multi) - 1);
    }
    if (multi_usable(multi) == 0)
        return result == ARTEM_OK ? ARTEM_ERROR_DEVICE : result;
    multi->style = style;
    multi->restart = true;
    return ARTEM_OK;
}

static enum artem_result submit(void *backend, const struct artem_engine_frame *frame)
{
    struct multi_backend *multi = backend;

    if (multi_usable(multi) == 0)
        return ARTEM_ERROR_DEVICE;
    if (multi->restart || multi->resolution != frame->resolution)
        norm_state_restart(multi->style, multi->state);
    multi->restart = false;
    multi->resolution = frame->resolution;
    multi->frame = *frame;
    artem_threadpool_start(multi->pool, multi_run_frame, multi);
    return ARTEM_OK;
}

static enum artem_result wait(void *backend, uint64_t timeout_ns)
{
    struct multi_backend *multi = backend;

    if (!artem_threadpool_wait(multi->pool, timeout_ns))
        return ARTEM_TIMEOUT;
    if (multi->result != ARTEM_OK)
        return multi->result;
    multi->stats.milliseconds = multi->frame_milliseconds;
    multi->stats.frames++;
    multi->stats.cuts += multi->frame_cut;
    return ARTEM_OK;
}

static void stats(const void *backend, struct artem_engine_stats *out_stats)
{
    const struct multi_backend *multi = backend;

    *out_stats = multi->stats;
    out_stats->memory_bytes = sizeof *multi + multi->count * sizeof *multi->devices;
    for (uint32_t i = 0; i < multi->count; i++) {
        const struct multi_device *device = &multi->devices[i];
        struct artem_engine_stats of_device = {0};
        device->source.ops->stats(device->backend, &of_device);
        out_stats->memory_bytes += of_device.memory_bytes;
        out_stats->failed_devices += device->failed;
    }
}

static uint32_t devices(const void *backend, struct artem_device_report *out_reports)
{
    const struct multi_backend *multi = backend;

    memcpy(out_reports, multi->reports, multi->count * sizeof *out_reports);
    return multi->count;
}

const struct artem_backend_ops artem_backend_multi = {
    .name = "multi",
    .create = create,
    .set_style = set_style,
    .submit = submit,
    .wait = wait,
    .stats = stats,
    .devices = devices,
    .destroy = destroy,
};
