// SPDX-License-Identifier: Apache-2.0
// What `artem bench gpu` asks of cuBLAS, cublasLt and cuDNN, computed on the host as their manuals say: for its tests,
// under all three names. Matrices are in columns. Each call waits for its stream, and is done when it returns.
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cuda/driver.h"

#define EXPORT __attribute__((visibility("default")))

enum { FAILED = 7, FLOAT = 0, HALF = 2, INT8 = 3, INT32 = 10 /* cuBLAS */, NHWC = 1 };

static CUstream stream;
static int error; // of one sum in each result: the environment's MOCK_PEERS_ERROR

__attribute__((constructor)) static void read_environment(void)
{
    const char *text = getenv("MOCK_PEERS_ERROR");

    error = text != NULL ? atoi(text) : 0;
}

static void wait_for_stream(void)
{
    CUresult (*get)(const char *, void **, int, uint64_t, int *);
    CUresult (*synchronize)(CUstream) = NULL;
    void *library = dlopen("libcuda.so.1", RTLD_NOW);
    int status;

    *(void **)&get = library != NULL ? dlsym(library, "cuGetProcAddress_v2") : NULL;
    if (get != NULL && get("cuStreamSynchronize", (void **)&synchronize, 2000, 0, &status) == 0 && stream != NULL)
        synchronize(stream);
    if (library != NULL)
        dlclose(library);
}

// Whole numbers up to 2048, and NaN.
static double of_half(uint16_t h)
{
    const int exponent = h >> 10 & 31, mantissa = 1024 + (h & 1023);
    const double value = exponent == 31 ? NAN : exponent < 15 ? 0 : (double)(mantissa << (exponent - 15)) / 1024;

    return h & 0x8000 ? -value : value;
}

static uint16_t to_half(double value)
{
    const double size = fabs(value);
    int exponent;

    if (size == 0)
        return 0;
    frexp(size, &exponent);
    return (uint16_t)((value < 0 ? 0x8000 : 0) | (exponent + 14) << 10 | ((int)ldexp(size, 11 - exponent) & 1023));
}

static double load(CUdeviceptr p, int type, size_t i)
{
    const void *data = (const void *)(uintptr_t)p;

    return type == HALF   ? of_half(((const uint16_t *)data)[i])
           : type == INT8 ? ((const int8_t *)data)[i]
                          : (double)((const float *)data)[i];
}

static void store(CUdeviceptr p, int type, size_t i, double value)
{
    void *data = (void *)(uintptr_t)p;

    if (type == HALF)
        ((uint16_t *)data)[i] = to_half(value);
    else if (type == INT8)
        ((int8_t *)data)[i] = (int8_t)fmax(-128, fmin(127, value));
    else if (type == INT32)
        ((int32_t *)data)[i] = (int32_t)value;
    else
        ((float *)data)[i] = (float)value;
}

// ---- cuBLAS ----

EXPORT int cublasCreate_v2(void **handle);
EXPORT int cublasDestroy_v2(void *handle);
EXPORT int cublasSetStream_v2(void *handle, CUstream new);
EXPORT int cublasGemmEx(void *handle, int transa, int transb, int m, int n, int k, const void *alpha, CUdeviceptr a,
                        int type_a, int lda, CUdeviceptr b, int type_b, int ldb, const void *beta, CUdeviceptr c,
                        int type_c, int ldc, int compute, int algorithm);
EXPORT int cublasSgemm_v2(void *handle, int transa, int transb, int m, int n, int k, const float *alpha, CUdeviceptr a,
                          int lda, CUdeviceptr b, int ldb, const float *beta, CUdeviceptr c, int ldc);

int cublasCreate_v2(void **handle)
{
    *handle = malloc(1);
    return 0;
}

int cublasDestroy_v2(void *handle)
{
    free(handle);
    return 0;
}

int cublasSetStream_v2(void *handle, CUstream new)
{
    (void)handle;
    stream = new;
    return 0;
}

static void multiply(int transa, int transb, int m, int n, int k, CUdeviceptr a, int type_a, int lda, CUdeviceptr b,
                     int type_b, int ldb, CUdeviceptr c, int type_c, int ldc)
{
    wait_for_stream();
    for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
            double sum = i == 5 && j == 0 ? error : 0;
            for (int l = 0; l < k; l++)
                sum +=
                    load(a, type_a,
                         transa ? (size_t)i * (size_t)lda + (size_t)l : (size_t)l * (size_t)lda + (size_t)i) *
                    load(b, type_b, transb ? (size_t)l * (size_t)ldb + (size_t)j : (size_t)j * (size_t)ldb + (size_t)l);
            store(c, type_c, (size_t)j * (size_t)ldc + (size_t)i, sum);
        }
}

