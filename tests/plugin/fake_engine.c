// SPDX-License-Identifier: Apache-2.0
// The linker takes these instead of libartem's own.
#include "fake_engine.h"

#include "artem/engine_vulkan.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct artem_engine {
    struct artem_engine_frame frame;
    bool in_flight;
    uint64_t done_ns, cost_ns;
};

// One thread at a time has them.
struct style_object {
    struct artem_style style;
    unsigned references;
};

struct fake_engine_state fake_engine;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; // guards what is told of the latest batch

// Of several sessions; nothing is synchronised by it, so that it hides no race.
static void count(unsigned *counter, int change)
{
    __atomic_fetch_add(counter, (unsigned)change, __ATOMIC_RELAXED);
}

static enum artem_result ask(const char *function)
{
    return fake_engine.fault != NULL ? fake_engine.fault(function) : ARTEM_OK;
}

bool artem_engine_must_measure(const struct artem_engine_params *params)
{
    return fake_engine.must_measure && (params->devices == NULL || params->devices[0] == '\0') &&
           strcmp(params->backend, "auto") == 0;
}

enum artem_result artem_engine_create(const struct artem_engine_params *params, struct artem_engine **out_engine)
{
    const enum artem_result result = ask(__func__);

    (void)params;
    if (result != ARTEM_OK)
        return result;
    *out_engine = calloc(1, sizeof **out_engine);
    count(&fake_engine.engines, 1);
    return ARTEM_OK;
}

enum artem_result artem_engine_set_style(struct artem_engine *engine, struct artem_style *style)
{
    (void)style;
    return engine->in_flight ? ARTEM_ERROR_ARGUMENT : ask(__func__);
}

enum artem_result artem_engine_submit(struct artem_engine *engine, const struct artem_engine_frame *frame)
{
    if (engine->in_flight || frame->views < 1 || frame->views > ARTEM_MAX_VIEWS)
        return ARTEM_ERROR_ARGUMENT;
    if (fake_engine.submit_result != ARTEM_OK)
        return fake_engine.submit_result;
    const enum artem_result result = ask(__func__);
    if (result != ARTEM_OK)
        return result;
    engine->frame = *frame;
    engine->cost_ns = fake_engine.cost != NULL ? fake_engine.cost(frame) : 1000000;
    engine->done_ns = fake_engine.now != NULL ? fake_engine.now() + engine->cost_ns : 0;
    engine->in_flight = true;
    count(&fake_engine.submitted, 1);
    return ARTEM_OK;
}

static void invert(const struct artem_engine_view *view)
{
    for (uint32_t y = 0; y < view->height; y++) {
        const uint8_t *in = view->in + y * view->in_stride;
        uint8_t *out = view->out + y * view->out_stride;

        for (uint32_t i = 0; i < 4 * view->width; i++)
            out[i] = i % 4 == 3 ? 255 : (uint8_t)(255 - in[i]);
    }
}

enum artem_result artem_engine_wait(struct artem_engine *engine, uint64_t timeout_ns)
{
    const struct artem_engine_frame *frame = &engine->frame;

    if (fake_engine.now != NULL && fake_engine.now() < engine->done_ns) {
        const uint64_t rest = engine->done_ns - fake_engine.now();

        fake_engine.sleep(rest < timeout_ns ? rest : timeout_ns);
        if (rest > timeout_ns)
            return ARTEM_TIMEOUT;
    }
    if (fake_engine.late > 0) {
        fake_engine.late--;
        return ARTEM_TIMEOUT;
    }
    const enum artem_result result = ask(__func__);
    if (result == ARTEM_TIMEOUT)
        return result;
    for (uint32_t v = 0; v < frame->views; v++)
        invert(&frame->view[v]);
    engine->in_flight = false;
    pthread_mutex_lock(&mutex);
    for (uint32_t v = 0; v < frame->views; v++) {
        fake_engine.sizes[v].width = frame->view[v].width;
        fake_engine.sizes[v].height = frame->view[v].height;
        fake_engine.noise[v] = frame->view[v].noise;
    }
    fake_engine.frames++;
    fake_engine.resolution = frame->resolution;
    fake_engine.views += frame->views;
    fake_engine.size_count = frame->views;
    pthread_mutex_unlock(&mutex);
    return result;
}

enum artem_result artem_engine_advance(struct artem_engine *engine, bool *out_any)
{
    (void)engine;
    *out_any = false;
    return ask(__func__);
}

void artem_engine_abandon(struct artem_engine *engine)
{
    (void)engine;
}

bool artem_engine_is_beside(const struct artem_engine *engine)
{
    (void)engine;
    return false;
}

enum artem_result artem_engine_rejoin(struct artem_engine *engine)
{
    (void)engine;
    return ask(__func__);
}

bool artem_engine_release_buffers(struct artem_engine *engine, const uint64_t *serials, uint32_t count)
{
    (void)engine;
    (void)serials;
    (void)count;
    return true;
}

const char *artem_engine_get_backend(const struct artem_engine *engine)
{
    (void)engine;
    return "cpu";
}

void artem_engine_get_stats(const struct artem_engine *engine, struct artem_engine_stats *out_stats)
{
    *out_stats = (struct artem_engine_stats){.milliseconds = (double)engine->cost_ns / 1e6};
}

void artem_engine_destroy(struct artem_engine **engine)
{
    count(&fake_engine.engines, -(*engine != NULL));
    free(*engine);
    *engine = NULL;
}

enum artem_result artem_library_load_network(struct artem_network **out_network)
{
    const enum artem_result result = fake_engine.no_network ? ARTEM_ERROR_NOT_FOUND : ask(__func__);

    if (result != ARTEM_OK)
        return result;
    *out_network = calloc(1, sizeof **out_network);
    count(&fake_engine.networks, 1);
    return ARTEM_OK;
}

enum artem_result artem_library_load_blend(const char *name, const char *blend_name, uint32_t weight,
                                           struct artem_style **out_style)
{
    const enum artem_result result = strcmp(name, "missing") == 0 ? ARTEM_ERROR_NOT_FOUND : ask(__func__);

    if (result != ARTEM_OK)
        return result;
    *out_style = calloc(1, sizeof(struct style_object));
    ((struct style_object *)*out_style)->references = 1;
    snprintf((*out_style)->name, sizeof(*out_style)->name, "%s", name);
    if (blend_name[0] != '\0' && weight > 0) {
        snprintf((*out_style)->blend_name, sizeof(*out_style)->blend_name, "%s", blend_name);
        (*out_style)->blend_weight = weight;
    }
    count(&fake_engine.styles, 1);
    return ARTEM_OK;
}

enum artem_result artem_library_list(int (*fn)(void *user, const char *name, const char *path), void *user)
{
    fn(user, "great_wave", "/models/great_wave.artstyle");
    return ARTEM_OK;
}

void artem_network_unref(struct artem_network **network)
{
    count(&fake_engine.networks, -(*network != NULL));
    free(*network);
    *network = NULL;
}

struct artem_style *artem_style_ref(struct artem_style *style)
{
    ((struct style_object *)style)->references++;
    return style;
}

void artem_style_unref(struct artem_style **style)
{
    struct style_object *object = (struct style_object *)*style;

    *style = NULL;
    if (object == NULL || --object->references > 0)
        return;
    count(&fake_engine.styles, -1);
    free(object);
}
