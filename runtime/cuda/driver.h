// SPDX-License-Identifier: Apache-2.0
// The part of the CUDA driver API that the CUDA backend uses. It is declared here, and not by NVIDIA's cuda.h, so that
// the backend builds everywhere; functions are asked for with the version of their interface that they have here. The
// library itself, libcuda.so.1, comes with the display driver and is opened when it is needed.
#ifndef ARTEM_CUDA_DRIVER_H
#define ARTEM_CUDA_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int CUresult; // CUDA_SUCCESS or an error of the driver's long list
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUevent_st *CUevent;
typedef struct CUstream_st *CUstream;
typedef struct CUgraph_st *CUgraph;
typedef struct CUgraphNode_st *CUgraphNode;
typedef struct CUgraphExec_st *CUgraphExec;
typedef struct CUextMemory_st *CUexternalMemory;
typedef struct CUextSemaphore_st *CUexternalSemaphore;

enum {
    CUDA_SUCCESS = 0,
    CUDA_ERROR_INVALID_VALUE = 1,
    CUDA_ERROR_OUT_OF_MEMORY = 2,
    CUDA_ERROR_NOT_INITIALIZED = 3,
    CUDA_ERROR_NO_DEVICE = 100,
    CUDA_ERROR_INVALID_IMAGE = 200,
    CUDA_ERROR_INVALID_CONTEXT = 201,
    CUDA_ERROR_INVALID_HANDLE = 400,
    CUDA_ERROR_NOT_FOUND = 500,
    CUDA_ERROR_NOT_READY = 600,
    CUDA_ERROR_LAUNCH_FAILED = 719,
    CUDA_ERROR_UNKNOWN = 999,
};

enum {
    CU_CTX_SCHED_BLOCKING_SYNC = 0x04,
    CU_STREAM_CAPTURE_MODE_RELAXED = 2,
    CU_STREAM_NON_BLOCKING = 0x1,
    CU_EVENT_DEFAULT = 0x0,
    CU_EVENT_BLOCKING_SYNC = 0x1,
    CU_EVENT_DISABLE_TIMING = 0x2,
    CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES = 8,
    CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
    CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
    CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
    CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97,
    CU_MEMORYTYPE_HOST = 1,
    CU_MEMORYTYPE_DEVICE = 2,
    CU_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD = 1,
    CUDA_EXTERNAL_MEMORY_DEDICATED = 0x1,
    CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD = 1,
    CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_TIMELINE_SEMAPHORE_FD = 9,
};

typedef struct {
    char bytes[16];
} CUuuid;

typedef struct {
    CUfunction func;
    unsigned gridDimX, gridDimY, gridDimZ;
    unsigned blockDimX, blockDimY, blockDimZ;
    unsigned sharedMemBytes;
    void **kernelParams;
    void **extra;
    void *kern;
    CUcontext ctx;
} CUDA_KERNEL_NODE_PARAMS;

// A copy's one side: x, y and z, level of detail; type of memory; host pointer, device pointer, array.
#define CUDA_MEMCPY3D_SIDE(side)                                                                                       \
    size_t side##XInBytes, side##Y, side##Z, side##LOD;                                                                \
    int side##MemoryType;                                                                                              \
    const void *side##Host;                                                                                            \
    CUdeviceptr side##Device;                                                                                          \
    void *side##Array, *side##Reserved;                                                                                \
    size_t side##Pitch, side##Height;

typedef struct {
    CUDA_MEMCPY3D_SIDE(src)
    CUDA_MEMCPY3D_SIDE(dst)
    size_t WidthInBytes, Height, Depth;
} CUDA_MEMCPY3D;

typedef struct {
    int type;
    union {
        int fd;
        struct {
            void *handle;
            const void *name;
        } win32;
    } handle;
    unsigned long long size;
    unsigned flags;
    unsigned reserved[16];
} CUDA_EXTERNAL_MEMORY_HANDLE_DESC;

typedef struct {
    unsigned long long offset, size;
    unsigned flags;
    unsigned reserved[16];
} CUDA_EXTERNAL_MEMORY_BUFFER_DESC;

typedef struct {
    int type;
    union {
        int fd;
        struct {
            void *handle;
            const void *name;
        } win32;
    } handle;
    unsigned flags;
    unsigned reserved[16];
} CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC;

// For waiting and signalling alike: the value of a timeline semaphore; 0 for a binary one.
typedef struct {
    unsigned long long value;
    unsigned reserved[16];
    unsigned flags;
    unsigned reserved_too[16];
} CUDA_EXTERNAL_SEMAPHORE_PARAMS;

