// SPDX-License-Identifier: Apache-2.0
// runtime/cuda/driver.h and what artem bench gpu adds to it against NVIDIA's cuda.h: only compiled, and only where that
// is. Functions are compared with the type that their name and version of the interface have there.
#include <cuda.h>
#include <cudaTypedefs.h>

#include <cstddef>
#include <cstdint>

#include "alike.h"

constexpr int their_dedicated = CUDA_EXTERNAL_MEMORY_DEDICATED; // a macro
#undef CUDA_EXTERNAL_MEMORY_DEDICATED

namespace ours
{
#include "cli/bench/gpu/driver_more.h"

struct driver_more {
#define X(name, version, params) CUresult(*name) params;
    GPU_DRIVER_FUNCTIONS(X)
#undef X
};
} // namespace ours

namespace
{

#define X(name, version, params)                                                                                       \
    static_assert(same<std::remove_pointer_t<decltype(ours::LIST::name)>,                                              \
                       std::remove_pointer_t<PFN_##name##_v##version>>::value,                                         \
                  #name);
#define LIST cuda_driver
CUDA_DRIVER_FUNCTIONS(X)
#undef LIST
#define LIST driver_more
GPU_DRIVER_FUNCTIONS(X)
#undef LIST
#undef X

#define SIZE(name) static_assert(sizeof(ours::name) == sizeof(::name), #name)
#define FIELD(name, field)                                                                                             \
    static_assert(offsetof(ours::name, field) == offsetof(::name, field) &&                                            \
                      sizeof(ours::name::field) == sizeof(::name::field),                                              \
                  #name "." #field)
SIZE(CUuuid);
SIZE(CUdeviceptr);
SIZE(CUDA_KERNEL_NODE_PARAMS);
FIELD(CUDA_KERNEL_NODE_PARAMS, func);
FIELD(CUDA_KERNEL_NODE_PARAMS, gridDimX);
FIELD(CUDA_KERNEL_NODE_PARAMS, gridDimZ);
FIELD(CUDA_KERNEL_NODE_PARAMS, blockDimX);
FIELD(CUDA_KERNEL_NODE_PARAMS, blockDimZ);
FIELD(CUDA_KERNEL_NODE_PARAMS, sharedMemBytes);
FIELD(CUDA_KERNEL_NODE_PARAMS, kernelParams);
FIELD(CUDA_KERNEL_NODE_PARAMS, extra);
FIELD(CUDA_KERNEL_NODE_PARAMS, kern);
FIELD(CUDA_KERNEL_NODE_PARAMS, ctx);
SIZE(CUDA_MEMCPY3D);
FIELD(CUDA_MEMCPY3D, srcXInBytes);
FIELD(CUDA_MEMCPY3D, srcMemoryType);
FIELD(CUDA_MEMCPY3D, srcHost);
FIELD(CUDA_MEMCPY3D, srcDevice);
FIELD(CUDA_MEMCPY3D, srcPitch);
FIELD(CUDA_MEMCPY3D, dstXInBytes);
FIELD(CUDA_MEMCPY3D, dstMemoryType);
FIELD(CUDA_MEMCPY3D, dstHost);
FIELD(CUDA_MEMCPY3D, dstDevice);
FIELD(CUDA_MEMCPY3D, dstPitch);
FIELD(CUDA_MEMCPY3D, WidthInBytes);
FIELD(CUDA_MEMCPY3D, Height);
FIELD(CUDA_MEMCPY3D, Depth);
SIZE(CUDA_EXTERNAL_MEMORY_HANDLE_DESC);
FIELD(CUDA_EXTERNAL_MEMORY_HANDLE_DESC, type);
FIELD(CUDA_EXTERNAL_MEMORY_HANDLE_DESC, handle);
FIELD(CUDA_EXTERNAL_MEMORY_HANDLE_DESC, size);
FIELD(CUDA_EXTERNAL_MEMORY_HANDLE_DESC, flags);
SIZE(CUDA_EXTERNAL_MEMORY_BUFFER_DESC);
FIELD(CUDA_EXTERNAL_MEMORY_BUFFER_DESC, offset);
FIELD(CUDA_EXTERNAL_MEMORY_BUFFER_DESC, size);
FIELD(CUDA_EXTERNAL_MEMORY_BUFFER_DESC, flags);
SIZE(CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC);
FIELD(CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC, type);
FIELD(CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC, handle);
FIELD(CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC, flags);

// One of ours for two of theirs.
#define BOTH(what)                                                                                                     \
    static_assert(sizeof(ours::CUDA_EXTERNAL_SEMAPHORE_PARAMS) == sizeof(what) &&                                      \
                      offsetof(ours::CUDA_EXTERNAL_SEMAPHORE_PARAMS, value) == offsetof(what, params.fence.value) &&   \
                      offsetof(ours::CUDA_EXTERNAL_SEMAPHORE_PARAMS, flags) == offsetof(what, flags),                  \
                  #what)
BOTH(CUDA_EXTERNAL_SEMAPHORE_SIGNAL_PARAMS);
BOTH(CUDA_EXTERNAL_SEMAPHORE_WAIT_PARAMS);

#define SAME(name) static_assert(int(ours::name) == int(::name), #name)
SAME(CUDA_SUCCESS);
SAME(CUDA_ERROR_INVALID_VALUE);
SAME(CUDA_ERROR_OUT_OF_MEMORY);
SAME(CUDA_ERROR_NOT_INITIALIZED);
SAME(CUDA_ERROR_NO_DEVICE);
SAME(CUDA_ERROR_INVALID_IMAGE);
SAME(CUDA_ERROR_INVALID_CONTEXT);
SAME(CUDA_ERROR_INVALID_HANDLE);
SAME(CUDA_ERROR_NOT_FOUND);
SAME(CUDA_ERROR_NOT_READY);
SAME(CUDA_ERROR_LAUNCH_FAILED);
SAME(CUDA_ERROR_UNKNOWN);
SAME(CU_CTX_SCHED_BLOCKING_SYNC);
SAME(CU_STREAM_NON_BLOCKING);
SAME(CU_EVENT_DEFAULT);
SAME(CU_EVENT_BLOCKING_SYNC);
SAME(CU_EVENT_DISABLE_TIMING);
SAME(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES);
SAME(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
SAME(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
SAME(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
SAME(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
SAME(CU_DEVICE_ATTRIBUTE_CLOCK_RATE);
SAME(CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE);
SAME(CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH);
SAME(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
SAME(CU_MEMORYTYPE_HOST);
SAME(CU_MEMORYTYPE_DEVICE);
SAME(CU_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD);
SAME(CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD);
SAME(CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_TIMELINE_SEMAPHORE_FD);
static_assert(ours::CUDA_EXTERNAL_MEMORY_DEDICATED == their_dedicated);

} // namespace
