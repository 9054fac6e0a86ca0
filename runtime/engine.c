// SPDX-License-Identifier: Apache-2.0
// Argument checks and references, the same for every backend.
#include "artem/engine.h"

#include <stdlib.h>
#include <string.h>

#ifdef ARTEM_VULKAN
#include "artem/engine_vulkan.h"
#include "backend_choice.h"
#endif
#include "artem/devices.h"
#include "artem/log.h"
#include "backend.h"
#include "threadpool.h"

enum { CELL = 4, SIDE_MAX = 4096, AREA_MAX = 1 << 22 };

struct artem_engine {
    const struct artem_backend_ops *ops;
    void *backend;
    struct artem_network *network;
    struct artem_style *style;
    bool in_flight;
};

static const struct artem_backend_ops *const backends[] = {
    &artem_backend_cpu,
#ifdef ARTEM_VULKAN
    &artem_backend_vulkan,
    &artem_backend_cuda,
#endif
};

static bool has_devices(const struct artem_engine_params *params)
{
    return params->devices != NULL && *params->devices != '\0';
}

static bool is_automatic(const struct artem_engine_params *params)
{
    return params->backend == NULL || strcmp(params->backend, "auto") == 0;
}

static const struct artem_backend_ops *find_backend(const struct artem_engine_params *params)
{
    const char *name = params->backend;

    if (has_devices(params))
        return &artem_backend_multi;
    if (is_automatic(params)) {
#ifdef ARTEM_VULKAN
        return artem_backend_choose(params);
#else
        return &artem_backend_cpu;
#endif
    }
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++)
        if (strcmp(name, backends[i]->name) == 0)
            return backends[i];
    artem_log(ARTEM_LOG_ERROR, "there is no backend \"%s\" in this build", name);
    return NULL;
}

uint32_t artem_engine_automatic_threads(void)
{
    return artem_threadpool_automatic();
}

bool artem_engine_must_measure(const struct artem_engine_params *params)
{
#ifdef ARTEM_VULKAN
    return !has_devices(params) && is_automatic(params) && artem_backend_must_measure(params);
#else
    (void)params;
    return false;
#endif
}

enum artem_result artem_engine_create(const struct artem_engine_params *params, struct artem_engine **out_engine)
{
    if (params == NULL || out_engine == NULL || params->network == NULL)
        return ARTEM_ERROR_ARGUMENT;

    const struct artem_backend_ops *ops = find_backend(params);
    struct artem_engine *engine = calloc(1, sizeof *engine);
    enum artem_result result = ARTEM_OK;

    if (ops == NULL)
        result = ARTEM_ERROR_UNSUPPORTED;
    else if (engine == NULL)
        result = ARTEM_ERROR_MEMORY;
    else
        result = ops->create(params, &engine->backend);
    if (result != ARTEM_OK) {
        free(engine);
        return result;
    }
    engine->ops = ops;
    engine->network = artem_network_ref(params->network);
    *out_engine = engine;
    return ARTEM_OK;
}

enum artem_result artem_engine_set_style(struct artem_engine *engine, struct artem_style *style)
{
    if (engine == NULL || style == NULL || engine->in_flight)
        return ARTEM_ERROR_ARGUMENT;
    if (style->network_id != engine->network->id) {
        artem_log(ARTEM_LOG_ERROR, "style %s was made for another network (%08x, not %08x)", style->name,
                  style->network_id, engine->network->id);
        return ARTEM_ERROR_VERSION;
    }

    enum artem_result result = engine->ops->set_style(engine->backend, style);
    if (result != ARTEM_OK)
        return result;
    struct artem_style *old = engine->style;
    engine->style = artem_style_ref(style);
    artem_style_unref(&old);
    return ARTEM_OK;
}

static bool is_side(uint32_t side)
{
    return side >= CELL && side <= SIDE_MAX && side % CELL == 0;
}

static bool has_pictures(const struct artem_backend_ops *ops, const struct artem_engine_view *view)
{
    const size_t row = (size_t)view->width * 4;

    if (view->in_buffer != 0 || view->out_buffer != 0)
        return ops->takes_buffers && view->in_buffer != 0 && view->out_buffer != 0 && view->in == NULL &&
               view->out == NULL;
    return view->in != NULL && view->out != NULL && view->in_stride >= row && view->out_stride >= row;
}