int cublasGemmEx(void *handle, int transa, int transb, int m, int n, int k, const void *alpha, CUdeviceptr a,
                 int type_a, int lda, CUdeviceptr b, int type_b, int ldb, const void *beta, CUdeviceptr c, int type_c,
                 int ldc, int compute, int algorithm)
{
    (void)handle;
    if (*(const float *)alpha != 1 || *(const float *)beta != 0 || (compute != 68 && compute != 77) || algorithm != -1)
        return FAILED;
    multiply(transa, transb, m, n, k, a, type_a, lda, b, type_b, ldb, c, type_c, ldc);
    return 0;
}

int cublasSgemm_v2(void *handle, int transa, int transb, int m, int n, int k, const float *alpha, CUdeviceptr a,
                   int lda, CUdeviceptr b, int ldb, const float *beta, CUdeviceptr c, int ldc)
{
    return cublasGemmEx(handle, transa, transb, m, n, k, alpha, a, FLOAT, lda, b, FLOAT, ldb, beta, c, FLOAT, ldc, 68,
                        -1);
}

// ---- cublasLt: handles, layouts, descriptions and preferences are all such a structure ----

struct lt {
    int type, compute, scale, transposed;
    uint64_t rows, columns;
    int64_t ld;
};
struct lt_result {
    uint64_t algorithm[8];
    size_t workspace;
    int state;
    float waves;
    int reserved[4];
};

