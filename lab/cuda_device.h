// SPDX-License-Identifier: Apache-2.0
// A CUDA device as the lab uses it: its context, memory, the handles of cuDNN and cuBLAS, and VGG-16's weights, which
// are brought there once. One thread at a time; any thread.
#ifndef ARTEM_LAB_CUDA_DEVICE_H
#define ARTEM_LAB_CUDA_DEVICE_H

#include "artem/devices.h"
#include "artem/result.h"
#include "cuda_api.h"
#include "weights.h"

enum { CUDA_TENSORS = 3, CUDA_STAGING = 4 << 20 };

struct cuda_device {
    struct cuda_api api;
    char name[ARTEM_DEVICE_NAME_MAX]; // "cuda:0", for messages
    CUdevice device;
    CUcontext context; // the primary one, which cuDNN and cuBLAS use
    CUstream stream;
    uint8_t *staging; // CUDA_STAGING bytes of pinned memory
    void *cudnn, *cublas;
    void *tensor[CUDA_TENSORS], *filter, *convolution, *pooling[2], *relu; // descriptions; pooling: max, average
    CUdeviceptr workspace;
    size_t workspace_bytes;
    const struct vgg_weights *weights; // whose copies these are
    struct {
        CUdeviceptr weights, bias;
    } layer[VGG_LAYERS];
};

// The device of that number. ARTEM_ERROR_UNSUPPORTED, or another error, after a message in the log.
enum artem_result lab_cuda_open(uint32_t index, struct cuda_device **out_device);
void lab_cuda_close(struct cuda_device **device); // NULL-safe; after all networks on it

// For as long as the calling thread works on it; ARTEM_OK is to be followed by leave.
enum artem_result cuda_device_enter(struct cuda_device *device);
void cuda_device_leave(struct cuda_device *device);

// ---- Between enter and leave ----

// Results of the three libraries; what failed is said in the log.
enum artem_result cuda_driver_result(const struct cuda_device *device, CUresult status, const char *what);
enum artem_result cuda_cudnn_result(const struct cuda_device *device, int status, const char *what);
enum artem_result cuda_cublas_result(const struct cuda_device *device, int status, const char *what);

// Adds the bytes to *memory.
enum artem_result cuda_allocate(struct cuda_device *device, uint64_t values, CUdeviceptr *out, uint64_t *memory);
void cuda_free(struct cuda_device *device, CUdeviceptr *address); // when the work before is done
enum artem_result cuda_clear(struct cuda_device *device, CUdeviceptr address, uint64_t values);
// Both return when it is done.
enum artem_result cuda_upload(struct cuda_device *device, CUdeviceptr to, const float *from, uint64_t values);
enum artem_result cuda_download(struct cuda_device *device, float *to, CUdeviceptr from, uint64_t values);
// At least so much for convolutions.
enum artem_result cuda_reserve(struct cuda_device *device, size_t bytes);
// Layers 0..last, which have to be floats. The same weights are not brought again: they must hold as long as the
// device.
enum artem_result cuda_take_weights(struct cuda_device *device, const struct vgg_weights *weights, uint32_t last);
void cuda_free_weights(struct cuda_device *device);

#endif
