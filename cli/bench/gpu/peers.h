// SPDX-License-Identifier: Apache-2.0
// NVIDIA's own libraries, to be compared with: opened where they are installed, never linked. Matrices are [m][k] times
// [k][n], row by row; pictures are NHWC, 3 x 3 weights [out][9][in], borders zero.
#ifndef ARTEM_CLI_BENCH_GPU_PEERS_H
#define ARTEM_CLI_BENCH_GPU_PEERS_H

#include "gpu.h"
#include "runtime/cuda/library.h"

struct peer_cublas {
    void *handle, *lt_handle;
    struct gpu *gpu;
    CUdeviceptr workspace;
    char why[96], lt_why[96]; // there is no such handle
};

// Both, or either; the others' `why` is set.
void peer_cublas_open(struct gpu *gpu, struct peer_cublas *out_peer);
void peer_cublas_close(struct peer_cublas *peer);

struct peer_gemm {
    struct peer_cublas *peer;
    int m, n, k;
    CUdeviceptr a, b, c; // float and half: a [m][k]; b [k][n] (float) or [n][k] (half, int8)
    void *lt;            // peer_int8_prepare
};
bool peer_sgemm(const struct peer_gemm *gemm); // float
bool peer_tf32(const struct peer_gemm *gemm);  // float, products rounded to TF32
bool peer_hgemm(const struct peer_gemm *gemm); // half in and out, sums in float
// int8 to int32. Prepares once; false where cublasLt has no algorithm.
bool peer_int8_prepare(struct peer_gemm *gemm);
bool peer_int8(const struct peer_gemm *gemm);
void peer_int8_finish(struct peer_gemm *gemm);

struct peer_cudnn {
    void *handle;
    struct gpu *gpu;
    char why[96];
};

void peer_cudnn_open(struct gpu *gpu, struct peer_cudnn *out_peer);
void peer_cudnn_close(struct peer_cudnn *peer);

enum peer_type { PEER_HALF, PEER_INT8 };
struct peer_conv {
    struct peer_cudnn *peer;
    enum peer_type type;
    bool backward; // from [h][w][out] to [h][w][in]
    int width, height, in, out;
    CUdeviceptr from, weights, to;
    // peer_conv_prepare
    void *x, *y, *w, *convolution;
    int algorithm;
    CUdeviceptr workspace;
    size_t workspace_size;
};
// Lets cuDNN measure its algorithms and takes the fastest; false where it has none.
bool peer_conv_prepare(struct peer_conv *conv);
bool peer_conv_run(const struct peer_conv *conv);
void peer_conv_finish(struct peer_conv *conv);

#endif
