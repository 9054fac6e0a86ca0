// SPDX-License-Identifier: Apache-2.0
// The engine of a session.
#include "styler.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "artem/engine_vulkan.h"
#include "artem/log.h"
#include "artem/model.h"
#include "layer.h"

enum { FAILURES_MAX = 3 };

static const uint64_t device_patience_ns = 5000000000;
static const uint64_t retry_first_ns = 2000000000;
static const uint64_t round_ns = 1000000; // for which nobody else gets at the engine, and then everybody does

struct styler {
    pthread_mutex_t mutex; // one thread at a time may use the engine
    struct artem_network *network;
    struct artem_engine *engine;
    struct artem_style *style;
    const struct vulkan_device *device;   // NULL: none
    uint32_t threads;                     // that the engine was made with
    char backend[ARTEM_BACKEND_MAX];      // that was asked for then
    char devices[ARTEM_DEVICES_TEXT_MAX]; // likewise
    bool no_devices;                      // they failed, or cannot be used
    bool alone;                           // a device beside the app's has failed
    atomic_bool on_device;                // the engine uses `device`
    unsigned first_backend;               // those before it in the list below failed too often
    unsigned fallbacks;                   // times that a backend took another's place
    char replaced[ARTEM_BACKEND_MAX];     // one whose place another has; "": none
    unsigned substitute;                  // that one
    unsigned failures;                    // in a row, of an engine on devices
    uint32_t settings_serial;
    uint64_t retry_ns, retry_wait_ns; // what could not be followed is tried again then; UINT64_MAX: all is as asked
    struct {
        char style[ARTEM_NAME_MAX], blend_style[ARTEM_NAME_MAX];
        uint32_t blend;
    } request; // what `style` was loaded for
    uint64_t style_serial;
    bool busy;   // a frame is late, or on the device
    bool hangs;  // it was waited for in vain, and will not be again for so long
    bool failed; // the latest one that is done
};

enum artem_result styler_create(struct styler **out_styler)
{
    struct styler *styler = calloc(1, sizeof *styler);

    if (styler == NULL)
        return ARTEM_ERROR_MEMORY;
    pthread_mutex_init(&styler->mutex, NULL);
    *out_styler = styler;
    return ARTEM_OK;
}

void styler_set_device(struct styler *styler, const struct vulkan_device *device)
{
    styler->device = device;
}

void styler_destroy(struct styler **styler)
{
    struct styler *s = *styler;

    *styler = NULL;
    if (s == NULL)
        return;
    artem_engine_destroy(&s->engine);
    artem_style_unref(&s->style);
    artem_network_unref(&s->network);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}

static void wait_locked(struct styler *styler, uint64_t timeout_ns)
{
    enum artem_result result;

    if (!styler->busy)
        return;
    result = artem_engine_wait(styler->engine, timeout_ns);
    styler->busy = result == ARTEM_TIMEOUT;
    styler->hangs = styler->hangs && styler->busy;
    styler->failed = result != ARTEM_OK && result != ARTEM_TIMEOUT;
    if (result == ARTEM_OK)
        styler->failures = 0;
    if (styler->failed)
        styler->style_serial++; // what is kept as its painting is none; the next frame will tell of the error
}

bool styler_is_busy(struct styler *styler, uint64_t timeout_ns)
{
    bool busy;

    pthread_mutex_lock(&styler->mutex);
    wait_locked(styler, styler->on_device ? timeout_ns : 0);
    busy = styler->busy;
    pthread_mutex_unlock(&styler->mutex);
    return busy;
}

enum artem_result styler_advance(struct styler *styler, bool *out_any)
{
    enum artem_result result = ARTEM_OK;

    *out_any = false;
    pthread_mutex_lock(&styler->mutex);
    if (styler->busy && styler->on_device)
        result = artem_engine_advance(styler->engine, out_any);
    styler->failures += result != ARTEM_OK;
    pthread_mutex_unlock(&styler->mutex);
    return result;
}