// X(name to ask for, version of the API whose form is meant, parameters)
#define CUDA_DRIVER_FUNCTIONS(X)                                                                                       \
    X(cuInit, 2000, (unsigned flags))                                                                                  \
    X(cuGetErrorName, 6000, (CUresult error, const char **name))                                                       \
    X(cuDeviceGetCount, 2000, (int *count))                                                                            \
    X(cuDeviceGet, 2000, (CUdevice * device, int ordinal))                                                             \
    X(cuDeviceGetName, 2000, (char *name, int size, CUdevice device))                                                  \
    X(cuDeviceGetUuid, 11040, (CUuuid * uuid, CUdevice device))                                                        \
    X(cuDeviceGetAttribute, 2000, (int *value, int attribute, CUdevice device))                                        \
    X(cuThreadExchangeStreamCaptureMode, 10010, (int *mode))                                                           \
    X(cuCtxCreate, 3020, (CUcontext * context, unsigned flags, CUdevice device))                                       \
    X(cuCtxDestroy, 4000, (CUcontext context))                                                                         \
    X(cuCtxPushCurrent, 4000, (CUcontext context))                                                                     \
    X(cuCtxGetCurrent, 4000, (CUcontext * context))                                                                    \
    X(cuCtxPopCurrent, 4000, (CUcontext * context))                                                                    \
    X(cuModuleLoadData, 2000, (CUmodule * module, const void *image))                                                  \
    X(cuModuleUnload, 2000, (CUmodule module))                                                                         \
    X(cuModuleGetFunction, 2000, (CUfunction * function, CUmodule module, const char *name))                           \
    X(cuFuncSetAttribute, 9000, (CUfunction function, int attribute, int value))                                       \
    X(cuStreamCreateWithPriority, 5050, (CUstream * stream, unsigned flags, int priority))                             \
    X(cuStreamDestroy, 4000, (CUstream stream))                                                                        \
    X(cuStreamSynchronize, 2000, (CUstream stream))                                                                    \
    X(cuEventCreate, 2000, (CUevent * event, unsigned flags))                                                          \
    X(cuEventRecord, 2000, (CUevent event, CUstream stream))                                                           \
    X(cuEventQuery, 2000, (CUevent event))                                                                             \
    X(cuEventSynchronize, 2000, (CUevent event))                                                                       \
    X(cuEventElapsedTime, 2000, (float *milliseconds, CUevent start, CUevent end))                                     \
    X(cuEventDestroy, 4000, (CUevent event))                                                                           \
    X(cuMemAlloc, 3020, (CUdeviceptr * pointer, size_t bytes))                                                         \
    X(cuMemFree, 3020, (CUdeviceptr pointer))                                                                          \
    X(cuMemHostAlloc, 2020, (void **pointer, size_t bytes, unsigned flags))                                            \
    X(cuMemFreeHost, 2000, (void *pointer))                                                                            \
    X(cuMemcpyHtoDAsync, 3020, (CUdeviceptr to, const void *from, size_t bytes, CUstream stream))                      \
    X(cuMemcpyDtoHAsync, 3020, (void *to, CUdeviceptr from, size_t bytes, CUstream stream))                            \
    X(cuMemsetD32Async, 3020, (CUdeviceptr to, unsigned value, size_t words, CUstream stream))                         \
    X(cuLaunchKernel, 4000,                                                                                            \
      (CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,              \
       unsigned shared, CUstream stream, void **params, void **extra))                                                 \
    X(cuGraphCreate, 10000, (CUgraph * graph, unsigned flags))                                                         \
    X(cuGraphDestroy, 10000, (CUgraph graph))                                                                          \
    X(cuGraphAddKernelNode, 12000,                                                                                     \
      (CUgraphNode * node, CUgraph graph, const CUgraphNode *after, size_t count,                                      \
       const CUDA_KERNEL_NODE_PARAMS *params))                                                                         \
    X(cuGraphAddMemcpyNode, 10000,                                                                                     \
      (CUgraphNode * node, CUgraph graph, const CUgraphNode *after, size_t count, const CUDA_MEMCPY3D *params,         \
       CUcontext context))                                                                                             \
    X(cuGraphAddEventRecordNode, 11010,                                                                                \
      (CUgraphNode * node, CUgraph graph, const CUgraphNode *after, size_t count, CUevent event))                      \
    X(cuGraphInstantiateWithFlags, 11040, (CUgraphExec * exec, CUgraph graph, unsigned long long flags))               \
    X(cuGraphExecDestroy, 10000, (CUgraphExec exec))                                                                   \
    X(cuGraphLaunch, 10000, (CUgraphExec exec, CUstream stream))                                                       \
    X(cuImportExternalMemory, 10000, (CUexternalMemory * memory, const CUDA_EXTERNAL_MEMORY_HANDLE_DESC *desc))        \
    X(cuExternalMemoryGetMappedBuffer, 10000,                                                                          \
      (CUdeviceptr * pointer, CUexternalMemory memory, const CUDA_EXTERNAL_MEMORY_BUFFER_DESC *desc))                  \
    X(cuDestroyExternalMemory, 10000, (CUexternalMemory memory))                                                       \
    X(cuImportExternalSemaphore, 10000,                                                                                \
      (CUexternalSemaphore * semaphore, const CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC *desc))                              \
    X(cuWaitExternalSemaphoresAsync, 10000,                                                                            \
      (const CUexternalSemaphore *semaphores, const CUDA_EXTERNAL_SEMAPHORE_PARAMS *params, unsigned count,            \
       CUstream stream))                                                                                               \
    X(cuSignalExternalSemaphoresAsync, 10000,                                                                          \
      (const CUexternalSemaphore *semaphores, const CUDA_EXTERNAL_SEMAPHORE_PARAMS *params, unsigned count,            \
       CUstream stream))                                                                                               \
    X(cuDestroyExternalSemaphore, 10000, (CUexternalSemaphore semaphore))

struct cuda_driver {
    void *library;
    int version;                                         // that the driver has: 1000 · major + 10 · minor
#define X(name, version, params) CUresult(*name) params; // NOLINT(bugprone-macro-parentheses)
    CUDA_DRIVER_FUNCTIONS(X)
#undef X
};

enum { CUDA_DRIVER_MIN = 12000 }; // cuGetProcAddress_v2 and kernel nodes of today's form

// `least`: a CUDA version that the driver is to have besides, 0 for none.
bool cuda_driver_open(struct cuda_driver *driver, int least, char *why, size_t why_size);
void cuda_driver_close(struct cuda_driver *driver);
// A function, which need not be among those above; false where the driver does not have it: `why` says so.
bool cuda_driver_find(const struct cuda_driver *driver, const char *name, int version, void **out_function, char *why,
                      size_t why_size);
const char *cuda_error_name(const struct cuda_driver *driver, CUresult error);

#endif
