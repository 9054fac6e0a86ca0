// SPDX-License-Identifier: Apache-2.0
// cuBLAS and cublasLt. Both think in columns: a matrix row by row is its transpose to them, so cᵀ = bᵀ · aᵀ is what
// they are asked for.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peers.h"

// Of cublas_api.h, cublasLt.h and library_types.h; they have not changed since CUDA 11.
enum {
    OP_N = 0,
    OP_T = 1,
    TYPE_FLOAT = 0,
    TYPE_HALF = 2,
    TYPE_INT8 = 3,
    TYPE_INT32 = 10,
    COMPUTE_FLOAT = 68,
    COMPUTE_TF32 = 77,
    COMPUTE_INT32 = 72,
    DEFAULT_ALGORITHM = -1,
    DESC_TRANSA = 3,
    PREFERENCE_WORKSPACE = 1,
    WORKSPACE = 32 << 20,
};

struct lt_algorithm {
    uint64_t data[8];
};
struct lt_result {
    struct lt_algorithm algorithm;
    size_t workspace;
    int state;
    float waves;
    int reserved[4];
};

#define CUBLAS_FUNCTIONS(X)                                                                                            \
    X(cublasCreate_v2, (void **handle))                                                                                \
    X(cublasDestroy_v2, (void *handle))                                                                                \
    X(cublasSetStream_v2, (void *handle, CUstream stream))                                                             \
    X(cublasSgemm_v2, (void *handle, int transa, int transb, int m, int n, int k, const float *alpha, CUdeviceptr a,   \
                       int lda, CUdeviceptr b, int ldb, const float *beta, CUdeviceptr c, int ldc))                    \
    X(cublasGemmEx, (void *handle, int transa, int transb, int m, int n, int k, const void *alpha, CUdeviceptr a,      \
                     int type_a, int lda, CUdeviceptr b, int type_b, int ldb, const void *beta, CUdeviceptr c,         \
                     int type_c, int ldc, int compute, int algorithm))
#define CUBLASLT_FUNCTIONS(X)                                                                                          \
    X(cublasLtCreate, (void **handle))                                                                                 \
    X(cublasLtDestroy, (void *handle))                                                                                 \
    X(cublasLtMatmulDescCreate, (void **desc, int compute, int scale_type))                                            \
    X(cublasLtMatmulDescDestroy, (void *desc))                                                                         \
    X(cublasLtMatmulDescSetAttribute, (void *desc, int attribute, const void *value, size_t size))                     \
    X(cublasLtMatrixLayoutCreate, (void **layout, int type, uint64_t rows, uint64_t columns, int64_t ld))              \
    X(cublasLtMatrixLayoutDestroy, (void *layout))                                                                     \
    X(cublasLtMatmulPreferenceCreate, (void **preference))                                                             \
    X(cublasLtMatmulPreferenceDestroy, (void *preference))                                                             \
    X(cublasLtMatmulPreferenceSetAttribute, (void *preference, int attribute, const void *value, size_t size))         \
    X(cublasLtMatmulAlgoGetHeuristic, (void *handle, void *desc, void *a, void *b, void *c, void *d, void *preference, \
                                       int wanted, struct lt_result *results, int *count))                             \
    X(cublasLtMatmul, (void *handle, void *desc, const void *alpha, CUdeviceptr a, void *layout_a, CUdeviceptr b,      \
                       void *layout_b, const void *beta, CUdeviceptr c, void *layout_c, CUdeviceptr d, void *layout_d, \
                       const struct lt_algorithm *algorithm, CUdeviceptr workspace, size_t size, CUstream stream))

static struct peer_cublas_functions {
#define X(name, params) int(*name) params; // NOLINT(bugprone-macro-parentheses)
    CUBLAS_FUNCTIONS(X) CUBLASLT_FUNCTIONS(X)
#undef X
} functions;
#define WANTED(name, params) {#name, (void **)&functions.name},

static bool open_cublas(struct peer_cublas *p)
{
    static const char *const names[] = {"libcublas.so.13", "libcublas.so.12", "libcublas.so.11", "libcublas.so"};
    static const struct cuda_library_function wanted[] = {CUBLAS_FUNCTIONS(WANTED)};

    if (!cuda_library_open(names, sizeof names / sizeof names[0], wanted, sizeof wanted / sizeof wanted[0], p->why,
                           sizeof p->why))
        return false;
    if (functions.cublasCreate_v2(&p->handle) == 0 && functions.cublasSetStream_v2(p->handle, p->gpu->stream) == 0)
        return true;
    snprintf(p->why, sizeof p->why, "does not start");
    p->handle = NULL;
    return false;
}

static bool open_lt(struct peer_cublas *p)
{
    static const char *const names[] = {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so.11",
                                        "libcublasLt.so"};
    static const struct cuda_library_function wanted[] = {CUBLASLT_FUNCTIONS(WANTED)};

    if (!cuda_library_open(names, sizeof names / sizeof names[0], wanted, sizeof wanted / sizeof wanted[0], p->lt_why,
                           sizeof p->lt_why))
        return false;
    if (functions.cublasLtCreate(&p->lt_handle) == 0 && gpu_alloc(p->gpu, WORKSPACE, &p->workspace))
        return true;
    snprintf(p->lt_why, sizeof p->lt_why, "does not start");
    p->lt_handle = NULL;
    return false;
}

void peer_cublas_open(struct gpu *gpu, struct peer_cublas *p)
{
    *p = (struct peer_cublas){.gpu = gpu};
    if (open_cublas(p))
        p->why[0] = '\0';
    if (open_lt(p))
        p->lt_why[0] = '\0';
}