void styler_abandon(struct styler *styler)
{
    pthread_mutex_lock(&styler->mutex);
    if (styler->busy && styler->on_device)
        artem_engine_abandon(styler->engine);
    pthread_mutex_unlock(&styler->mutex);
}

bool styler_has_failed(struct styler *styler)
{
    bool failed;

    pthread_mutex_lock(&styler->mutex);
    failed = styler->failed;
    pthread_mutex_unlock(&styler->mutex);
    return failed;
}

bool styler_finish(struct styler *styler)
{
    bool done, waits;

    styler_abandon(styler); // what is not on its way yet would not come
    for (uint64_t waited_ns = 0;; waited_ns += 2 * round_ns) {
        pthread_mutex_lock(&styler->mutex);
        wait_locked(styler, styler->hangs ? 0 : round_ns);
        done = !styler->busy;
        waits = !done && !styler->hangs && (!styler->on_device || waited_ns < device_patience_ns);
        styler->hangs = !done && !waits;
        pthread_mutex_unlock(&styler->mutex);
        if (!waits)
            return done;
        nanosleep(&(struct timespec){0, (long)round_ns}, NULL);
    }
}

bool styler_on_device(struct styler *styler)
{
    return styler->on_device;
}

const char *styler_get_backend(struct styler *styler)
{
    return styler->engine != NULL ? artem_engine_get_backend(styler->engine) : "";
}

unsigned styler_get_fallbacks(struct styler *styler)
{
    return styler->fallbacks;
}

// Each takes the place of the one before it where that fails. The last one every machine has.
static const char *const backends[] = {"cuda", "vulkan", "cpu"};
enum { BACKEND_CPU = 2 };

static unsigned index_of(const char *name)
{
    unsigned i = 0;

    while (i < BACKEND_CPU && strcmp(backends[i], name) != 0)
        i++;
    return i;
}

// Several devices of the engine's own, which get the pictures as an engine on the CPU does.
static enum artem_result create_spread(struct styler *styler, const struct artem_settings *settings,
                                       struct artem_engine **out_engine)
{
    const struct artem_engine_params params = {
        .threads = settings->threads, .network = styler->network, .devices = settings->devices};
    const enum artem_result result = artem_engine_create(&params, out_engine);

    if (result == ARTEM_OK)
        return result;
    artem_log(ARTEM_LOG_WARN, "devices %s cannot be used (%s): backend %s takes their place", settings->devices,
              artem_result_string(result), settings->backend);
    styler->no_devices = true;
    styler->fallbacks++;
    return result;
}

// Another backend has taken the place of the one that was asked for: told and counted unless it had it already.
static void note_substitute(struct styler *styler, const char *asked, unsigned substitute, enum artem_result why)
{
    if (strcmp(styler->replaced, asked) == 0 && styler->substitute == substitute)
        return;
    artem_log(ARTEM_LOG_WARN, "backend %s cannot be used (%s): %s takes its place", asked, artem_result_string(why),
              substitute == BACKEND_CPU ? "the CPU" : backends[substitute]);
    snprintf(styler->replaced, sizeof styler->replaced, "%s", asked);
    styler->substitute = substitute;
    styler->fallbacks++;
}

static enum artem_result create_engine(struct styler *styler, const struct artem_settings *settings,
                                       struct artem_engine **out_engine)
{
    if (settings->devices[0] != '\0' && !styler->no_devices && create_spread(styler, settings, out_engine) == ARTEM_OK)
        return ARTEM_OK;

    const struct artem_engine_vulkan share = {styler->device, styler->alone};
    struct artem_engine_params params = {
        .backend = settings->backend, .threads = settings->threads, .network = styler->network, .vulkan = &share};
    const bool automatic = strcmp(settings->backend, "auto") == 0, cpu = strcmp(settings->backend, "cpu") == 0;
    unsigned next = styler->first_backend; // 0: none has failed
    enum artem_result result = next > 0 ? ARTEM_ERROR_DEVICE : ARTEM_ERROR_UNSUPPORTED;

