// SPDX-License-Identifier: Apache-2.0
// The part of cuDNN 9 that the lab calls, for 32-bit floats, computed on the host: libcudnn.so.9 for its tests. What
// cuDNN's manual asks of arguments is checked.
#include <math.h>
#include <string.h>

#include "lab/cuda_api.h"
#include "mock_library.h"

#define EXPORT __attribute__((visibility("default")))
enum { BAD_PARAM = 2000, FAILED = 5000, GEMM = 0, FAST = 1, WORKSPACE = 4096, TENSOR_MATH = 1 };

struct handle {
    struct mock_library_object object;
    CUstream stream;
};
struct tensor {
    struct mock_library_object object;
    int size[4], step[4]; // n, c, h, w
};
struct filter {
    struct mock_library_object object;
    int outputs, inputs;
};
struct conv {
    struct mock_library_object object;
    bool is_set;
    int math;
};
struct mode {
    struct mock_library_object object;
    int mode;
};

#define X(type, name, params) EXPORT type name params;
CUDA_API_CUDNN(X)
#undef X

size_t cudnnGetVersion(void)
{
    const char *text = getenv("MOCK_CUDNN_VERSION");

    return text != NULL ? strtoul(text, NULL, 10) : 90100;
}

const char *cudnnGetErrorString(int status)
{
    return status == BAD_PARAM ? "CUDNN_STATUS_BAD_PARAM" : "CUDNN_STATUS_EXECUTION_FAILED";
}

#define CREATE(name, type, kind)                                                                                       \
    int name(void **out)                                                                                               \
    {                                                                                                                  \
        LIBRARY_ENTER(FAILED);                                                                                         \
        *out = mock_library_new(sizeof(struct type), kind);                                                            \
        return 0;                                                                                                      \
    }
#define DESTROY(name, kind)                                                                                            \
    int name(void *object)                                                                                             \
    {                                                                                                                  \
        return mock_library_delete(object, kind) ? 0 : BAD_PARAM;                                                      \
    }
CREATE(cudnnCreate, handle, LIBRARY_HANDLE)
CREATE(cudnnCreateTensorDescriptor, tensor, LIBRARY_TENSOR)
CREATE(cudnnCreateFilterDescriptor, filter, LIBRARY_FILTER)
CREATE(cudnnCreateConvolutionDescriptor, conv, LIBRARY_CONV)
CREATE(cudnnCreatePoolingDescriptor, mode, LIBRARY_POOL)
CREATE(cudnnCreateActivationDescriptor, mode, LIBRARY_ACTIVATION)
DESTROY(cudnnDestroy, LIBRARY_HANDLE)
DESTROY(cudnnDestroyTensorDescriptor, LIBRARY_TENSOR)
DESTROY(cudnnDestroyFilterDescriptor, LIBRARY_FILTER)
DESTROY(cudnnDestroyConvolutionDescriptor, LIBRARY_CONV)
DESTROY(cudnnDestroyPoolingDescriptor, LIBRARY_POOL)
DESTROY(cudnnDestroyActivationDescriptor, LIBRARY_ACTIVATION)

int cudnnSetStream(void *handle, CUstream stream)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE), BAD_PARAM);
    ((struct handle *)handle)->stream = stream;
    return 0;
}

// ---- Descriptions ----

int cudnnSetTensor4dDescriptorEx(void *desc, int type, int n, int c, int h, int w, int sn, int sc, int sh, int sw)
{
    struct tensor *t = desc;

    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(desc, LIBRARY_TENSOR) && type == CUDA_API_FLOAT, BAD_PARAM);
    LIBRARY_CHECK(n > 0 && c > 0 && h > 0 && w > 0 && sn > 0 && sc > 0 && sh > 0 && sw > 0, BAD_PARAM);
    memcpy(t->size, (const int[]){n, c, h, w}, sizeof t->size);
    memcpy(t->step, (const int[]){sn, sc, sh, sw}, sizeof t->step);
    return 0;
}

int cudnnSetFilter4dDescriptor(void *desc, int type, int format, int k, int c, int h, int w)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(desc, LIBRARY_FILTER) && type == CUDA_API_FLOAT && format == CUDA_API_NCHW,
                  BAD_PARAM);
    LIBRARY_CHECK(k > 0 && c > 0 && h == 3 && w == 3, BAD_PARAM);
    ((struct filter *)desc)->outputs = k;
    ((struct filter *)desc)->inputs = c;
    return 0;
}

