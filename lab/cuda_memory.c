// SPDX-License-Identifier: Apache-2.0
// Memory of a CUDA device, and what is copied there and back.
#include <string.h>

#include "cuda_device.h"

enum artem_result cuda_allocate(struct cuda_device *d, uint64_t values, CUdeviceptr *out, uint64_t *memory)
{
    *out = 0;
    *memory += values * sizeof(float);
    return cuda_driver_result(d, d->api.driver.cuMemAlloc(out, values * sizeof(float)),
                              "memory for tensors (--tile needs less)");
}

void cuda_free(struct cuda_device *d, CUdeviceptr *address)
{
    if (*address != 0)
        d->api.driver.cuMemFree(*address);
    *address = 0;
}

enum artem_result cuda_clear(struct cuda_device *d, CUdeviceptr address, uint64_t values)
{
    return cuda_driver_result(d, d->api.driver.cuMemsetD32Async(address, 0, values, d->stream), "clearing memory");
}

static enum artem_result wait(struct cuda_device *d, const char *what)
{
    return cuda_driver_result(d, d->api.driver.cuStreamSynchronize(d->stream), what);
}

enum artem_result cuda_upload(struct cuda_device *d, CUdeviceptr to, const float *from, uint64_t values)
{
    const uint64_t bytes = values * sizeof *from;
    enum artem_result result = ARTEM_OK;

    for (uint64_t at = 0; at < bytes && result == ARTEM_OK; at += CUDA_STAGING) {
        const size_t now = bytes - at < CUDA_STAGING ? bytes - at : CUDA_STAGING;
        memcpy(d->staging, (const uint8_t *)from + at, now);
        result = cuda_driver_result(d, d->api.driver.cuMemcpyHtoDAsync(to + at, d->staging, now, d->stream),
                                    "copying to the device");
        if (result == ARTEM_OK)
            result = wait(d, "copying to the device");
    }
    return result;
}

enum artem_result cuda_download(struct cuda_device *d, float *to, CUdeviceptr from, uint64_t values)
{
    const uint64_t bytes = values * sizeof *to;
    enum artem_result result = ARTEM_OK;

    for (uint64_t at = 0; at < bytes && result == ARTEM_OK; at += CUDA_STAGING) {
        const size_t now = bytes - at < CUDA_STAGING ? bytes - at : CUDA_STAGING;
        result = cuda_driver_result(d, d->api.driver.cuMemcpyDtoHAsync(d->staging, from + at, now, d->stream),
                                    "copying from the device");
        if (result == ARTEM_OK)
            result = wait(d, "copying from the device");
        if (result == ARTEM_OK)
            memcpy((uint8_t *)to + at, d->staging, now);
    }
    return result;
}

enum artem_result cuda_reserve(struct cuda_device *d, size_t bytes)
{
    enum artem_result result = ARTEM_OK;

    if (bytes <= d->workspace_bytes)
        return ARTEM_OK;
    if (d->workspace != 0)
        result = wait(d, "waiting");
    cuda_free(d, &d->workspace);
    d->workspace_bytes = 0;
    if (result == ARTEM_OK)
        result = cuda_driver_result(d, d->api.driver.cuMemAlloc(&d->workspace, bytes), "memory of convolutions");
    if (result == ARTEM_OK)
        d->workspace_bytes = bytes;
    return result;
}

void cuda_free_weights(struct cuda_device *d)
{
    for (uint32_t i = 0; i < VGG_LAYERS; i++) {
        cuda_free(d, &d->layer[i].weights);
        cuda_free(d, &d->layer[i].bias);
    }
    d->weights = NULL;
}

enum artem_result cuda_take_weights(struct cuda_device *d, const struct vgg_weights *weights, uint32_t last)
{
    enum artem_result result = ARTEM_OK;
    uint64_t memory = 0;

    if (d->weights != weights)
        cuda_free_weights(d);
    d->weights = weights;
    for (uint32_t i = 0; i <= last && result == ARTEM_OK; i++) {
        const struct vgg_layer *layer = &weights->layer[i];
        const uint64_t values = (uint64_t)layer->outputs * layer->inputs * 9;
        if (d->layer[i].bias != 0)
            continue;
        cuda_free(d, &d->layer[i].weights); // of a call that failed
        result = cuda_allocate(d, values, &d->layer[i].weights, &memory);
        if (result == ARTEM_OK)
            result = cuda_upload(d, d->layer[i].weights, layer->weights, values);
        if (result == ARTEM_OK)
            result = cuda_allocate(d, layer->outputs, &d->layer[i].bias, &memory);
        if (result == ARTEM_OK && (result = cuda_upload(d, d->layer[i].bias, layer->bias, layer->outputs)) != ARTEM_OK)
            cuda_free(d, &d->layer[i].bias);
    }
    return result;
}