    if (cpu || (styler->device != NULL && next == 0))
        result = artem_engine_create(&params, out_engine);
    if (result == ARTEM_OK)
        styler->replaced[0] = '\0';
    if (result == ARTEM_OK || cpu)
        return result;
    const enum artem_result why = result;
    if (next == 0)
        next = automatic ? BACKEND_CPU : index_of(settings->backend) + 1;
    if (styler->device == NULL)
        next = BACKEND_CPU;
    for (; next <= BACKEND_CPU && result != ARTEM_OK; next++) {
        params.backend = backends[next];
        result = artem_engine_create(&params, out_engine);
    }
    if (result == ARTEM_OK)
        note_substitute(styler, settings->backend, next - 1, why);
    return result;
}

// Whether several devices share each frame.
static bool is_spread(const struct styler *styler)
{
    return strcmp(artem_engine_get_backend(styler->engine), "multi") == 0;
}

static enum artem_result make_engine(struct styler *styler, const struct artem_settings *settings)
{
    struct artem_engine *engine = NULL;
    enum artem_result result = ARTEM_OK;

    if (styler->network == NULL)
        result = artem_library_load_network(&styler->network);
    if (result != ARTEM_OK)
        return result; // the library has said what is wrong with which file
    result = create_engine(styler, settings, &engine);
    if (result == ARTEM_OK && styler->style != NULL) {
        result = artem_engine_set_style(engine, styler->style);
        styler->style_serial++;
    }
    if (result != ARTEM_OK) {
        artem_log(ARTEM_LOG_ERROR, "the engine cannot start (%s)", artem_result_string(result));
        artem_engine_destroy(&engine);
        return result;
    }
    artem_engine_destroy(&styler->engine);
    styler->engine = engine;
    styler->threads = settings->threads;
    snprintf(styler->backend, sizeof styler->backend, "%s", settings->backend);
    snprintf(styler->devices, sizeof styler->devices, "%s", settings->devices);
    styler->on_device = index_of(artem_engine_get_backend(engine)) < BACKEND_CPU;
    artem_log(ARTEM_LOG_INFO, "the network runs on %s%s",
              styler->on_device   ? styler->device->name
              : is_spread(styler) ? settings->devices
                                  : "the CPU",
              strcmp(artem_engine_get_backend(engine), "cuda") == 0 ? ", by CUDA" : "");
    return ARTEM_OK;
}

static bool is_requested(const struct styler *styler, const struct artem_settings *settings)
{
    return styler->style != NULL && strcmp(styler->request.style, settings->style) == 0 &&
           strcmp(styler->request.blend_style, settings->blend_style) == 0 && styler->request.blend == settings->blend;
}

static enum artem_result load_style(const struct artem_settings *settings, struct artem_style **out_style)
{
    enum artem_result result =
        artem_library_load_blend(settings->style, settings->blend_style, settings->blend, out_style);

    if (result == ARTEM_OK || settings->blend_style[0] == '\0')
        return result;
    artem_log(ARTEM_LOG_WARN, "style %s is shown alone", settings->style);
    return artem_library_load_blend(settings->style, "", 0, out_style);
}

static void change_style(struct styler *styler, const struct artem_settings *settings)
{
    struct artem_style *style = NULL;
    enum artem_result result = load_style(settings, &style);

    if (result != ARTEM_OK)
        return; // the library has said what is wrong with which file; the style before, or none, stays
    result = artem_engine_set_style(styler->engine, style);
    if (result != ARTEM_OK) {
        artem_log(ARTEM_LOG_ERROR, "style %s cannot be used (%s)", settings->style, artem_result_string(result));
        artem_style_unref(&style);
        return;
    }
    artem_style_unref(&styler->style);
    styler->style = style;
    styler->style_serial++;
    snprintf(styler->request.style, sizeof styler->request.style, "%s", settings->style);
    snprintf(styler->request.blend_style, sizeof styler->request.blend_style, "%s", settings->blend_style);
    styler->request.blend = settings->blend;
    if (style->blend_weight > 0)
        artem_log(ARTEM_LOG_INFO, "style: %s, blended with %u/%d of %s", style->name, style->blend_weight,
                  ARTEM_BLEND_ONE, style->blend_name);
    else
        artem_log(ARTEM_LOG_INFO, "style: %s", style->name);
}

