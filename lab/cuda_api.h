// SPDX-License-Identifier: Apache-2.0
// The part of cuDNN (9 and newer), cuBLAS and the CUDA driver that the lab calls. They are opened when a device cuda:N
// is asked for; nothing of them is needed to build. Functions of cuDNN and cuBLAS return 0 for success; pointers of the
// device are numbers, as the driver has them. tests/mock_cuda/headers.cpp compares all this with NVIDIA's headers.
#ifndef ARTEM_LAB_CUDA_API_H
#define ARTEM_LAB_CUDA_API_H

#include "runtime/cuda/driver.h"

// Of cudnn_graph.h, cudnn_ops.h and cublas_api.h.
enum {
    CUDA_API_FLOAT = 0,                   // CUDNN_DATA_FLOAT
    CUDA_API_NCHW = 0,                    // CUDNN_TENSOR_NCHW
    CUDA_API_CORRELATION = 1,             // CUDNN_CROSS_CORRELATION
    CUDA_API_DEFAULT_MATH = 0,            // CUDNN_DEFAULT_MATH
    CUDA_API_FMA_MATH = 3,                // CUDNN_FMA_MATH: no TF32
    CUDA_API_PROPAGATE_NAN = 1,           // CUDNN_PROPAGATE_NAN
    CUDA_API_RELU = 1,                    // CUDNN_ACTIVATION_RELU
    CUDA_API_AVERAGE = 2,                 // CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING
    CUDA_API_MAX = 3,                     // CUDNN_POOLING_MAX_DETERMINISTIC
    CUDA_API_HOST_MEMORY_FAILED = 4003,   // CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED
    CUDA_API_DEVICE_MEMORY_FAILED = 4004, // CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED
    CUDA_API_NOT_SUPPORTED = 3000,        // CUDNN_STATUS_NOT_SUPPORTED
    CUDA_API_CUBLAS_MEMORY_FAILED = 3,    // CUBLAS_STATUS_ALLOC_FAILED
    CUDA_API_CUBLAS_DEFAULT_MATH = 0,     // CUBLAS_DEFAULT_MATH: 32-bit floats as they are
    CUDA_API_N = 0,                       // CUBLAS_OP_N
    CUDA_API_T = 1,                       // CUBLAS_OP_T
    CUDA_API_CUDNN_MIN = 90000,           // 9.0
};

// cudnnConvolutionFwdAlgoPerf_t and cudnnConvolutionBwdDataAlgoPerf_t.
struct cuda_api_algorithm { // NOLINT(clang-analyzer-optin.performance.Padding): as cuDNN has it
    int algorithm, status;
    float time;
    size_t memory;
    int determinism, math_type, reserved[3];
};

