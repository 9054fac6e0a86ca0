// SPDX-License-Identifier: Apache-2.0
// Life time of an engine, and the door of the shared object.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda_engine.h"

static const uint64_t destroy_timeout_ns = 5000000000;
static const uint64_t finish_timeout_ns = 1000000000; // who has buffers of others has waited for the frame before

static enum artem_result probe(const struct artem_cuda_params *params, struct artem_cuda_info *out_info, char *why,
                               size_t why_size)
{
    struct cuda_driver driver;
    struct artem_cuda_chip chip;
    struct artem_cuda_info info;
    CUdevice device;
    bool found;

    if (!cuda_driver_open(&driver, cuda_image_driver(), why, why_size))
        return ARTEM_ERROR_UNSUPPORTED;
    found = cuda_find_device(&driver, params, &device, &chip, &info, why, why_size);
    if (found && out_info != NULL) {
        enum artem_cuda_form forms[ARTEM_CUDA_FORM_COUNT];
        artem_cuda_forms(&chip, forms);
        *out_info = info;
        snprintf(out_info->form, sizeof out_info->form, "%s", artem_cuda_form_name(forms[0]));
    }
    cuda_driver_close(&driver);
    return found ? ARTEM_OK : ARTEM_ERROR_UNSUPPORTED;
}

static void destroy(struct artem_cuda *cuda)
{
    if (cuda == NULL)
        return;
    if (cuda->context != NULL)
        cuda_begin_calls(cuda);
    if (cuda->driver.library != NULL && cuda_enter(cuda)) {
        if (!cuda->stuck)
            cuda_finish(cuda, destroy_timeout_ns);
        if (cuda->stuck) {
            cuda_log(cuda->host, ARTEM_LOG_ERROR, "the GPU does not finish; some of its memory is not freed");
            cuda_leave(cuda);
        } else {
            cuda_forget_graphs(cuda);
            cuda_release_semaphores(cuda);
            cuda_destroy_buffers(cuda);
            cuda_device_close(cuda);
            cuda_leave(cuda);
            cuda->driver.cuCtxDestroy(cuda->context);
        }
    } else if (cuda->context != NULL && !cuda->stuck) { // a context that cannot be entered any more takes all with it
        cuda->driver.cuCtxDestroy(cuda->context);
    }
    if (cuda->context != NULL)
        cuda_end_calls(cuda);
    cuda_driver_close(&cuda->driver);
    free(cuda);
}

static enum artem_result prepare(struct artem_cuda *cuda)
{
    enum artem_result result = cuda_device_open(cuda);

    if (result != ARTEM_OK)
        return result;
    if (!cuda_enter(cuda))
        return ARTEM_ERROR_DEVICE;
    result = cuda_create_buffers(cuda);
    if (result == ARTEM_OK)
        result = cuda_upload_network(cuda);
    cuda_leave(cuda);
    if (result == ARTEM_OK)
        result = cuda_choose_form(cuda);
    return result;
}

static enum artem_result create(const struct artem_cuda_host *host, const struct artem_cuda_params *params,
                                struct artem_cuda **out_cuda)
{
    struct artem_cuda *cuda = calloc(1, sizeof *cuda);
    char why[256] = "";
    enum artem_result result;

    if (cuda == NULL)
        return ARTEM_ERROR_MEMORY;
    cuda->host = host;
    cuda->network = params->network;
    if (!cuda_driver_open(&cuda->driver, cuda_image_driver(), why, sizeof why) ||
        !cuda_find_device(&cuda->driver, params, &cuda->device, &cuda->chip, &cuda->info, why, sizeof why)) {
        cuda_log(host, params->level, "no CUDA: %s", why);
        cuda_driver_close(&cuda->driver);
        free(cuda);
        return ARTEM_ERROR_UNSUPPORTED;
    }
    result = prepare(cuda);
    if (result != ARTEM_OK) {
        destroy(cuda);
        return result;
    }
    snprintf(cuda->info.form, sizeof cuda->info.form, "%s", artem_cuda_form_name(cuda->form));
    memset(&cuda->stats, 0, sizeof cuda->stats); // what the check painted does not count
    cuda->resolution = 0;
    *out_cuda = cuda;
    return ARTEM_OK;
}

static bool finish(struct artem_cuda *cuda)
{
    if (!cuda->stuck && cuda_enter(cuda)) {
        cuda_finish(cuda, finish_timeout_ns);
        cuda_leave(cuda);
    }
    return !cuda->stuck;
}

static void info(const struct artem_cuda *cuda, struct artem_cuda_info *out_info)
{
    *out_info = cuda->info;
}

static void stats(const struct artem_cuda *cuda, struct artem_engine_stats *out_stats)
{
    *out_stats = cuda->stats;
    out_stats->memory_bytes = sizeof *cuda + cuda_memory_bytes(cuda);
}

static uint32_t passes(struct artem_cuda *cuda, struct artem_pass *out_passes)
{
    cuda->wants_passes = true;
    memcpy(out_passes, cuda->passes, cuda->pass_count * sizeof *out_passes);
    return cuda->pass_count;
}

const struct artem_cuda_api *artem_cuda_get_api(void);

__attribute__((visibility("default"))) const struct artem_cuda_api *artem_cuda_get_api(void)
{
    static const struct artem_cuda_api api = {
        .abi = ARTEM_CUDA_ABI,
        .probe = probe,
        .create = create,
        .destroy = destroy,
        .info = info,
        .set_style = cuda_set_style,
        .import_buffer = cuda_import_buffer,
        .release_buffer = cuda_release_buffer,
        .import_semaphores = cuda_import_semaphores,
        .submit = cuda_submit,
        .submit_step = cuda_submit_step,
        .wait = cuda_wait,
        .has_failed = cuda_has_failed,
        .finish = finish,
        .stats = stats,
        .passes = passes,
    };

    return &api;
}