int cudnnSetConvolution2dDescriptor(void *desc, int pad_h, int pad_w, int u, int v, int dilation_h, int dilation_w,
                                    int mode, int type)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(desc, LIBRARY_CONV) && type == CUDA_API_FLOAT, BAD_PARAM);
    LIBRARY_CHECK(pad_h == 1 && pad_w == 1 && u == 1 && v == 1 && dilation_h == 1 && dilation_w == 1 &&
                      mode == CUDA_API_CORRELATION,
                  BAD_PARAM);
    ((struct conv *)desc)->is_set = true;
    return 0;
}

int cudnnSetConvolutionMathType(void *desc, int type)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(desc, LIBRARY_CONV), BAD_PARAM);
    ((struct conv *)desc)->math = type;
    return 0;
}

int cudnnSetPooling2dDescriptor(void *desc, int mode, int nan, int height, int width, int pad_h, int pad_w,
                                int stride_h, int stride_w)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(desc, LIBRARY_POOL) && (nan == 0 || nan == 1), BAD_PARAM);
    LIBRARY_CHECK(height == 2 && width == 2 && pad_h == 0 && pad_w == 0 && stride_h == 2 && stride_w == 2, BAD_PARAM);
    ((struct mode *)desc)->mode = mode;
    return 0;
}

int cudnnSetActivationDescriptor(void *desc, int mode, int nan, double coefficient)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(desc, LIBRARY_ACTIVATION) && mode == CUDA_API_RELU && (nan == 0 || nan == 1) &&
                      coefficient == 0,
                  BAD_PARAM);
    ((struct mode *)desc)->mode = mode;
    return 0;
}

// ---- Checks ----

static size_t extent(const struct tensor *t)
{
    size_t last = 0;

    for (int i = 0; i < 4; i++)
        last += (size_t)(t->size[i] - 1) * (size_t)t->step[i];
    return (last + 1) * sizeof(float);
}

// That the description is one, and all of the tensor the device's.
static bool is_there(const void *desc, CUdeviceptr data)
{
    const struct tensor *t = desc;

    return mock_library_is(desc, LIBRARY_TENSOR) && t->size[0] == 1 && data % sizeof(float) == 0 &&
           mock_driver()->is_device_range(data, extent(t));
}

static bool is_packed(const struct tensor *t)
{
    return t->step[3] == 1 && t->step[2] == t->size[3] && t->step[1] == t->size[2] * t->size[3] &&
           t->step[0] >= t->step[1] * t->size[1];
}

static bool is_same(const struct tensor *a, const struct tensor *b)
{
    return memcmp(a->size, b->size, sizeof a->size) == 0;
}

static bool overlap(const struct tensor *a, CUdeviceptr at, const struct tensor *b, CUdeviceptr bt)
{
    return at < bt + extent(b) && bt < at + extent(a);
}

static float *memory(CUdeviceptr data)
{
    return (float *)(uintptr_t)data;
}

// False where nothing is to be computed.
static bool begin(void *handle)
{
    mock_driver()->wait(((struct handle *)handle)->stream);
    return !mock_driver()->skip_sums;
}

static float scalar(const void *value)
{
    return *(const float *)value;
}

static float *value(const struct tensor *t, CUdeviceptr data, int c, int y, int x)
{
    return memory(data) + (ptrdiff_t)c * t->step[1] + (ptrdiff_t)y * t->step[2] + (ptrdiff_t)x * t->step[3];
}

// ---- Convolutions ----

static bool is_convolution(const void *x, const void *w, const void *conv, const void *y)
{
    const struct tensor *tx = x, *ty = y;
    const struct filter *f = w;
    const struct conv *c = conv;

    return mock_library_is(x, LIBRARY_TENSOR) && mock_library_is(y, LIBRARY_TENSOR) &&
           mock_library_is(w, LIBRARY_FILTER) && mock_library_is(conv, LIBRARY_CONV) && c->is_set && is_packed(tx) &&
           is_packed(ty) && f->inputs == tx->size[1] && f->outputs == ty->size[1] && tx->size[2] == ty->size[2] &&
           tx->size[3] == ty->size[3];
}