static bool is_engine_requested(const struct styler *styler, const struct artem_settings *settings)
{
    return styler->engine != NULL && styler->threads == settings->threads &&
           strcmp(styler->backend, settings->backend) == 0 && strcmp(styler->devices, settings->devices) == 0;
}

// A style that was half written, or memory that was short, may be there in a moment. Ever less often, since each try
// says in the log what is wrong.
static void plan_retry(struct styler *styler, const struct artem_settings *settings, bool is_retry)
{
    if (is_engine_requested(styler, settings) && is_requested(styler, settings)) {
        styler->retry_ns = UINT64_MAX;
        return;
    }
    styler->retry_wait_ns = is_retry ? 2 * styler->retry_wait_ns : retry_first_ns;
    styler->retry_ns = layer_now_ns() + styler->retry_wait_ns;
}

static void follow_settings(struct styler *styler, const struct artem_settings *settings, uint32_t serial)
{
    const bool is_retry = serial == styler->settings_serial;

    if (styler->busy || (is_retry && (styler->retry_ns == UINT64_MAX || layer_now_ns() < styler->retry_ns)))
        return;
    styler->settings_serial = serial;
    if (strcmp(styler->backend, settings->backend) != 0) {
        styler->first_backend = 0; // another wish, another chance
        styler->alone = false;
    }
    if (strcmp(styler->devices, settings->devices) != 0)
        styler->no_devices = false;
    if (!is_engine_requested(styler, settings))
        make_engine(styler, settings);
    if (styler->engine != NULL && !is_requested(styler, settings))
        change_style(styler, settings);
    plan_retry(styler, settings, is_retry);
}

// It has failed too often: whatever comes next is to take its place.
static void give_up_engine(struct styler *styler)
{
    if (is_spread(styler)) {
        styler->no_devices = true;
        styler->fallbacks++;
    } else if (artem_engine_is_beside(styler->engine)) {
        artem_log(ARTEM_LOG_WARN, "the Vulkan device beside the app's has failed: its own takes its place");
        styler->alone = true;
        styler->fallbacks++;
    } else {
        styler->first_backend = index_of(artem_engine_get_backend(styler->engine)) + 1;
    }
}

bool styler_apply(struct styler *styler, const struct artem_settings *settings, uint32_t serial)
{
    bool ready;

    pthread_mutex_lock(&styler->mutex);
    if (styler->failures >= FAILURES_MAX && !styler->busy) {
        give_up_engine(styler);
        styler->failures = 0;
        make_engine(styler, settings);
    }
    follow_settings(styler, settings, serial);
    ready = styler->engine != NULL && styler->style != NULL;
    pthread_mutex_unlock(&styler->mutex);
    return ready;
}

void styler_prepare(struct styler *styler, const struct artem_settings *settings, uint32_t serial)
{
    const struct artem_engine_vulkan share = {styler->device, styler->alone};
    // Without settings->devices: where they cannot be used, the backend takes their place.
    const struct artem_engine_params params = {
        .backend = settings->backend, .threads = settings->threads, .vulkan = &share};

    pthread_mutex_lock(&styler->mutex);
    if (!artem_engine_must_measure(&params))
        follow_settings(styler, settings, serial);
    pthread_mutex_unlock(&styler->mutex);
}