static bool is_view(const struct artem_backend_ops *ops, const struct artem_engine_view *view)
{

    return is_side(view->width) && is_side(view->height) && view->width * view->height <= AREA_MAX &&
           has_pictures(ops, view) && artem_noise_map_valid(&view->noise);
}

static bool is_frame(const struct artem_backend_ops *ops, const struct artem_engine_frame *frame)
{
    if (frame->views < 1 || frame->views > ARTEM_MAX_VIEWS)
        return false;
    for (uint32_t i = 0; i < frame->views; i++)
        if (!is_view(ops, &frame->view[i]))
            return false;
    return true;
}

enum artem_result artem_engine_submit(struct artem_engine *engine, const struct artem_engine_frame *frame)
{
    if (engine == NULL || frame == NULL || engine->style == NULL || engine->in_flight || !is_frame(engine->ops, frame))
        return ARTEM_ERROR_ARGUMENT;

    enum artem_result result = engine->ops->submit(engine->backend, frame);
    engine->in_flight = result == ARTEM_OK;
    return result;
}

enum artem_result artem_engine_wait(struct artem_engine *engine, uint64_t timeout_ns)
{
    if (engine == NULL || !engine->in_flight)
        return ARTEM_ERROR_ARGUMENT;

    enum artem_result result = engine->ops->wait(engine->backend, timeout_ns);
    engine->in_flight = result == ARTEM_TIMEOUT;
    return result;
}

enum artem_result artem_engine_advance(struct artem_engine *engine, bool *out_any)
{
    *out_any = false;
    if (engine == NULL)
        return ARTEM_ERROR_ARGUMENT;
    return engine->ops->advance != NULL && engine->in_flight ? engine->ops->advance(engine->backend, out_any)
                                                             : ARTEM_OK;
}

void artem_engine_abandon(struct artem_engine *engine)
{
    if (engine != NULL && engine->ops->abandon != NULL && engine->in_flight)
        engine->ops->abandon(engine->backend);
}

enum artem_result artem_engine_rejoin(struct artem_engine *engine)
{
    if (engine == NULL)
        return ARTEM_ERROR_ARGUMENT;
    return engine->ops->rejoin != NULL && !engine->in_flight ? engine->ops->rejoin(engine->backend) : ARTEM_OK;
}

bool artem_engine_release_buffers(struct artem_engine *engine, const uint64_t *serials, uint32_t count)
{
    return engine == NULL || engine->ops->release_buffers == NULL || engine->in_flight ||
           engine->ops->release_buffers(engine->backend, serials, count);
}

void artem_engine_get_stats(const struct artem_engine *engine, struct artem_engine_stats *out_stats)
{
    memset(out_stats, 0, sizeof *out_stats);
    if (engine != NULL)
        engine->ops->stats(engine->backend, out_stats);
}

uint32_t artem_engine_get_devices(const struct artem_engine *engine, struct artem_device_report *out_reports)
{
    return engine != NULL && engine->ops->devices != NULL ? engine->ops->devices(engine->backend, out_reports) : 0;
}

const char *artem_engine_get_backend(const struct artem_engine *engine)
{
    return engine != NULL ? engine->ops->name : "";
}

#ifdef ARTEM_VULKAN
bool artem_engine_is_beside(const struct artem_engine *engine)
{
    return engine != NULL && engine->ops->is_beside != NULL && engine->ops->is_beside(engine->backend);
}

uint32_t artem_engine_get_passes(const struct artem_engine *engine, struct artem_pass passes[ARTEM_PASSES_MAX])
{
    return engine != NULL && engine->ops->passes != NULL ? engine->ops->passes(engine->backend, passes) : 0;
}
#endif

void artem_engine_destroy(struct artem_engine **engine)
{
    if (engine == NULL || *engine == NULL)
        return;
    (*engine)->ops->destroy((*engine)->backend);
    artem_style_unref(&(*engine)->style);
    artem_network_unref(&(*engine)->network);
    free(*engine);
    *engine = NULL;
}
