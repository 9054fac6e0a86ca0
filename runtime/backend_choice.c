// SPDX-License-Identifier: Apache-2.0
#include "backend_choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "artem/cuda.h"
#include "artem/engine_vulkan.h"
#include "artem/file.h"
#include "artem/log.h"
#include "artem_kernels/kernels.h"
#include "backend_vulkan.h"
#include "cache.h"
#include "model_internal.h"
#include "threadpool.h"

// Two eyes of a usual size. Frames that one of the two measured has; the first two are not counted.
enum { WIDTH = 320, HEIGHT = 352, VIEWS = 2, FRAMES = 5, WARM_UP = 2, FILE_MAX = 1 << 16 };
// The GPU leaves the CPU to the app, so it may take longer than the CPU would.
static const double patience = 2;
static const double slow_ms = 100;
static const uint64_t frame_patience_ns = 5000000000;
static const char file_name[] = "backends";

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static bool run_frame(const struct artem_backend_ops *ops, void *backend, const struct artem_engine_frame *frame)
{
    return ops->submit(backend, frame) == ARTEM_OK && ops->wait(backend, frame_patience_ns) == ARTEM_OK;
}

// Milliseconds of the best frame; 0 if the backend does not work. What the style holds does not matter for the time.
static double measure(const struct artem_backend_ops *ops, const struct artem_engine_params *params,
                      const struct artem_style *style, uint8_t *pictures)
{
    struct artem_engine_frame frame = {.views = VIEWS, .resolution = WIDTH};
    const size_t stride = (size_t)WIDTH * 4, bytes = stride * HEIGHT;
    void *backend = NULL;
    double best = 0;

    if (ops->create(params, &backend) != ARTEM_OK)
        return 0;
    for (uint32_t v = 0; v < VIEWS; v++)
        frame.view[v] = (struct artem_engine_view){.width = WIDTH,
                                                   .height = HEIGHT,
                                                   .in = pictures + (size_t)2 * v * bytes,
                                                   .in_stride = stride,
                                                   .out = pictures + ((size_t)2 * v + 1) * bytes,
                                                   .out_stride = stride};
    if (ops->set_style(backend, style) == ARTEM_OK)
        for (int i = 0; i < FRAMES; i++) {
            const double start = now_ms();
            if (!run_frame(ops, backend, &frame)) {
                best = 0;
                break;
            }
            const double time = now_ms() - start;
            if (i >= WARM_UP && (best == 0 || time < best))
                best = time;
            if (i > 0 && time > slow_ms) { // so slow that the exact number does not matter
                best = time;
                break;
            }
        }
    ops->destroy(backend);
    return best;
}

// A backend that runs on a GPU, and what it is known by: device, driver, CPU.
struct candidate {
    const struct artem_backend_ops *ops;
    const struct artem_engine_params *params;
    char device[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE];
    char key[ARTEM_PATH_MAX];
};

struct times {
    double gpu, cpu; // milliseconds; 0: does not work
};

// `cpu_ms`: the CPU's time where it is known, else 0.
static bool measure_both(const struct artem_backend_ops *ops, const struct artem_engine_params *params, double cpu_ms,
                         struct times *out)
{
    uint8_t *pictures = calloc((size_t)VIEWS * 2, (size_t)WIDTH * HEIGHT * 4);
    struct artem_style *style = artem_style_alloc();

    if (pictures != NULL && style != NULL) {
        out->gpu = measure(ops, params, style, pictures);
        out->cpu = cpu_ms > 0 ? cpu_ms : measure(&artem_backend_cpu, params, style, pictures);
    }
    const bool measured = pictures != NULL && style != NULL;
    free(pictures);
    artem_style_unref(&style);
    return measured;
}

// A line of the file is KEY TAB GPU TAB CPU; a key has no tabs and no line ends.
static const char *cpu_name(void)
{
    return artem_cpu_name(artem_cpu_detect());
}

static uint32_t thread_count(uint32_t threads)
{
    return threads > 0 ? threads : artem_threadpool_automatic();
}

static void clean(char *key)
{
    for (char *c = key; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
}

static void make_vulkan(const struct artem_engine_params *params, struct candidate *out)
{
    const struct vulkan_device *device = params->vulkan->device;

    out->ops = &artem_backend_vulkan;
    out->params = params;
    snprintf(out->device, sizeof out->device, "%s", device->name);
    snprintf(out->key, sizeof out->key, "%s, driver %08x%s%s, %s, %u threads", device->name, device->driver,
             device->dot == VULKAN_DOT_MIXED    ? ", dot"
             : device->dot == VULKAN_DOT_SIGNED ? ", signed dot"
                                                : "",
             vulkan_wants_beside(params->vulkan) ? ", beside" : "", cpu_name(), thread_count(params->threads));
    clean(out->key);
}

static void make_cuda(const struct artem_cuda_info *info, const struct artem_engine_params *params,
                      struct candidate *out)
{
    out->ops = &artem_backend_cuda;
    out->params = params;
    snprintf(out->device, sizeof out->device, "%s", info->name);
    snprintf(out->key, sizeof out->key, "%s by CUDA, driver %d.%d, %s, %u threads", info->name, info->driver / 1000,
             info->driver % 1000 / 10, cpu_name(), thread_count(params->threads));
    clean(out->key);
}

// In tenths of a microsecond, without the host's locale. The text ends with a NUL.
static bool parse_time(const char **text, double *out)
{
    uint32_t value = 0;
    int digits = 0;

    for (; **text >= '0' && **text <= '9' && digits < 9; ++*text, digits++)
        value = value * 10 + (uint32_t)(**text - '0');
    *out = value * 1e-4;
    return digits > 0;
}

static bool find_line(const char *text, const char *key, struct times *out)
{
    const size_t length = strlen(key);

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *at = line + length;
        if (strncmp(line, key, length) == 0 && *at++ == '\t' && parse_time(&at, &out->gpu) && *at++ == '\t' &&
            parse_time(&at, &out->cpu) && *at == '\n')
            return true;
    }
    return false;
}

