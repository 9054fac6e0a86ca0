// SPDX-License-Identifier: Apache-2.0
// Inside of the mock driver.
#ifndef ARTEM_MOCK_DRIVER_H
#define ARTEM_MOCK_DRIVER_H

#include <pthread.h>

#include "cli/bench/gpu/driver_more.h"
#include "mock_cuda.h"

extern struct mock_cuda mock_cuda;

enum mock_kind {
    MOCK_CONTEXT = 1,
    MOCK_MODULE,
    MOCK_FUNCTION,
    MOCK_STREAM,
    MOCK_EVENT,
    MOCK_MEMORY,
    MOCK_HOST_MEMORY,
    MOCK_GRAPH,
    MOCK_EXEC,
    MOCK_EXTERNAL_MEMORY,
    MOCK_EXTERNAL_SEMAPHORE,
};

// The head of every object.
struct mock_object {
    enum mock_kind kind;
    struct mock_object *next, **link; // of all that are alive
    CUcontext owner;                  // that was current when it was made
    atomic_int in_use;                // by work that is under way
};

// Whether the call goes on; false: *out_result is to be returned. `needs_context`: that one is current.
bool mock_enter(const char *name, bool needs_context, CUresult *out_result);
// Says what the caller did wrong.
void mock_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *mock_new(enum mock_kind kind, size_t size);
// Checks, takes out of the list, frees.
void mock_delete(const char *name, void *object, enum mock_kind kind);
bool mock_is(const void *object, enum mock_kind kind);
CUcontext mock_new_context(void);

#define MOCK_ENTER(needs_context)                                                                                      \
    do {                                                                                                               \
        CUresult entered;                                                                                              \
        if (!mock_enter(__func__, needs_context, &entered))                                                            \
            return entered;                                                                                            \
    } while (0)
#define MOCK_CHECK(condition, what, error)                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            mock_complain("%s: %s", __func__, what);                                                                   \
            return error;                                                                                              \
        }                                                                                                              \
    } while (0)

// Work of a stream, in order.
enum mock_work_kind { WORK_COPY, WORK_SET, WORK_EVENT, WORK_GRAPH, WORK_KERNEL, WORK_WAIT, WORK_SIGNAL };

struct mock_node {
    enum mock_work_kind kind; // copies, events, kernels
    struct CUevent_st *event;
    void *to;
    const void *from;
    size_t bytes;
    CUDA_KERNEL_NODE_PARAMS kernel;
    void *argument; // of the kernel, copied
};

struct mock_work {
    struct mock_work *next;
    enum mock_work_kind kind;
    struct mock_node node;
    unsigned value;
    struct CUgraphExec_st *exec;
    struct CUextSemaphore_st *semaphore;
    uint64_t semaphore_value;
};

struct CUfunc_st {
    struct mock_object object;
    char name[64];
};

struct CUevent_st {
    struct mock_object object;
    unsigned flags;
    pthread_mutex_t mutex;
    pthread_cond_t done;
    int pending; // records that have not happened yet
    bool recorded;
    uint64_t time_ns;
};

struct CUgraphExec_st {
    struct mock_object object;
    struct mock_node *nodes;
    size_t count;
};

struct CUextSemaphore_st {
    struct mock_object object;
    bool timeline;
    struct mock_semaphore target;
};

// mock_stream.c
void mock_push(CUstream stream, struct mock_work *work);
void mock_event_expect(struct CUevent_st *event);
void mock_wait(void *stream); // until it has nothing to do
// mock_memory.c: whether the range is device memory, or pinned memory of the host.
bool mock_is_device_range(CUdeviceptr from, size_t bytes);
bool mock_is_host_range(const void *from, size_t bytes);
// Frees memory of either kind by its object.
void mock_free_range(void *range);
// mock_kernels.c
bool mock_find_kernel(const char *name);
// Whether a device could launch it: a kernel of one parameter, on a grid and in blocks that there are.
bool mock_can_launch(const CUDA_KERNEL_NODE_PARAMS *params);
// A node of it with a copy of `argument`, to be freed.
struct mock_node mock_kernel_node(const CUDA_KERNEL_NODE_PARAMS *params, const void *argument);
void mock_run_kernel(const struct mock_node *node);

CUresult cuDriverGetVersion(int *version);
CUresult cuGetProcAddress_v2(const char *symbol, void **function, int version, uint64_t flags, int *status);
#define X(name, version, params) CUresult name params;
CUDA_DRIVER_FUNCTIONS(X)
GPU_DRIVER_FUNCTIONS(X)
#undef X

#endif
