// SPDX-License-Identifier: Apache-2.0
// The CUDA backend: an engine of the shared object, and the app's pictures for it.
#include "backend_cuda.h"

#include <stdlib.h>

#include "artem/engine_vulkan.h"
#include "artem/file.h"
#include "backend_share.h"

struct cuda_backend {
    void *library;
    const struct artem_cuda_api *api;
    struct artem_cuda *cuda;
    struct share *share; // NULL: only pictures of the CPU
    bool shared;         // those of the frame in flight are the app's
};

static void log_line(enum artem_log_level level, const char *text)
{
    artem_log(level, "%s", text);
}

// ---- Who paints, for backend_share.c ----

static enum artem_result import_buffer(void *self, int fd, uint64_t allocated, void **out_buffer)
{
    const struct cuda_backend *b = self;
    struct artem_cuda_buffer *buffer = NULL;
    const enum artem_result result = b->api->import_buffer(b->cuda, fd, allocated, true, &buffer);

    *out_buffer = buffer;
    return result;
}

static void release_buffer(void *self, void *buffer)
{
    const struct cuda_backend *b = self;

    b->api->release_buffer(b->cuda, buffer);
}

static enum artem_result import_semaphores(void *self, int ready_fd, int done_fd, bool timeline)
{
    const struct cuda_backend *b = self;

    return b->api->import_semaphores(b->cuda, ready_fd, done_fd, timeline);
}

static enum artem_result submit_shared(void *self, const struct artem_engine_frame *frame, uint64_t value)
{
    const struct cuda_backend *b = self;

    return b->api->submit(b->cuda, frame, &(struct artem_cuda_sync){value, value});
}

static enum artem_result wait_shared(void *self, uint64_t timeout_ns)
{
    const struct cuda_backend *b = self;

    return b->api->wait(b->cuda, timeout_ns);
}

static bool has_failed(void *self)
{
    const struct cuda_backend *b = self;

    return b->api->has_failed(b->cuda);
}

static bool finish(void *self)
{
    const struct cuda_backend *b = self;

    return b->api->finish(b->cuda);
}

static const struct share_peer_ops peer_ops = {
    .name = "CUDA",
    .import_buffer = import_buffer,
    .release_buffer = release_buffer,
    .import_semaphores = import_semaphores,
    .submit = submit_shared,
    .wait = wait_shared,
    .has_failed = has_failed,
    .finish = finish,
};

// ---- The backend ----

static void destroy(void *backend)
{
    struct cuda_backend *b = backend;

    // In this order: the buffers are of the engine's context.
    share_destroy(&b->share);
    if (b->cuda != NULL)
        b->api->destroy(b->cuda);
    artem_cuda_unload(b->library);
    free(b);
}

static enum artem_result create(const struct artem_engine_params *params, void **out_backend)
{
    static const struct artem_cuda_host host = {log_line, &artem_backend_cpu};
    const struct vulkan_device *device = params->vulkan != NULL ? params->vulkan->device : NULL;
    const struct artem_cuda_params cuda_params = {
        .network = params->network,
        .uuid = device != NULL ? device->uuid : NULL,
        .device_name = device != NULL ? NULL : artem_user_env("ARTEM_CUDA_DEVICE"),
        .index = device != NULL ? 0 : params->device,
        .level = ARTEM_LOG_WARN,
    };
    struct artem_cuda_info info;
    struct cuda_backend *b;
    enum artem_result result = ARTEM_ERROR_UNSUPPORTED;

    if (device != NULL && device->sharing == VULKAN_SHARING_NONE) {
        artem_log(ARTEM_LOG_WARN, "no CUDA: the app's Vulkan device shares neither memory nor semaphores");
        return ARTEM_ERROR_UNSUPPORTED;
    }
    b = calloc(1, sizeof *b);
    if (b == NULL)
        return ARTEM_ERROR_MEMORY;
    b->api = artem_cuda_load(ARTEM_LOG_WARN, &b->library);
    if (b->api != NULL)
        result = b->api->create(&host, &cuda_params, &b->cuda);
    if (result == ARTEM_OK && device != NULL)
        result = share_create(device, &(struct share_peer){&peer_ops, b}, &b->share);
    if (result != ARTEM_OK) {
        destroy(b);
        return result;
    }
    b->api->info(b->cuda, &info);
    artem_log(ARTEM_LOG_DEBUG, "CUDA backend: %s, compute capability %d.%d, driver for CUDA %d.%d, kernels: %s",
              info.name, info.capability / 10, info.capability % 10, info.driver / 1000, info.driver % 1000 / 10,
              info.form);
    *out_backend = b;
    return ARTEM_OK;
}

static enum artem_result set_style(void *backend, const struct artem_style *style)
{
    struct cuda_backend *b = backend;

    return b->api->set_style(b->cuda, style);
}

static enum artem_result submit(void *backend, const struct artem_engine_frame *frame)
{
    struct cuda_backend *b = backend;
    const uint32_t buffers = share_count_buffers(frame);

    if (buffers > 0 && (buffers < frame->views || b->share == NULL))
        return ARTEM_ERROR_ARGUMENT; // all are the app's, or none
    b->shared = buffers > 0;
    return b->shared ? share_submit(b->share, frame) : b->api->submit(b->cuda, frame, NULL);
}

static enum artem_result submit_step(void *backend, const struct step *step)
{
    struct cuda_backend *b = backend;

    b->shared = false;
    return b->api->submit_step(b->cuda, step);
}

static enum artem_result wait(void *backend, uint64_t timeout_ns)
{
    struct cuda_backend *b = backend;

    return b->shared ? share_wait(b->share, timeout_ns) : b->api->wait(b->cuda, timeout_ns);
}

static enum artem_result rejoin(void *backend)
{
    struct cuda_backend *b = backend;

    return b->shared ? share_rejoin(b->share) : ARTEM_OK;
}

static bool release_buffers(void *backend, const uint64_t *serials, uint32_t count)
{
    struct cuda_backend *b = backend;

    return share_release_buffers(b->share, serials, count);
}

static void stats(const void *backend, struct artem_engine_stats *out_stats)
{
    const struct cuda_backend *b = backend;

    b->api->stats(b->cuda, out_stats);
}

static uint32_t passes(void *backend, struct artem_pass *out_passes)
{
    struct cuda_backend *b = backend;

    return b->api->passes(b->cuda, out_passes);
}

const struct artem_backend_ops artem_backend_cuda = {
    .name = "cuda",
    .takes_buffers = true,
    .create = create,
    .set_style = set_style,
    .submit = submit,
    .submit_step = submit_step,
    .wait = wait,
    .rejoin = rejoin,
    .release_buffers = release_buffers,
    .stats = stats,
    .passes = passes,
    .destroy = destroy,
};