bool styler_has_followed(struct styler *styler, uint32_t serial)
{
    bool followed;

    if (styler == NULL)
        return false;
    pthread_mutex_lock(&styler->mutex);
    followed = styler->settings_serial == serial;
    pthread_mutex_unlock(&styler->mutex);
    return followed;
}

uint64_t styler_get_style(struct styler *styler, const char **out_name)
{
    uint64_t serial;

    pthread_mutex_lock(&styler->mutex);
    *out_name = styler->style != NULL ? styler->style->name : "";
    serial = styler->style_serial;
    pthread_mutex_unlock(&styler->mutex);
    return serial;
}

const struct artem_style *styler_get_current(const struct styler *styler)
{
    return styler != NULL ? styler->style : NULL;
}

enum artem_result styler_run(struct styler *styler, const struct artem_engine_frame *frame, uint64_t timeout_ns)
{
    enum artem_result result;

    pthread_mutex_lock(&styler->mutex);
    result = artem_engine_submit(styler->engine, frame);
    if (result == ARTEM_OK && !styler->on_device)
        result = artem_engine_wait(styler->engine, timeout_ns);
    styler->busy = styler->on_device ? result == ARTEM_OK : result == ARTEM_TIMEOUT;
    styler->failed = result != ARTEM_OK && result != ARTEM_TIMEOUT;
    const bool failed = result != ARTEM_OK && (styler->on_device || (is_spread(styler) && result != ARTEM_TIMEOUT));
    if (failed)
        styler->failures++;
    else if (!styler->on_device) // else it has yet to end well
        styler->failures = 0;
    pthread_mutex_unlock(&styler->mutex);
    return result;
}

enum artem_result styler_rejoin(struct styler *styler)
{
    enum artem_result result;

    pthread_mutex_lock(&styler->mutex);
    result = artem_engine_rejoin(styler->engine);
    if (result != ARTEM_OK) {
        styler->failures++;
        styler->style_serial++; // what is kept as its painting is none
    }
    pthread_mutex_unlock(&styler->mutex);
    return result;
}

bool styler_release_buffers(struct styler *styler, const uint64_t *serials, uint32_t count)
{
    bool released;

    pthread_mutex_lock(&styler->mutex);
    released = artem_engine_release_buffers(styler->engine, serials, count);
    pthread_mutex_unlock(&styler->mutex);
    return released;
}

void styler_get_stats(struct styler *styler, struct artem_engine_stats *out_stats)
{
    pthread_mutex_lock(&styler->mutex);
    artem_engine_get_stats(styler->engine, out_stats);
    pthread_mutex_unlock(&styler->mutex);
}

struct artem_style *styler_restart(struct styler *styler)
{
    struct artem_style *style = NULL;

    pthread_mutex_lock(&styler->mutex);
    if (styler->engine != NULL && styler->style != NULL && !styler->busy &&
        artem_engine_set_style(styler->engine, styler->style) == ARTEM_OK) {
        styler->style_serial++;
        style = artem_style_ref(styler->style);
    }
    pthread_mutex_unlock(&styler->mutex);
    return style;
}

uint32_t styler_get_network(struct styler *styler)
{
    return styler->network != NULL ? styler->network->id : 0;
}

struct folder_search {
    const char *style;
    char *folder;
    size_t size;
    bool found;
};

static int compare_style(void *user, const char *name, const char *path)
{
    struct folder_search *search = user;
    const char *slash = strrchr(path, '/');
    bool wanted = strcmp(name, search->style) == 0;

    if (slash != NULL && (size_t)(slash - path) < search->size && (wanted || !search->found)) {
        memcpy(search->folder, path, (size_t)(slash - path));
        search->folder[slash - path] = '\0';
        search->found = true;
    }
    return wanted;
}

bool styler_find_folder(const char *style, char *folder, size_t size)
{
    struct folder_search search = {.style = style, .size = size};

    search.folder = folder;
    artem_library_list(compare_style, &search);
    return search.found;
}