// First one that the lab must not take, then one that fails, one that wants too much, the right one, a slower one.
static int algorithms(const struct conv *conv, int wanted, int *count, struct cuda_api_algorithm *results)
{
    const struct cuda_api_algorithm all[] = {{.algorithm = 4, .math_type = TENSOR_MATH},
                                             {.algorithm = 5, .status = 3000},
                                             {.algorithm = 6, .memory = (size_t)1 << 40, .math_type = conv->math},
                                             {.algorithm = FAST, .memory = WORKSPACE, .math_type = conv->math},
                                             {.algorithm = GEMM, .math_type = conv->math}};

    for (*count = 0; *count < 5 && *count < wanted; ++*count)
        results[*count] = all[*count];
    return 0;
}

int cudnnGetConvolutionForwardAlgorithm_v7(void *handle, void *x, void *w, void *conv, void *y, int wanted, int *count,
                                           struct cuda_api_algorithm *results)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && is_convolution(x, w, conv, y) && wanted > 0, BAD_PARAM);
    return algorithms(conv, wanted, count, results);
}

int cudnnGetConvolutionBackwardDataAlgorithm_v7(void *handle, void *w, void *dy, void *conv, void *dx, int wanted,
                                                int *count, struct cuda_api_algorithm *results)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && is_convolution(dx, w, conv, dy) && wanted > 0, BAD_PARAM);
    return algorithms(conv, wanted, count, results);
}

// Adds a plane, moved by (dx, dy) and multiplied, to another.
static void add_moved(const float *in, int height, int width, int dx, int dy, float weight, float *out)
{
    const int from = dx < 0 ? -dx : 0, to = dx > 0 ? width - dx : width;

    for (int y = 0; y < height; y++)
        if (y + dy >= 0 && y + dy < height)
            for (int x = from; x < to; x++)
                out[y * width + x] += weight * in[(y + dy) * width + x + dx];
}

static bool is_run(const void *alpha, const void *beta, const void *conv, int algorithm, CUdeviceptr workspace,
                   size_t size)
{
    return scalar(alpha) == 1 && scalar(beta) == 0 && ((const struct conv *)conv)->math == CUDA_API_FMA_MATH &&
           algorithm == FAST && size >= WORKSPACE && mock_driver()->is_device_range(workspace, size);
}

static size_t filter_bytes(const void *desc)
{
    const struct filter *f = desc;

    return (size_t)f->outputs * (size_t)f->inputs * 9 * sizeof(float);
}

int cudnnConvolutionForward(void *handle, const void *alpha, void *x_desc, CUdeviceptr x, void *w_desc, CUdeviceptr w,
                            void *conv, int algorithm, CUdeviceptr workspace, size_t size, const void *beta,
                            void *y_desc, CUdeviceptr y)
{
    const struct tensor *tx = x_desc, *ty = y_desc;

    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && is_convolution(x_desc, w_desc, conv, y_desc), BAD_PARAM);
    LIBRARY_CHECK(is_run(alpha, beta, conv, algorithm, workspace, size), BAD_PARAM);
    LIBRARY_CHECK(is_there(tx, x) && is_there(ty, y) && !overlap(tx, x, ty, y), BAD_PARAM);
    LIBRARY_CHECK(mock_driver()->is_device_range(w, filter_bytes(w_desc)), BAD_PARAM);
    if (!begin(handle))
        return 0;
    const int inputs = tx->size[1], height = tx->size[2], width = tx->size[3];
    memset(memory(workspace), 0x5a, size);
    memset(memory(y), 0, extent(ty));
    for (int k = 0; k < ty->size[1]; k++)
        for (int c = 0; c < inputs; c++)
            for (int tap = 0; tap < 9; tap++)
                add_moved(value(tx, x, c, 0, 0), height, width, tap % 3 - 1, tap / 3 - 1,
                          memory(w)[((size_t)k * (size_t)inputs + (size_t)c) * 9 + (size_t)tap], value(ty, y, k, 0, 0));
    return 0;
}

