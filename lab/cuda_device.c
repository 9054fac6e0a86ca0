// SPDX-License-Identifier: Apache-2.0
#include "cuda_device.h"

#include <stdio.h>
#include <stdlib.h>

#include "artem/log.h"

enum artem_result cuda_driver_result(const struct cuda_device *d, CUresult status, const char *what)
{
    if (status == CUDA_SUCCESS)
        return ARTEM_OK;
    artem_log(ARTEM_LOG_ERROR, "lab: %s: %s: %s", d->name, what, cuda_error_name(&d->api.driver, status));
    return status == CUDA_ERROR_OUT_OF_MEMORY ? ARTEM_ERROR_MEMORY : ARTEM_ERROR_DEVICE;
}

static enum artem_result library_result(const struct cuda_device *d, const char *library, const char *why, bool memory,
                                        const char *what)
{
    artem_log(ARTEM_LOG_ERROR, "lab: %s: %s: %s: %s", d->name, library, what, why != NULL ? why : "it failed");
    return memory ? ARTEM_ERROR_MEMORY : ARTEM_ERROR_DEVICE;
}

enum artem_result cuda_cudnn_result(const struct cuda_device *d, int status, const char *what)
{
    return status == 0
               ? ARTEM_OK
               : library_result(d, "cuDNN", d->api.cudnnGetErrorString(status),
                                status == CUDA_API_HOST_MEMORY_FAILED || status == CUDA_API_DEVICE_MEMORY_FAILED, what);
}

enum artem_result cuda_cublas_result(const struct cuda_device *d, int status, const char *what)
{
    return status == 0 ? ARTEM_OK
                       : library_result(d, "cuBLAS", d->api.cublasGetStatusString(status),
                                        status == CUDA_API_CUBLAS_MEMORY_FAILED, what);
}

enum artem_result cuda_device_enter(struct cuda_device *d)
{
    return cuda_driver_result(d, d->api.driver.cuCtxPushCurrent(d->context), "its context");
}

void cuda_device_leave(struct cuda_device *d)
{
    CUcontext ours;

    d->api.driver.cuCtxPopCurrent(&ours);
}

// ---- Opening ----

static enum artem_result find(struct cuda_device *d, uint32_t index)
{
    int count = 0;
    enum artem_result result =
        cuda_driver_result(d, d->api.driver.cuDeviceGetCount(&count), "the devices cannot be counted");

    if (result == ARTEM_OK && (int)index >= count) {
        artem_log(ARTEM_LOG_ERROR, "lab: there is no %s: CUDA has %d device%s here", d->name, count,
                  count == 1 ? "" : "s");
        return ARTEM_ERROR_UNSUPPORTED;
    }
    if (result == ARTEM_OK)
        result = cuda_driver_result(d, d->api.driver.cuDeviceGet(&d->device, (int)index), "the device");
    if (result == ARTEM_OK)
        result = cuda_driver_result(d, d->api.cuDevicePrimaryCtxRetain(&d->context, d->device), "its context");
    return result;
}

static int describe(struct cuda_device *d)
{
    const struct cuda_api *a = &d->api;
    static const int pools[] = {CUDA_API_MAX, CUDA_API_AVERAGE};
    int status = a->cudnnSetStream(d->cudnn, d->stream);

    for (int i = 0; i < CUDA_TENSORS && status == 0; i++)
        status = a->cudnnCreateTensorDescriptor(&d->tensor[i]);
    if (status == 0)
        status = a->cudnnCreateFilterDescriptor(&d->filter);
    if (status == 0)
        status = a->cudnnCreateConvolutionDescriptor(&d->convolution);
    if (status == 0)
        status =
            a->cudnnSetConvolution2dDescriptor(d->convolution, 1, 1, 1, 1, 1, 1, CUDA_API_CORRELATION, CUDA_API_FLOAT);
    if (status == 0)
        status = a->cudnnSetConvolutionMathType(d->convolution, CUDA_API_FMA_MATH);
    for (int i = 0; i < 2 && status == 0; i++) {
        status = a->cudnnCreatePoolingDescriptor(&d->pooling[i]);
        if (status == 0)
            status = a->cudnnSetPooling2dDescriptor(d->pooling[i], pools[i], CUDA_API_PROPAGATE_NAN, 2, 2, 0, 0, 2, 2);
    }
    if (status == 0)
        status = a->cudnnCreateActivationDescriptor(&d->relu);
    return status == 0 ? a->cudnnSetActivationDescriptor(d->relu, CUDA_API_RELU, CUDA_API_PROPAGATE_NAN, 0) : status;
}

