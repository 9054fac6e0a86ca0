// SPDX-License-Identifier: Apache-2.0
// lab/cuda_api.h against NVIDIA's headers: only compiled, and only where they are. Handles are void pointers there,
// enumerations ints, pointers of the device numbers; what is passed has to be of the same kind and size.
#include <cublas_v2.h>
#include <cudnn.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace ours
{
#include "lab/cuda_api.h"
}

namespace
{

template <class T> constexpr bool is_value = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T> constexpr int kind_of = std::is_floating_point_v<T> ? 1 : 0; // else passed as an integer

template <class A, class B> constexpr bool is_alike()
{
    if constexpr (std::is_void_v<A> || std::is_void_v<B>)
        return std::is_void_v<A> && std::is_void_v<B>;
    else if constexpr (std::is_pointer_v<A> && std::is_pointer_v<B>) {
        using To = std::remove_cv_t<std::remove_pointer_t<A>>;
        using From = std::remove_cv_t<std::remove_pointer_t<B>>;
        // Values that are written have to have the same size; structures are compared below.
        if constexpr (is_value<To> && is_value<From>)
            return sizeof(To) == sizeof(From) && kind_of<To> == kind_of<From>;
        else
            return true;
    } else
        return sizeof(A) == sizeof(B) && kind_of<A> == kind_of<B>;
}

template <class Ours, class Theirs> struct same : std::false_type {
};
template <class R, class... A, class S, class... B> struct same<R(A...), S(B...)> {
    static constexpr bool value = []() {
        if constexpr (sizeof...(A) != sizeof...(B))
            return false;
        else
            return is_alike<R, S>() && (is_alike<A, B>() && ...);
    }();
};

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