int cudnnConvolutionBackwardData(void *handle, const void *alpha, void *w_desc, CUdeviceptr w, void *dy_desc,
                                 CUdeviceptr dy, void *conv, int algorithm, CUdeviceptr workspace, size_t size,
                                 const void *beta, void *dx_desc, CUdeviceptr dx)
{
    const struct tensor *ty = dy_desc, *tx = dx_desc;

    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && is_convolution(dx_desc, w_desc, conv, dy_desc), BAD_PARAM);
    LIBRARY_CHECK(is_run(alpha, beta, conv, algorithm, workspace, size), BAD_PARAM);
    LIBRARY_CHECK(is_there(tx, dx) && is_there(ty, dy) && !overlap(tx, dx, ty, dy), BAD_PARAM);
    LIBRARY_CHECK(mock_driver()->is_device_range(w, filter_bytes(w_desc)), BAD_PARAM);
    if (!begin(handle))
        return 0;
    const int inputs = tx->size[1], height = tx->size[2], width = tx->size[3];
    memset(memory(workspace), 0x5a, size);
    memset(memory(dx), 0, extent(tx));
    for (int c = 0; c < inputs; c++)
        for (int k = 0; k < ty->size[1]; k++)
            for (int tap = 0; tap < 9; tap++)
                add_moved(value(ty, dy, k, 0, 0), height, width, 1 - tap % 3, 1 - tap / 3,
                          memory(w)[((size_t)k * (size_t)inputs + (size_t)c) * 9 + (size_t)tap],
                          value(tx, dx, c, 0, 0));
    return 0;
}

// ---- Elements ----

// y = alpha · x + beta · y, where x may have one value for all of a dimension; y is not read where beta is 0.
static void blend(float alpha, const struct tensor *tx, CUdeviceptr x, float beta, const struct tensor *ty,
                  CUdeviceptr y)
{
    for (int c = 0; c < ty->size[1]; c++)
        for (int r = 0; r < ty->size[2]; r++)
            for (int i = 0; i < ty->size[3]; i++) {
                float *to = value(ty, y, c, r, i);
                const float from =
                    *value(tx, x, tx->size[1] > 1 ? c : 0, tx->size[2] > 1 ? r : 0, tx->size[3] > 1 ? i : 0);
                *to = beta != 0 ? alpha * from + beta * *to : alpha * from;
            }
}

int cudnnTransformTensor(void *handle, const void *alpha, void *x_desc, CUdeviceptr x, const void *beta, void *y_desc,
                         CUdeviceptr y)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && is_there(x_desc, x) && is_there(y_desc, y), BAD_PARAM);
    LIBRARY_CHECK(is_same(x_desc, y_desc) && !overlap(x_desc, x, y_desc, y), BAD_PARAM);
    if (begin(handle))
        blend(scalar(alpha), x_desc, x, scalar(beta), y_desc, y);
    return 0;
}

int cudnnAddTensor(void *handle, const void *alpha, void *a_desc, CUdeviceptr a, const void *beta, void *c_desc,
                   CUdeviceptr c)
{
    const struct tensor *ta = a_desc, *tc = c_desc;

    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && is_there(a_desc, a) && is_there(c_desc, c), BAD_PARAM);
    for (int i = 0; i < 4; i++)
        LIBRARY_CHECK(ta->size[i] == tc->size[i] || ta->size[i] == 1, BAD_PARAM);
    if (begin(handle))
        blend(scalar(alpha), ta, a, scalar(beta), tc, c);
    return 0;
}

int cudnnActivationForward(void *handle, void *activation, const void *alpha, void *x_desc, CUdeviceptr x,
                           const void *beta, void *y_desc, CUdeviceptr y)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && mock_library_is(activation, LIBRARY_ACTIVATION),
                  BAD_PARAM);
    LIBRARY_CHECK(scalar(alpha) == 1 && scalar(beta) == 0 && is_there(x_desc, x) && is_there(y_desc, y), BAD_PARAM);
    LIBRARY_CHECK(is_packed(x_desc) && is_packed(y_desc) && is_same(x_desc, y_desc), BAD_PARAM);
    for (size_t i = 0; i < extent(x_desc) / sizeof(float) && (i > 0 || begin(handle)); i++)
        memory(y)[i] = memory(x)[i] < 0 ? 0 : memory(x)[i]; // NaN stays
    return 0;
}

