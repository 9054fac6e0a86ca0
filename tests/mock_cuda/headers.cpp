// SPDX-License-Identifier: Apache-2.0
// lab/cuda_api.h against NVIDIA's headers of cuDNN and cuBLAS: only compiled, and only where they are.
#include <cublas_v2.h>
#include <cudnn.h>

#include <cstddef>
#include <cstdint>

#include "alike.h"

namespace ours
{
#include "lab/cuda_api.h"
}

namespace
{

using namespace ours; // for the types in the lists
#define X(type, name, params) static_assert(same<type params, decltype(::name)>::value, #name);
CUDA_API_CUDNN(X)
CUDA_API_CUBLAS(X)
#undef X

#define SAME_FIELD(a, b)                                                                                               \
    static_assert(offsetof(cuda_api_algorithm, a) == offsetof(cudnnConvolutionFwdAlgoPerf_t, b) &&                     \
                  offsetof(cuda_api_algorithm, a) == offsetof(cudnnConvolutionBwdDataAlgoPerf_t, b))
static_assert(sizeof(cuda_api_algorithm) == sizeof(cudnnConvolutionFwdAlgoPerf_t));
static_assert(sizeof(cuda_api_algorithm) == sizeof(cudnnConvolutionBwdDataAlgoPerf_t));
SAME_FIELD(algorithm, algo);
SAME_FIELD(status, status);
SAME_FIELD(memory, memory);
SAME_FIELD(math_type, mathType);

#define SAME(a, b) static_assert(int(a) == int(b), #b)
SAME(CUDA_API_FLOAT, CUDNN_DATA_FLOAT);
SAME(CUDA_API_NCHW, CUDNN_TENSOR_NCHW);
SAME(CUDA_API_CORRELATION, CUDNN_CROSS_CORRELATION);
SAME(CUDA_API_DEFAULT_MATH, CUDNN_DEFAULT_MATH);
SAME(CUDA_API_FMA_MATH, CUDNN_FMA_MATH);
SAME(CUDA_API_PROPAGATE_NAN, CUDNN_PROPAGATE_NAN);
SAME(CUDA_API_RELU, CUDNN_ACTIVATION_RELU);
SAME(CUDA_API_AVERAGE, CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING);
SAME(CUDA_API_MAX, CUDNN_POOLING_MAX_DETERMINISTIC);
SAME(CUDA_API_NOT_SUPPORTED, CUDNN_STATUS_NOT_SUPPORTED);
SAME(CUDA_API_HOST_MEMORY_FAILED, CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED);
SAME(CUDA_API_DEVICE_MEMORY_FAILED, CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED);
SAME(CUDA_API_CUBLAS_MEMORY_FAILED, CUBLAS_STATUS_ALLOC_FAILED);
SAME(CUDA_API_CUBLAS_DEFAULT_MATH, CUBLAS_DEFAULT_MATH);
SAME(CUDA_API_N, CUBLAS_OP_N);
SAME(CUDA_API_T, CUBLAS_OP_T);

} // namespace