// The libraries stay: they have threads and handlers of their own.
void peer_cublas_close(struct peer_cublas *p)
{
    if (p->handle != NULL)
        functions.cublasDestroy_v2(p->handle);
    if (p->lt_handle != NULL)
        functions.cublasLtDestroy(p->lt_handle);
    gpu_free(p->gpu, &p->workspace);
}

bool peer_sgemm(const struct peer_gemm *g)
{
    const float one = 1, zero = 0;

    return functions.cublasSgemm_v2(g->peer->handle, OP_N, OP_N, g->n, g->m, g->k, &one, g->b, g->n, g->a, g->k, &zero,
                                    g->c, g->n) == 0;
}

bool peer_tf32(const struct peer_gemm *g)
{
    const float one = 1, zero = 0;

    return functions.cublasGemmEx(g->peer->handle, OP_N, OP_N, g->n, g->m, g->k, &one, g->b, TYPE_FLOAT, g->n, g->a,
                                  TYPE_FLOAT, g->k, &zero, g->c, TYPE_FLOAT, g->n, COMPUTE_TF32,
                                  DEFAULT_ALGORITHM) == 0;
}

bool peer_hgemm(const struct peer_gemm *g)
{
    const float one = 1, zero = 0;

    return functions.cublasGemmEx(g->peer->handle, OP_T, OP_N, g->n, g->m, g->k, &one, g->b, TYPE_HALF, g->k, g->a,
                                  TYPE_HALF, g->k, &zero, g->c, TYPE_HALF, g->n, COMPUTE_FLOAT, DEFAULT_ALGORITHM) == 0;
}

enum { PROPOSALS = 8 }; // ways of multiplying that are tried

struct lt_plan {
    void *desc, *a, *b, *c;
    struct lt_result result;
};

void peer_int8_finish(struct peer_gemm *g)
{
    struct lt_plan *plan = g->lt;

    if (plan == NULL)
        return;
    if (plan->c != NULL)
        functions.cublasLtMatrixLayoutDestroy(plan->c);
    if (plan->b != NULL)
        functions.cublasLtMatrixLayoutDestroy(plan->b);
    if (plan->a != NULL)
        functions.cublasLtMatrixLayoutDestroy(plan->a);
    if (plan->desc != NULL)
        functions.cublasLtMatmulDescDestroy(plan->desc);
    free(plan);
    g->lt = NULL;
}

static bool run_int8(void *user)
{
    return peer_int8(user);
}

// The fastest of those that the library proposes, of which the first one need not be.
static bool pick_int8(struct peer_gemm *g, const struct lt_result *proposed, int count)
{
    enum { CALLS = 4 };
    struct lt_plan *plan = g->lt;
    int best = -1;
    double least = 0;

    for (int i = 0; i < count; i++) {
        plan->result = proposed[i];
        const bool runs = gpu_time_of(g->peer->gpu, run_int8, g, 1) >= 0; // warm
        const double time = runs ? gpu_time_of(g->peer->gpu, run_int8, g, CALLS) : -1;
        if (time >= 0 && (best < 0 || time < least)) {
            best = i;
            least = time;
        }
    }
    if (best >= 0)
        plan->result = proposed[best];
    return best >= 0;
}

bool peer_int8_prepare(struct peer_gemm *g)
{
    const struct peer_cublas_functions *f = &functions;
    const int transposed = OP_T;
    const size_t workspace = WORKSPACE;
    struct lt_result proposed[PROPOSALS];
    void *preference = NULL;
    int count = 0;
    struct lt_plan *plan = g->lt = calloc(1, sizeof *plan);
    const uint64_t m = (uint64_t)g->m, n = (uint64_t)g->n, k = (uint64_t)g->k;

    const bool found =
        plan != NULL && f->cublasLtMatmulDescCreate(&plan->desc, COMPUTE_INT32, TYPE_INT32) == 0 &&
        f->cublasLtMatmulDescSetAttribute(plan->desc, DESC_TRANSA, &transposed, sizeof transposed) == 0 &&
        f->cublasLtMatrixLayoutCreate(&plan->a, TYPE_INT8, k, n, g->k) == 0 &&
        f->cublasLtMatrixLayoutCreate(&plan->b, TYPE_INT8, k, m, g->k) == 0 &&
        f->cublasLtMatrixLayoutCreate(&plan->c, TYPE_INT32, n, m, g->n) == 0 &&
        f->cublasLtMatmulPreferenceCreate(&preference) == 0 &&
        f->cublasLtMatmulPreferenceSetAttribute(preference, PREFERENCE_WORKSPACE, &workspace, sizeof workspace) == 0 &&
        f->cublasLtMatmulAlgoGetHeuristic(g->peer->lt_handle, plan->desc, plan->a, plan->b, plan->c, plan->c,
                                          preference, PROPOSALS, proposed, &count) == 0 &&
        pick_int8(g, proposed, count < PROPOSALS ? count : PROPOSALS);
    if (preference != NULL)
        f->cublasLtMatmulPreferenceDestroy(preference);
    return found;
}

bool peer_int8(const struct peer_gemm *g)
{
    const struct lt_plan *plan = g->lt;
    const int32_t one = 1, zero = 0;

    return functions.cublasLtMatmul(g->peer->lt_handle, plan->desc, &one, g->b, plan->a, g->a, plan->b, &zero, g->c,
                                    plan->c, g->c, plan->c, &plan->result.algorithm, g->peer->workspace, WORKSPACE,
                                    g->peer->gpu->stream) == 0;
}