int cudnnActivationBackward(void *handle, void *activation, const void *alpha, void *y_desc, CUdeviceptr y,
                            void *dy_desc, CUdeviceptr dy, void *x_desc, CUdeviceptr x, const void *beta, void *dx_desc,
                            CUdeviceptr dx)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && mock_library_is(activation, LIBRARY_ACTIVATION),
                  BAD_PARAM);
    LIBRARY_CHECK(scalar(alpha) == 1 && scalar(beta) == 0 && is_there(x_desc, x) && is_there(y_desc, y) &&
                      is_there(dy_desc, dy) && is_there(dx_desc, dx),
                  BAD_PARAM);
    LIBRARY_CHECK(is_packed(x_desc) && is_packed(y_desc) && is_packed(dy_desc) && is_packed(dx_desc), BAD_PARAM);
    LIBRARY_CHECK(is_same(x_desc, y_desc) && is_same(x_desc, dy_desc) && is_same(x_desc, dx_desc), BAD_PARAM);
    for (size_t i = 0; i < extent(x_desc) / sizeof(float) && (i > 0 || begin(handle)); i++)
        memory(dx)[i] = memory(x)[i] > 0 ? memory(dy)[i] : 0;
    return 0;
}

// ---- Pooling ----

static bool is_pooling(const void *pooling, const void *x_desc, CUdeviceptr x, const void *y_desc, CUdeviceptr y)
{
    const struct tensor *tx = x_desc, *ty = y_desc;

    return mock_library_is(pooling, LIBRARY_POOL) && is_there(x_desc, x) && is_there(y_desc, y) && is_packed(tx) &&
           is_packed(ty) && tx->size[1] == ty->size[1] && ty->size[2] == tx->size[2] / 2 &&
           ty->size[3] == tx->size[3] / 2;
}

int cudnnPoolingForward(void *handle, void *pooling, const void *alpha, void *x_desc, CUdeviceptr x, const void *beta,
                        void *y_desc, CUdeviceptr y)
{
    const struct tensor *tx = x_desc, *ty = y_desc;

    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && is_pooling(pooling, x_desc, x, y_desc, y), BAD_PARAM);
    LIBRARY_CHECK(scalar(alpha) == 1 && scalar(beta) == 0 && !overlap(tx, x, ty, y), BAD_PARAM);
    if (!begin(handle))
        return 0;
    const bool average = ((struct mode *)pooling)->mode == CUDA_API_AVERAGE;
    for (int c = 0; c < ty->size[1]; c++)
        for (int r = 0; r < ty->size[2]; r++)
            for (int i = 0; i < ty->size[3]; i++) {
                const float *a = value(tx, x, c, 2 * r, 2 * i), *b = a + tx->step[2];
                *value(ty, y, c, r, i) =
                    average ? (a[0] + a[1] + b[0] + b[1]) / 4 : fmaxf(fmaxf(a[0], a[1]), fmaxf(b[0], b[1]));
            }
    return 0;
}

// Of averages; who gets the gradient of the largest of equal values, cuDNN does not promise.
int cudnnPoolingBackward(void *handle, void *pooling, const void *alpha, void *y_desc, CUdeviceptr y, void *dy_desc,
                         CUdeviceptr dy, void *x_desc, CUdeviceptr x, const void *beta, void *dx_desc, CUdeviceptr dx)
{
    const struct tensor *tx = dx_desc, *ty = dy_desc;

    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && is_pooling(pooling, x_desc, x, y_desc, y) &&
                      is_pooling(pooling, dx_desc, dx, dy_desc, dy) && is_same(x_desc, dx_desc),
                  BAD_PARAM);
    LIBRARY_CHECK(scalar(alpha) == 1 && scalar(beta) == 0 && ((struct mode *)pooling)->mode == CUDA_API_AVERAGE,
                  BAD_PARAM);
    if (!begin(handle))
        return 0;
    memset(memory(dx), 0, extent(tx));
    for (int c = 0; c < ty->size[1]; c++)
        for (int r = 0; r < 2 * ty->size[2]; r++)
            for (int i = 0; i < 2 * ty->size[3]; i++)
                *value(tx, dx, c, r, i) = *value(ty, dy, c, r / 2, i / 2) / 4;
    return 0;
}
