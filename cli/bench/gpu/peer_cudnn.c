// SPDX-License-Identifier: Apache-2.0
// cuDNN's convolutions, forwards and backwards with respect to the input.
#include <stdio.h>

#include "peers.h"

// Of cudnn_ops.h and cudnn_cnn.h; they have not changed since cuDNN 8.
enum {
    TYPE_HALF = 2,
    TYPE_FLOAT = 0,
    TYPE_INT8 = 3,
    TYPE_INT32 = 4,
    NHWC = 1,
    CORRELATION = 1,
    TENSOR_OP = 1,
    TRIES = 8
};

struct performance { // NOLINT(clang-analyzer-optin.performance.Padding): as cuDNN has it
    int algorithm, status;
    float time;
    size_t memory;
    int determinism, math_type, reserved[3];
};

#define CUDNN_FUNCTIONS(X)                                                                                             \
    X(cudnnCreate, (void **handle))                                                                                    \
    X(cudnnDestroy, (void *handle))                                                                                    \
    X(cudnnSetStream, (void *handle, CUstream stream))                                                                 \
    X(cudnnCreateTensorDescriptor, (void **desc))                                                                      \
    X(cudnnDestroyTensorDescriptor, (void *desc))                                                                      \
    X(cudnnSetTensor4dDescriptor, (void *desc, int format, int type, int n, int c, int h, int w))                      \
    X(cudnnCreateFilterDescriptor, (void **desc))                                                                      \
    X(cudnnDestroyFilterDescriptor, (void *desc))                                                                      \
    X(cudnnSetFilter4dDescriptor, (void *desc, int type, int format, int k, int c, int h, int w))                      \
    X(cudnnCreateConvolutionDescriptor, (void **desc))                                                                 \
    X(cudnnDestroyConvolutionDescriptor, (void *desc))                                                                 \
    X(cudnnSetConvolution2dDescriptor,                                                                                 \
      (void *desc, int pad_h, int pad_w, int u, int v, int dilation_h, int dilation_w, int mode, int type))            \
    X(cudnnSetConvolutionMathType, (void *desc, int type))                                                             \
    X(cudnnFindConvolutionForwardAlgorithm, (void *handle, void *x, void *w, void *convolution, void *y, int wanted,   \
                                             int *count, struct performance *results))                                 \
    X(cudnnFindConvolutionBackwardDataAlgorithm, (void *handle, void *w, void *dy, void *convolution, void *dx,        \
                                                  int wanted, int *count, struct performance *results))                \
    X(cudnnConvolutionForward,                                                                                         \
      (void *handle, const void *alpha, void *x_desc, CUdeviceptr x, void *w_desc, CUdeviceptr w, void *convolution,   \
       int algorithm, CUdeviceptr workspace, size_t size, const void *beta, void *y_desc, CUdeviceptr y))              \
    X(cudnnConvolutionBackwardData,                                                                                    \
      (void *handle, const void *alpha, void *w_desc, CUdeviceptr w, void *dy_desc, CUdeviceptr dy, void *convolution, \
       int algorithm, CUdeviceptr workspace, size_t size, const void *beta, void *dx_desc, CUdeviceptr dx))

static struct peer_cudnn_functions {
#define X(name, params) int(*name) params; // NOLINT(bugprone-macro-parentheses)
    CUDNN_FUNCTIONS(X)
#undef X
} functions;
#define WANTED(name, params) {#name, (void **)&functions.name},

static bool open_cudnn(struct peer_cudnn *p)
{
    static const char *const names[] = {"libcudnn.so.9", "libcudnn.so.8", "libcudnn.so"};
    static const struct cuda_library_function wanted[] = {CUDNN_FUNCTIONS(WANTED)};

    if (!cuda_library_open(names, sizeof names / sizeof names[0], wanted, sizeof wanted / sizeof wanted[0], p->why,
                           sizeof p->why))
        return false;
    if (functions.cudnnCreate(&p->handle) == 0 && functions.cudnnSetStream(p->handle, p->gpu->stream) == 0)
        return true;
    snprintf(p->why, sizeof p->why, "does not start");
    p->handle = NULL;
    return false;
}

