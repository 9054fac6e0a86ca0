// SPDX-License-Identifier: Apache-2.0
// The part of cuBLAS that the lab calls, computed on the host: libcublas.so.13 for its tests. What its manual asks of
// arguments is checked.
#include "lab/cuda_api.h"
#include "mock_library.h"

#define EXPORT __attribute__((visibility("default")))
enum { INVALID_VALUE = 7, FAILED = 13 };

struct handle {
    struct mock_library_object object;
    CUstream stream;
    int math;
};

#define X(type, name, params) EXPORT type name params;
CUDA_API_CUBLAS(X)
#undef X

const char *cublasGetStatusString(int status)
{
    return status == INVALID_VALUE ? "an unsupported value or parameter was passed to the function"
                                   : "the function failed to launch on the GPU";
}

int cublasCreate_v2(void **handle)
{
    LIBRARY_ENTER(FAILED);
    *handle = mock_library_new(sizeof(struct handle), LIBRARY_HANDLE);
    ((struct handle *)*handle)->math = -1;
    return 0;
}

int cublasDestroy_v2(void *handle)
{
    return mock_library_delete(handle, LIBRARY_HANDLE) ? 0 : INVALID_VALUE;
}

int cublasSetStream_v2(void *handle, CUstream stream)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE), INVALID_VALUE);
    ((struct handle *)handle)->stream = stream;
    return 0;
}

int cublasSetMathMode(void *handle, int mode)
{
    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE), INVALID_VALUE);
    ((struct handle *)handle)->math = mode;
    return 0;
}

static bool is_matrix(CUdeviceptr data, int rows, int columns, int step)
{
    return rows > 0 && columns > 0 && step >= rows && data % sizeof(float) == 0 &&
           mock_driver()->is_device_range(data, ((size_t)(columns - 1) * (size_t)step + (size_t)rows) * sizeof(float));
}

static const float *memory(CUdeviceptr data)
{
    return (const float *)(uintptr_t)data;
}

int cublasSgemm_v2(void *handle, int transa, int transb, int m, int n, int k, const float *alpha, CUdeviceptr a,
                   int lda, CUdeviceptr b, int ldb, const float *beta, CUdeviceptr c, int ldc)
{
    const struct handle *h = handle;

    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && h->math == CUDA_API_CUBLAS_DEFAULT_MATH, INVALID_VALUE);
    LIBRARY_CHECK(transb == CUDA_API_N && (transa == CUDA_API_N || transa == CUDA_API_T) && *beta == 0, INVALID_VALUE);
    LIBRARY_CHECK(transa == CUDA_API_T ? is_matrix(a, k, m, lda) : is_matrix(a, m, k, lda), INVALID_VALUE);
    LIBRARY_CHECK(is_matrix(b, k, n, ldb) && is_matrix(c, m, n, ldc) && c != a && c != b, INVALID_VALUE);
    mock_driver()->wait(h->stream);
    for (int j = 0; j < n && !mock_driver()->skip_sums; j++) {
        const float *column = memory(b) + (size_t)j * (size_t)ldb;
        float *out = (float *)(uintptr_t)c + (size_t)j * (size_t)ldc;
        for (int i = 0; i < m; i++)
            out[i] = 0;
        if (transa == CUDA_API_N) {
            for (int l = 0; l < k; l++)
                for (int i = 0; i < m; i++)
                    out[i] += memory(a)[(size_t)l * (size_t)lda + (size_t)i] * column[l];
        } else {
            for (int i = 0; i < m; i++) {
                const float *row = memory(a) + (size_t)i * (size_t)lda;
                float part[16] = {0}; // so that the compiler has them side by side
                for (int l = 0; l < k; l++)
                    part[l % 16] += row[l] * column[l];
                for (int p = 0; p < 16; p++)
                    out[i] += part[p];
            }
        }
        for (int i = 0; i < m; i++)
            out[i] *= *alpha;
    }
    return 0;
}

int cublasSdot_v2(void *handle, int n, CUdeviceptr x, int incx, CUdeviceptr y, int incy, float *result)
{
    const struct handle *h = handle;
    double sum = 0;

    LIBRARY_ENTER(FAILED);
    LIBRARY_CHECK(mock_library_is(handle, LIBRARY_HANDLE) && n > 0 && incx == 1 && incy == 1, INVALID_VALUE);
    LIBRARY_CHECK(is_matrix(x, n, 1, n) && is_matrix(y, n, 1, n), INVALID_VALUE);
    LIBRARY_CHECK(!mock_driver()->is_device_range((uintptr_t)result, sizeof *result), INVALID_VALUE); // the host's
    mock_driver()->wait(h->stream);
    for (int i = 0; i < n && !mock_driver()->skip_sums; i++)
        sum += (double)memory(x)[i] * (double)memory(y)[i];
    *result = (float)sum;
    return 0;
}