#define CUDA_API_CUDNN(X)                                                                                              \
    X(size_t, cudnnGetVersion, (void))                                                                                 \
    X(const char *, cudnnGetErrorString, (int status))                                                                 \
    X(int, cudnnCreate, (void **handle))                                                                               \
    X(int, cudnnDestroy, (void *handle))                                                                               \
    X(int, cudnnSetStream, (void *handle, CUstream stream))                                                            \
    X(int, cudnnCreateTensorDescriptor, (void **desc))                                                                 \
    X(int, cudnnDestroyTensorDescriptor, (void *desc))                                                                 \
    X(int, cudnnSetTensor4dDescriptorEx,                                                                               \
      (void *desc, int type, int n, int c, int h, int w, int n_stride, int c_stride, int h_stride, int w_stride))      \
    X(int, cudnnCreateFilterDescriptor, (void **desc))                                                                 \
    X(int, cudnnDestroyFilterDescriptor, (void *desc))                                                                 \
    X(int, cudnnSetFilter4dDescriptor, (void *desc, int type, int format, int k, int c, int h, int w))                 \
    X(int, cudnnCreateConvolutionDescriptor, (void **desc))                                                            \
    X(int, cudnnDestroyConvolutionDescriptor, (void *desc))                                                            \
    X(int, cudnnSetConvolution2dDescriptor,                                                                            \
      (void *desc, int pad_h, int pad_w, int u, int v, int dilation_h, int dilation_w, int mode, int type))            \
    X(int, cudnnSetConvolutionMathType, (void *desc, int type))                                                        \
    X(int, cudnnCreatePoolingDescriptor, (void **desc))                                                                \
    X(int, cudnnDestroyPoolingDescriptor, (void *desc))                                                                \
    X(int, cudnnSetPooling2dDescriptor,                                                                                \
      (void *desc, int mode, int nan, int height, int width, int pad_h, int pad_w, int stride_h, int stride_w))        \
    X(int, cudnnCreateActivationDescriptor, (void **desc))                                                             \
    X(int, cudnnDestroyActivationDescriptor, (void *desc))                                                             \
    X(int, cudnnSetActivationDescriptor, (void *desc, int mode, int nan, double coefficient))                          \
    X(int, cudnnGetConvolutionForwardAlgorithm_v7,                                                                     \
      (void *handle, void *x, void *w, void *convolution, void *y, int wanted, int *count,                             \
       struct cuda_api_algorithm *results))                                                                            \
    X(int, cudnnGetConvolutionBackwardDataAlgorithm_v7,                                                                \
      (void *handle, void *w, void *dy, void *convolution, void *dx, int wanted, int *count,                           \
       struct cuda_api_algorithm *results))                                                                            \
    X(int, cudnnConvolutionForward,                                                                                    \
      (void *handle, const void *alpha, void *x_desc, CUdeviceptr x, void *w_desc, CUdeviceptr w, void *convolution,   \
       int algorithm, CUdeviceptr workspace, size_t size, const void *beta, void *y_desc, CUdeviceptr y))              \
    X(int, cudnnConvolutionBackwardData,                                                                               \
      (void *handle, const void *alpha, void *w_desc, CUdeviceptr w, void *dy_desc, CUdeviceptr dy, void *convolution, \
       int algorithm, CUdeviceptr workspace, size_t size, const void *beta, void *dx_desc, CUdeviceptr dx))            \
    X(int, cudnnAddTensor,                                                                                             \
      (void *handle, const void *alpha, void *a_desc, CUdeviceptr a, const void *beta, void *c_desc, CUdeviceptr c))   \
    X(int, cudnnTransformTensor,                                                                                       \
      (void *handle, const void *alpha, void *x_desc, CUdeviceptr x, const void *beta, void *y_desc, CUdeviceptr y))   \
    X(int, cudnnActivationForward,                                                                                     \
      (void *handle, void *activation, const void *alpha, void *x_desc, CUdeviceptr x, const void *beta, void *y_desc, \
       CUdeviceptr y))                                                                                                 \
    X(int, cudnnActivationBackward,                                                                                    \
      (void *handle, void *activation, const void *alpha, void *y_desc, CUdeviceptr y, void *dy_desc, CUdeviceptr dy,  \
       void *x_desc, CUdeviceptr x, const void *beta, void *dx_desc, CUdeviceptr dx))                                  \
    X(int, cudnnPoolingForward,                                                                                        \
      (void *handle, void *pooling, const void *alpha, void *x_desc, CUdeviceptr x, const void *beta, void *y_desc,    \
       CUdeviceptr y))                                                                                                 \
    X(int, cudnnPoolingBackward,                                                                                       \
      (void *handle, void *pooling, const void *alpha, void *y_desc, CUdeviceptr y, void *dy_desc, CUdeviceptr dy,     \
       void *x_desc, CUdeviceptr x, const void *beta, void *dx_desc, CUdeviceptr dx))

// Matrices are in columns; scalars and the product's sum are the host's, which waits for it.
#define CUDA_API_CUBLAS(X)                                                                                             \
    X(const char *, cublasGetStatusString, (int status))                                                               \
    X(int, cublasCreate_v2, (void **handle))                                                                           \
    X(int, cublasDestroy_v2, (void *handle))                                                                           \
    X(int, cublasSetStream_v2, (void *handle, CUstream stream))                                                        \
    X(int, cublasSetMathMode, (void *handle, int mode))                                                                \
    X(int, cublasSgemm_v2,                                                                                             \
      (void *handle, int transa, int transb, int m, int n, int k, const float *alpha, CUdeviceptr a, int lda,          \
       CUdeviceptr b, int ldb, const float *beta, CUdeviceptr c, int ldc))                                             \
    X(int, cublasSdot_v2, (void *handle, int n, CUdeviceptr x, int incx, CUdeviceptr y, int incy, float *result))

// As CUDA_DRIVER_FUNCTIONS.
#define CUDA_API_DRIVER(X)                                                                                             \
    X(cuDevicePrimaryCtxRetain, 7000, (CUcontext * context, CUdevice device))                                          \
    X(cuDevicePrimaryCtxRelease, 11000, (CUdevice device))

struct cuda_api {
    struct cuda_driver driver;
    // NOLINTBEGIN(bugprone-macro-parentheses)
#define X(type, name, params) type(*name) params;
    CUDA_API_CUDNN(X)
    CUDA_API_CUBLAS(X)
#undef X
#define X(name, version, params) CUresult(*name) params;
    CUDA_API_DRIVER(X)
#undef X
    // NOLINTEND(bugprone-macro-parentheses)
};

// What is missing is said in `why`. Close it after all that was made by it.
bool cuda_api_open(struct cuda_api *api, char *why, size_t why_size);
void cuda_api_close(struct cuda_api *api); // also a zeroed one; cuDNN and cuBLAS stay, which have threads of their own

#endif