static void remember(const char *path, const char *old, const char *key, const struct times *times)
{
    const size_t size = (old != NULL ? strlen(old) : 0) + strlen(key) + 64;
    char *text = malloc(size);

    if (text == NULL)
        return;
    const bool cut = old != NULL && *old != '\0' && old[strlen(old) - 1] != '\n'; // by an interrupted write
    const int length = snprintf(text, size, "%s%s%s\t%u\t%u\n", old != NULL ? old : "", cut ? "\n" : "", key,
                                (unsigned)(times->gpu * 1e4), (unsigned)(times->cpu * 1e4));
    if (length < FILE_MAX && !artem_cache_write(path, text, (size_t)length))
        artem_log(ARTEM_LOG_DEBUG, "the choice of a backend cannot be kept in %s", path);
    free(text);
}

// The file of all that was measured here; NULL: none. The caller frees it.
static char *read_known(const char *path)
{
    char *text = NULL;
    size_t size;

    return path[0] != '\0' && artem_file_read(path, FILE_MAX, &text, &size) == ARTEM_OK ? text : NULL;
}

// "" without a cache folder.
static void find_known(char path[ARTEM_PATH_MAX])
{
    if (!artem_cache_path(file_name, path, ARTEM_PATH_MAX))
        path[0] = '\0';
}

static struct times find_times(const struct candidate *candidate, double cpu_ms)
{
    const char *key = candidate->key;
    struct times times = {0, 0};
    char path[ARTEM_PATH_MAX];

    find_known(path);
    char *old = read_known(path);
    if (old == NULL || !find_line(old, key, &times)) {
        if (measure_both(candidate->ops, candidate->params, cpu_ms, &times)) {
            artem_log(ARTEM_LOG_INFO, "measured once: %.2f ms a frame on %s by %s, %.2f ms on the CPU", times.gpu,
                      candidate->device, candidate->ops->name, times.cpu);
            // What did not work may do so next time.
            if (path[0] != '\0' && times.gpu > 0 && times.cpu > 0)
                remember(path, old, key, &times);
        }
    }
    free(old);
    return times;
}

static bool is_gpu(const struct vulkan_device *device)
{
    return device->type == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU ||
           device->type == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU ||
           device->type == VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU;
}

// CUDA on the app's device, where there is one, else on any.
static bool find_cuda(const struct artem_engine_params *params, struct candidate *out)
{
    const struct vulkan_device *app = params->vulkan != NULL ? params->vulkan->device : NULL;
    struct artem_cuda_info info;
    char why[ARTEM_PATH_MAX];

    if (app != NULL && app->sharing == VULKAN_SHARING_NONE)
        return false;
    if (artem_cuda_probe(app != NULL ? app->uuid : NULL, &info, why, sizeof why) != ARTEM_OK)
        return false;
    make_cuda(&info, params, out);
    return true;
}

static const struct artem_backend_ops *fastest(const struct candidate *candidates, int count)
{
    const struct artem_backend_ops *best = &artem_backend_cpu;
    double best_ms = 0, cpu_ms = 0;

    for (int i = 0; i < count; i++) {
        const struct times times = find_times(&candidates[i], cpu_ms);
        cpu_ms = times.cpu; // the same for all
        if (times.gpu > 0 && (times.cpu == 0 || times.gpu <= patience * times.cpu) &&
            (best_ms == 0 || times.gpu < best_ms)) {
            best = candidates[i].ops;
            best_ms = times.gpu;
        }
    }
    return best;
}

// All backends that run on a GPU here, and a Vulkan device of their own where the caller has none.
struct candidates {
    struct artem_engine_vulkan share;
    struct artem_engine_params params;
    struct vulkan_own_device *own;
    struct candidate all[2];
    int count;
};

static struct candidates *list_candidates(const struct artem_engine_params *params)
{
    struct candidates *list = calloc(1, sizeof *list);

    if (list == NULL)
        return NULL;
    list->params = *params;
    if (params->vulkan == NULL && vulkan_own_device_create(ARTEM_LOG_DEBUG, 0, &list->own) == ARTEM_OK) {
        list->share.device = vulkan_own_device_get(list->own);
        list->params.vulkan = &list->share;
    }
    if (list->params.vulkan != NULL && is_gpu(list->params.vulkan->device))
        make_vulkan(&list->params, &list->all[list->count++]);
    list->count += find_cuda(params, &list->all[list->count]);
    return list;
}

static void free_candidates(struct candidates *list)
{
    if (list != NULL)
        vulkan_own_device_destroy(&list->own);
    free(list);
}

const struct artem_backend_ops *artem_backend_choose(const struct artem_engine_params *params)
{
    struct candidates *list = list_candidates(params);
    const struct artem_backend_ops *best = list != NULL ? fastest(list->all, list->count) : &artem_backend_cpu;

    free_candidates(list);
    return best;
}

bool artem_backend_must_measure(const struct artem_engine_params *params)
{
    struct candidates *list = list_candidates(params);
    char path[ARTEM_PATH_MAX];
    struct times times;
    bool known = true;

    find_known(path);
    char *text = read_known(path);
    for (int i = 0; list != NULL && i < list->count; i++)
        known = known && text != NULL && find_line(text, list->all[i].key, &times);
    free(text);
    free_candidates(list);
    return !known;
}