#define MAKE(name, ...)                                                                                                \
    EXPORT int name(void **out, ##__VA_ARGS__);                                                                        \
    int name(void **out, ##__VA_ARGS__)
#define DESTROY(name)                                                                                                  \
    EXPORT int name(void *object);                                                                                     \
    int name(void *object)                                                                                             \
    {                                                                                                                  \
        free(object);                                                                                                  \
        return 0;                                                                                                      \
    }

static void *new_lt(struct lt value)
{
    struct lt *lt = malloc(sizeof *lt);

    *lt = value;
    return lt;
}

MAKE(cublasLtCreate)
{
    *out = new_lt((struct lt){0});
    return 0;
}

MAKE(cublasLtMatmulDescCreate, int compute, int scale)
{
    *out = new_lt((struct lt){.compute = compute, .scale = scale});
    return 0;
}

MAKE(cublasLtMatrixLayoutCreate, int type, uint64_t rows, uint64_t columns, int64_t ld)
{
    *out = new_lt((struct lt){.type = type, .rows = rows, .columns = columns, .ld = ld});
    return 0;
}

MAKE(cublasLtMatmulPreferenceCreate)
{
    *out = new_lt((struct lt){0});
    return 0;
}

DESTROY(cublasLtDestroy)
DESTROY(cublasLtMatmulDescDestroy)
DESTROY(cublasLtMatrixLayoutDestroy)
DESTROY(cublasLtMatmulPreferenceDestroy)

EXPORT int cublasLtMatmulDescSetAttribute(struct lt *desc, int attribute, const void *value, size_t size);
EXPORT int cublasLtMatmulPreferenceSetAttribute(void *preference, int attribute, const void *value, size_t size);
EXPORT int cublasLtMatmulAlgoGetHeuristic(void *handle, const struct lt *desc, const struct lt *a, const struct lt *b,
                                          const struct lt *c, const struct lt *d, void *preference, int wanted,
                                          struct lt_result *results, int *count);
EXPORT int cublasLtMatmul(void *handle, const struct lt *desc, const void *alpha, CUdeviceptr a, const struct lt *la,
                          CUdeviceptr b, const struct lt *lb, const void *beta, CUdeviceptr c, const struct lt *lc,
                          CUdeviceptr d, const struct lt *ld, const uint64_t *algorithm, CUdeviceptr workspace,
                          size_t size, CUstream on);

int cublasLtMatmulDescSetAttribute(struct lt *desc, int attribute, const void *value, size_t size)
{
    if (attribute != 3 || size != sizeof desc->transposed)
        return FAILED;
    memcpy(&desc->transposed, value, size);
    return 0;
}

int cublasLtMatmulPreferenceSetAttribute(void *preference, int attribute, const void *value, size_t size)
{
    return preference != NULL && attribute == 1 && value != NULL && size == sizeof(size_t) ? 0 : FAILED;
}

int cublasLtMatmulAlgoGetHeuristic(void *handle, const struct lt *desc, const struct lt *a, const struct lt *b,
                                   const struct lt *c, const struct lt *d, void *preference, int wanted,
                                   struct lt_result *results, int *count)
{
    (void)handle;
    (void)preference;
    *count = 0;
    if (desc->compute != 72 || desc->scale != INT32 || desc->transposed != 1 || a->type != INT8 || b->type != INT8 ||
        c->type != INT32 || d != c || a->rows != b->rows || a->columns != c->rows || b->columns != c->columns)
        return FAILED;
    memset(results, 0, (size_t)wanted * sizeof *results);
    results[0].algorithm[0] = 41; // proposed, and then not taken
    results[wanted > 1].algorithm[0] = 42;
    *count = wanted > 1 ? 2 : 1;
    return 0;
}

int cublasLtMatmul(void *handle, const struct lt *desc, const void *alpha, CUdeviceptr a, const struct lt *la,
                   CUdeviceptr b, const struct lt *lb, const void *beta, CUdeviceptr c, const struct lt *lc,
                   CUdeviceptr d, const struct lt *ld, const uint64_t *algorithm, CUdeviceptr workspace, size_t size,
                   CUstream on)
{
    (void)handle;
    if (*(const int32_t *)alpha != 1 || *(const int32_t *)beta != 0 || c != d || lc != ld || algorithm[0] != 42 ||
        workspace == 0 || size == 0)
        return FAILED;
    stream = on;
    multiply(desc->transposed, 0, (int)lc->rows, (int)lc->columns, (int)la->rows, a, la->type, (int)la->ld, b, lb->type,
             (int)lb->ld, c, lc->type, (int)lc->ld);
    return 0;
}

// ---- cuDNN: descriptors of tensors, filters and convolutions are all such a structure ----

struct shape {
    int type, n, c, h, w; // of a filter: k, c, h, w
    int good;             // of a convolution: it is the one that is meant
};
struct performance {
    int algorithm, status;
    float time;
    size_t memory;
    int determinism, math_type, reserved[3];
};

EXPORT int cudnnSetStream(void *handle, CUstream new);
EXPORT int cudnnSetTensor4dDescriptor(struct shape *s, int format, int type, int n, int c, int h, int w);
EXPORT int cudnnSetFilter4dDescriptor(struct shape *s, int type, int format, int k, int c, int h, int w);
EXPORT int cudnnSetConvolution2dDescriptor(struct shape *s, int pad_h, int pad_w, int u, int v, int dilation_h,
                                           int dilation_w, int mode, int type);
EXPORT int cudnnSetConvolutionMathType(struct shape *s, int type);
EXPORT int cudnnFindConvolutionForwardAlgorithm(void *handle, const struct shape *x, const struct shape *w,
                                                const struct shape *conv, const struct shape *y, int wanted, int *count,
                                                struct performance *results);
EXPORT int cudnnFindConvolutionBackwardDataAlgorithm(void *handle, const struct shape *w, const struct shape *dy,
                                                     const struct shape *conv, const struct shape *dx, int wanted,
                                                     int *count, struct performance *results);
EXPORT int cudnnConvolutionForward(void *handle, const void *alpha, const struct shape *x_desc, CUdeviceptr x,
                                   const struct shape *w_desc, CUdeviceptr w, const struct shape *conv, int algorithm,
                                   CUdeviceptr workspace, size_t size, const void *beta, const struct shape *y_desc,
                                   CUdeviceptr y);
EXPORT int cudnnConvolutionBackwardData(void *handle, const void *alpha, const struct shape *w_desc, CUdeviceptr w,
                                        const struct shape *dy_desc, CUdeviceptr dy, const struct shape *conv,
                                        int algorithm, CUdeviceptr workspace, size_t size, const void *beta,
                                        const struct shape *dx_desc, CUdeviceptr dx);

#define CREATE(name)                                                                                                   \
    MAKE(name)                                                                                                         \
    {                                                                                                                  \
        *out = calloc(1, sizeof(struct shape));                                                                        \
        return 0;                                                                                                      \
    }
CREATE(cudnnCreate)
CREATE(cudnnCreateTensorDescriptor)
CREATE(cudnnCreateFilterDescriptor)
CREATE(cudnnCreateConvolutionDescriptor)
DESTROY(cudnnDestroy)
DESTROY(cudnnDestroyTensorDescriptor)
DESTROY(cudnnDestroyFilterDescriptor)
DESTROY(cudnnDestroyConvolutionDescriptor)

int cudnnSetStream(void *handle, CUstream new)
{
    (void)handle;
    stream = new;
    return 0;
}

int cudnnSetTensor4dDescriptor(struct shape *s, int format, int type, int n, int c, int h, int w)
{
    *s = (struct shape){type, n, c, h, w, 0};
    return format == NHWC ? 0 : FAILED;
}

int cudnnSetFilter4dDescriptor(struct shape *s, int type, int format, int k, int c, int h, int w)
{
    *s = (struct shape){type, k, c, h, w, 0};
    return format == NHWC ? 0 : FAILED;
}

int cudnnSetConvolution2dDescriptor(struct shape *s, int pad_h, int pad_w, int u, int v, int dilation_h, int dilation_w,
                                    int mode, int type)
{
    s->type = type;
    s->good = pad_h == 1 && pad_w == 1 && u == 1 && v == 1 && dilation_h == 1 && dilation_w == 1 && mode == 1;
    return 0;
}

int cudnnSetConvolutionMathType(struct shape *s, int type)
{
    return s != NULL && type == 1 ? 0 : FAILED;
}

static int find(const struct shape *x, const struct shape *w, const struct shape *conv, const struct shape *y,
                int *count, struct performance *results)
{
    *count = 0;
    // cuDNN's 4 is its int32.
    if (!conv->good || conv->type != (x->type == INT8 ? 4 : FLOAT) || x->type != y->type || x->type != w->type ||
        x->c != w->c || y->c != w->n || x->h != y->h || x->w != y->w || w->h != 3 || w->w != 3)
        return FAILED;
    results[0] = (struct performance){.algorithm = 1, .memory = 256, .math_type = 1};
    *count = 1;
    return 0;
}

int cudnnFindConvolutionForwardAlgorithm(void *handle, const struct shape *x, const struct shape *w,
                                         const struct shape *conv, const struct shape *y, int wanted, int *count,
                                         struct performance *results)
{
    (void)handle;
    return wanted > 0 ? find(x, w, conv, y, count, results) : FAILED;
}

int cudnnFindConvolutionBackwardDataAlgorithm(void *handle, const struct shape *w, const struct shape *dy,
                                              const struct shape *conv, const struct shape *dx, int wanted, int *count,
                                              struct performance *results)
{
    (void)handle;
    return wanted > 0 && dx->type == HALF ? find(dx, w, conv, dy, count, results) : FAILED;
}

static size_t at(const struct shape *s, int y, int x, int c)
{
    return ((size_t)y * (size_t)s->w + (size_t)x) * (size_t)s->c + (size_t)c;
}

static size_t weight(const struct shape *w, int k, int tap, int c)
{
    return ((size_t)k * 9 + (size_t)tap) * (size_t)w->c + (size_t)c;
}

int cudnnConvolutionForward(void *handle, const void *alpha, const struct shape *sx, CUdeviceptr x,
                            const struct shape *sw, CUdeviceptr w, const struct shape *conv, int algorithm,
                            CUdeviceptr workspace, size_t size, const void *beta, const struct shape *sy, CUdeviceptr y)
{
    (void)handle;
    (void)conv;
    if (*(const float *)alpha != 1 || *(const float *)beta != 0 || algorithm != 1 || workspace == 0 || size != 256)
        return FAILED;
    wait_for_stream();
    for (int cy = 0; cy < sy->h; cy++)
        for (int cx = 0; cx < sy->w; cx++)
            for (int k = 0; k < sy->c; k++) {
                double sum = 0;
                for (int tap = 0; tap < 9; tap++) {
                    const int fy = cy + tap / 3 - 1, fx = cx + tap % 3 - 1;
                    for (int c = 0; c < sx->c && fy >= 0 && fx >= 0 && fy < sx->h && fx < sx->w; c++)
                        sum += load(x, sx->type, at(sx, fy, fx, c)) * load(w, sw->type, weight(sw, k, tap, c));
                }
                store(y, sy->type, at(sy, cy, cx, k), sum);
            }
    return 0;
}

int cudnnConvolutionBackwardData(void *handle, const void *alpha, const struct shape *sw, CUdeviceptr w,
                                 const struct shape *sdy, CUdeviceptr dy, const struct shape *conv, int algorithm,
                                 CUdeviceptr workspace, size_t size, const void *beta, const struct shape *sdx,
                                 CUdeviceptr dx)
{
    (void)handle;
    (void)conv;
    if (*(const float *)alpha != 1 || *(const float *)beta != 0 || algorithm != 1 || workspace == 0 || size != 256)
        return FAILED;
    wait_for_stream();
    for (int cy = 0; cy < sdx->h; cy++)
        for (int cx = 0; cx < sdx->w; cx++)
            for (int c = 0; c < sdx->c; c++) {
                double sum = 0;
                for (int tap = 0; tap < 9; tap++) {
                    const int fy = cy - tap / 3 + 1, fx = cx - tap % 3 + 1; // whose window has this cell at the tap
                    for (int k = 0; k < sdy->c && fy >= 0 && fx >= 0 && fy < sdy->h && fx < sdy->w; k++)
                        sum += load(dy, sdy->type, at(sdy, fy, fx, k)) * load(w, sw->type, weight(sw, k, tap, c));
                }
                store(dx, sdx->type, at(sdx, cy, cx, c), sum);
            }
    return 0;
}