static enum artem_result create(struct cuda_device *d)
{
    const struct cuda_api *a = &d->api;
    enum artem_result result =
        cuda_driver_result(d, a->driver.cuStreamCreateWithPriority(&d->stream, CU_STREAM_NON_BLOCKING, 0), "a stream");

    if (result == ARTEM_OK)
        result = cuda_driver_result(d, a->driver.cuMemHostAlloc((void **)&d->staging, CUDA_STAGING, 0), "host memory");
    if (result == ARTEM_OK)
        result = cuda_cudnn_result(d, a->cudnnCreate(&d->cudnn), "it does not start");
    if (result == ARTEM_OK)
        result = cuda_cudnn_result(d, describe(d), "descriptions");
    if (result == ARTEM_OK)
        result = cuda_cublas_result(d, a->cublasCreate_v2(&d->cublas), "it does not start");
    if (result == ARTEM_OK)
        result = cuda_cublas_result(d, a->cublasSetStream_v2(d->cublas, d->stream), "its stream");
    if (result == ARTEM_OK)
        result = cuda_cublas_result(d, a->cublasSetMathMode(d->cublas, CUDA_API_CUBLAS_DEFAULT_MATH), "its mode");
    return result;
}

enum artem_result lab_cuda_open(uint32_t index, struct cuda_device **out_device)
{
    struct cuda_device *d = calloc(1, sizeof *d);
    enum artem_result result;
    char why[192];

    *out_device = d;
    if (d == NULL)
        return ARTEM_ERROR_MEMORY;
    snprintf(d->name, sizeof d->name, "cuda:%u", index);
    if (!cuda_api_open(&d->api, why, sizeof why)) {
        artem_log(ARTEM_LOG_ERROR, "lab: %s cannot be used: %s", d->name, why);
        result = ARTEM_ERROR_UNSUPPORTED;
    } else {
        result = find(d, index);
        if (result == ARTEM_OK && (result = cuda_device_enter(d)) == ARTEM_OK) {
            result = create(d);
            cuda_device_leave(d);
        }
    }
    if (result != ARTEM_OK)
        lab_cuda_close(out_device);
    return result;
}

static void destroy(struct cuda_device *d)
{
    const struct cuda_api *a = &d->api;

    cuda_free_weights(d);
    cuda_free(d, &d->workspace);
    if (d->cublas != NULL)
        a->cublasDestroy_v2(d->cublas);
    if (d->relu != NULL)
        a->cudnnDestroyActivationDescriptor(d->relu);
    for (int i = 0; i < 2; i++)
        if (d->pooling[i] != NULL)
            a->cudnnDestroyPoolingDescriptor(d->pooling[i]);
    if (d->convolution != NULL)
        a->cudnnDestroyConvolutionDescriptor(d->convolution);
    if (d->filter != NULL)
        a->cudnnDestroyFilterDescriptor(d->filter);
    for (int i = 0; i < CUDA_TENSORS; i++)
        if (d->tensor[i] != NULL)
            a->cudnnDestroyTensorDescriptor(d->tensor[i]);
    if (d->cudnn != NULL)
        a->cudnnDestroy(d->cudnn);
    if (d->staging != NULL)
        a->driver.cuMemFreeHost(d->staging);
    if (d->stream != NULL)
        a->driver.cuStreamDestroy(d->stream);
}

void lab_cuda_close(struct cuda_device **device)
{
    struct cuda_device *d = *device;

    *device = NULL;
    if (d == NULL)
        return;
    if (d->context != NULL) {
        const bool entered = d->api.driver.cuCtxPushCurrent(d->context) == CUDA_SUCCESS;
        if (entered && d->stream != NULL)
            d->api.driver.cuStreamSynchronize(d->stream);
        destroy(d);
        if (entered)
            cuda_device_leave(d);
        d->api.cuDevicePrimaryCtxRelease(d->device);
    }
    cuda_api_close(&d->api);
    free(d);
}