void peer_cudnn_open(struct gpu *gpu, struct peer_cudnn *p)
{
    *p = (struct peer_cudnn){.gpu = gpu};
    if (open_cudnn(p))
        p->why[0] = '\0';
}

void peer_cudnn_close(struct peer_cudnn *p)
{
    if (p->handle != NULL)
        functions.cudnnDestroy(p->handle);
}

static bool describe(struct peer_conv *c)
{
    const struct peer_cudnn_functions *f = &functions;
    const int type = c->type == PEER_HALF ? TYPE_HALF : TYPE_INT8;

    return f->cudnnCreateTensorDescriptor(&c->x) == 0 && f->cudnnCreateTensorDescriptor(&c->y) == 0 &&
           f->cudnnCreateFilterDescriptor(&c->w) == 0 && f->cudnnCreateConvolutionDescriptor(&c->convolution) == 0 &&
           f->cudnnSetTensor4dDescriptor(c->x, NHWC, type, 1, c->in, c->height, c->width) == 0 &&
           f->cudnnSetTensor4dDescriptor(c->y, NHWC, type, 1, c->out, c->height, c->width) == 0 &&
           f->cudnnSetFilter4dDescriptor(c->w, type, NHWC, c->out, c->in, 3, 3) == 0 &&
           f->cudnnSetConvolution2dDescriptor(c->convolution, 1, 1, 1, 1, 1, 1, CORRELATION,
                                              c->type == PEER_HALF ? TYPE_FLOAT : TYPE_INT32) == 0 &&
           f->cudnnSetConvolutionMathType(c->convolution, TENSOR_OP) == 0;
}

bool peer_conv_prepare(struct peer_conv *c)
{
    struct performance results[TRIES];
    int count = 0;

    if (!describe(c))
        return false;
    const int found = c->backward ? functions.cudnnFindConvolutionBackwardDataAlgorithm(
                                        c->peer->handle, c->w, c->y, c->convolution, c->x, TRIES, &count, results)
                                  : functions.cudnnFindConvolutionForwardAlgorithm(
                                        c->peer->handle, c->x, c->w, c->convolution, c->y, TRIES, &count, results);
    if (found != 0 || count < 1 || results[0].status != 0)
        return false;
    c->algorithm = results[0].algorithm; // they come sorted by time
    c->workspace_size = results[0].memory;
    return functions.cudnnSetConvolutionMathType(c->convolution, results[0].math_type) == 0 &&
           (c->workspace_size == 0 || gpu_alloc(c->peer->gpu, c->workspace_size, &c->workspace));
}

bool peer_conv_run(const struct peer_conv *c)
{
    const float one = 1, zero = 0;

    return (c->backward ? functions.cudnnConvolutionBackwardData(c->peer->handle, &one, c->w, c->weights, c->y, c->from,
                                                                 c->convolution, c->algorithm, c->workspace,
                                                                 c->workspace_size, &zero, c->x, c->to)
                        : functions.cudnnConvolutionForward(c->peer->handle, &one, c->x, c->from, c->w, c->weights,
                                                            c->convolution, c->algorithm, c->workspace,
                                                            c->workspace_size, &zero, c->y, c->to)) == 0;
}

void peer_conv_finish(struct peer_conv *c)
{
    if (c->convolution != NULL)
        functions.cudnnDestroyConvolutionDescriptor(c->convolution);
    if (c->w != NULL)
        functions.cudnnDestroyFilterDescriptor(c->w);
    if (c->y != NULL)
        functions.cudnnDestroyTensorDescriptor(c->y);
    if (c->x != NULL)
        functions.cudnnDestroyTensorDescriptor(c->x);
    gpu_free(c->peer->gpu, &c->workspace);
    c->x = c->y = c->w = c->convolution = NULL;
}
