// SPDX-License-Identifier: Apache-2.0
// Graphs, whose nodes are done in the order in which they were added, and external semaphores.
#include "mock_driver.h"

#include <stdlib.h>
#include <unistd.h>

enum { NODES_MAX = 256 };

struct CUgraphNode_st {
    struct mock_node node;
};

struct CUgraph_st {
    struct mock_object object;
    struct CUgraphNode_st nodes[NODES_MAX];
    size_t count;
};

CUresult cuGraphCreate(CUgraph *graph, unsigned flags)
{
    MOCK_ENTER(false);
    MOCK_CHECK(flags == 0, "flags", CUDA_ERROR_INVALID_VALUE);
    atomic_fetch_add(&mock_cuda.allocations, 1);
    *graph = mock_new(MOCK_GRAPH, sizeof **graph);
    return CUDA_SUCCESS;
}

CUresult cuGraphDestroy(CUgraph graph)
{
    MOCK_CHECK(mock_is(graph, MOCK_GRAPH), "no graph", CUDA_ERROR_INVALID_HANDLE);
    for (size_t i = 0; i < graph->count; i++)
        free(graph->nodes[i].node.argument);
    mock_delete(__func__, graph, MOCK_GRAPH);
    return CUDA_SUCCESS;
}

// A node after all the others: each has to name the one before it, or be the first.
static struct mock_node *add_node(const char *name, CUgraph graph, const CUgraphNode *after, size_t count,
                                  CUgraphNode *out_node)
{
    bool ordered = mock_is(graph, MOCK_GRAPH) && graph->count < NODES_MAX;

    ordered = ordered && (graph->count == 0 || count > 0);
    for (size_t i = 0; i < count && ordered; i++)
        ordered = after[i] >= graph->nodes && after[i] < graph->nodes + graph->count;
    if (!ordered) {
        mock_complain("%s: the node has no place in the graph", name);
        return NULL;
    }
    *out_node = &graph->nodes[graph->count++];
    return &(*out_node)->node;
}

CUresult cuGraphAddKernelNode(CUgraphNode *node, CUgraph graph, const CUgraphNode *after, size_t count,
                              const CUDA_KERNEL_NODE_PARAMS *params)
{
    struct mock_node *new;

    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(params->func, MOCK_FUNCTION), "no function", CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(mock_can_launch(params), "what cannot be launched", CUDA_ERROR_INVALID_VALUE);
    new = add_node(__func__, graph, after, count, node);
    if (new == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    *new = mock_kernel_node(params, params->kernelParams[0]);
    return CUDA_SUCCESS;
}

CUresult cuGraphAddMemcpyNode(CUgraphNode *node, CUgraph graph, const CUgraphNode *after, size_t count,
                              const CUDA_MEMCPY3D *params, CUcontext context)
{
    const bool arrives = params->srcMemoryType == CU_MEMORYTYPE_HOST && params->dstMemoryType == CU_MEMORYTYPE_DEVICE &&
                         mock_is_host_range(params->srcHost, params->WidthInBytes) &&
                         mock_is_device_range(params->dstDevice, params->WidthInBytes);
    const bool departs = params->srcMemoryType == CU_MEMORYTYPE_DEVICE && params->dstMemoryType == CU_MEMORYTYPE_HOST &&
                         mock_is_device_range(params->srcDevice, params->WidthInBytes) &&
                         mock_is_host_range(params->dstHost, params->WidthInBytes);
    struct mock_node *new;

    MOCK_ENTER(false);
    MOCK_CHECK(mock_is(context, MOCK_CONTEXT), "no context", CUDA_ERROR_INVALID_CONTEXT);
    MOCK_CHECK(params->Height == 1 && params->Depth == 1, "not one row", CUDA_ERROR_INVALID_VALUE);
    MOCK_CHECK(arrives || departs, "not between the device and pinned memory", CUDA_ERROR_INVALID_VALUE);
    new = add_node(__func__, graph, after, count, node);
    if (new == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    new->kind = WORK_COPY;
    new->from = arrives ? params->srcHost : (const void *)(uintptr_t)params->srcDevice;
    new->to = arrives ? (void *)(uintptr_t)params->dstDevice : (void *)(uintptr_t)params->dstHost;
    new->bytes = params->WidthInBytes;
    return CUDA_SUCCESS;
}

CUresult cuGraphAddEventRecordNode(CUgraphNode *node, CUgraph graph, const CUgraphNode *after, size_t count,
                                   CUevent event)
{
    struct mock_node *new;

    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(event, MOCK_EVENT), "no event", CUDA_ERROR_INVALID_HANDLE);
    new = add_node(__func__, graph, after, count, node);
    if (new == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    new->kind = WORK_EVENT;
    new->event = event;
    return CUDA_SUCCESS;
}

CUresult cuGraphInstantiateWithFlags(CUgraphExec *exec, CUgraph graph, unsigned long long flags)
{
    (void)flags;
    atomic_fetch_add(&mock_cuda.allocations, 1);
    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(graph, MOCK_GRAPH), "no graph", CUDA_ERROR_INVALID_HANDLE);
    *exec = mock_new(MOCK_EXEC, sizeof **exec);
    (*exec)->nodes = calloc(graph->count + 1, sizeof *(*exec)->nodes);
    (*exec)->count = graph->count;
    for (size_t i = 0; i < graph->count; i++) {
        const struct mock_node *node = &graph->nodes[i].node;
        (*exec)->nodes[i] = node->kind == WORK_KERNEL ? mock_kernel_node(&node->kernel, node->argument) : *node;
    }
    return CUDA_SUCCESS;
}

CUresult cuGraphExecDestroy(CUgraphExec exec)
{
    MOCK_CHECK(mock_is(exec, MOCK_EXEC), "no graph", CUDA_ERROR_INVALID_HANDLE);
    for (size_t i = 0; i < exec->count; i++)
        free(exec->nodes[i].argument);
    free(exec->nodes);
    mock_delete(__func__, exec, MOCK_EXEC);
    return CUDA_SUCCESS;
}

CUresult cuGraphLaunch(CUgraphExec exec, CUstream stream)
{
    struct mock_work *work;

    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(exec, MOCK_EXEC) && mock_is(stream, MOCK_STREAM), "no graph", CUDA_ERROR_INVALID_HANDLE);
    work = calloc(1, sizeof *work);
    work->kind = WORK_GRAPH;
    work->exec = exec;
    atomic_fetch_add(&exec->object.in_use, 1);
    for (size_t i = 0; i < exec->count; i++)
        if (exec->nodes[i].kind == WORK_EVENT)
            mock_event_expect(exec->nodes[i].event);
    atomic_fetch_add(&mock_cuda.launches, 1);
    mock_push(stream, work);
    return CUDA_SUCCESS;
}

// ---- External semaphores ----

CUresult cuImportExternalSemaphore(CUexternalSemaphore *semaphore, const CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC *desc)
{
    struct mock_semaphore target;

    MOCK_ENTER(true);
    MOCK_CHECK(desc->type == CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD ||
                   desc->type == CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_TIMELINE_SEMAPHORE_FD,
               "not a file", CUDA_ERROR_INVALID_VALUE);
    if (pread(desc->handle.fd, &target, sizeof target, 0) != sizeof target || target.magic != MOCK_SEMAPHORE_MAGIC ||
        target.process != getpid())
        return CUDA_ERROR_INVALID_VALUE;
    close(desc->handle.fd);
    *semaphore = mock_new(MOCK_EXTERNAL_SEMAPHORE, sizeof **semaphore);
    (*semaphore)->target = target;
    (*semaphore)->timeline = desc->type == CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_TIMELINE_SEMAPHORE_FD;
    target.retain(target.user);
    return CUDA_SUCCESS;
}

CUresult cuDestroyExternalSemaphore(CUexternalSemaphore semaphore)
{
    MOCK_CHECK(mock_is(semaphore, MOCK_EXTERNAL_SEMAPHORE), "no semaphore", CUDA_ERROR_INVALID_HANDLE);
    semaphore->target.release(semaphore->target.user);
    mock_delete(__func__, semaphore, MOCK_EXTERNAL_SEMAPHORE);
    return CUDA_SUCCESS;
}

static CUresult push_semaphores(const CUexternalSemaphore *semaphores, const CUDA_EXTERNAL_SEMAPHORE_PARAMS *params,
                                unsigned count, CUstream stream, enum mock_work_kind kind)
{
    for (unsigned i = 0; i < count; i++) {
        struct mock_work *work = calloc(1, sizeof *work);
        work->kind = kind;
        work->semaphore = semaphores[i];
        work->semaphore_value = params[i].value;
        atomic_fetch_add(&semaphores[i]->object.in_use, 1);
        mock_push(stream, work);
    }
    return CUDA_SUCCESS;
}

static bool are_semaphores(const CUexternalSemaphore *semaphores, const CUDA_EXTERNAL_SEMAPHORE_PARAMS *params,
                           unsigned count, CUstream stream)
{
    bool fits = mock_is(stream, MOCK_STREAM);

    for (unsigned i = 0; i < count && fits; i++)
        fits = mock_is(semaphores[i], MOCK_EXTERNAL_SEMAPHORE) && params[i].flags == 0 &&
               (params[i].value != 0) == semaphores[i]->timeline;
    return fits;
}

CUresult cuWaitExternalSemaphoresAsync(const CUexternalSemaphore *semaphores,
                                       const CUDA_EXTERNAL_SEMAPHORE_PARAMS *params, unsigned count, CUstream stream)
{
    MOCK_ENTER(true);
    MOCK_CHECK(are_semaphores(semaphores, params, count, stream), "no semaphore", CUDA_ERROR_INVALID_HANDLE);
    atomic_fetch_add(&mock_cuda.waits, (int)count);
    return push_semaphores(semaphores, params, count, stream, WORK_WAIT);
}

CUresult cuSignalExternalSemaphoresAsync(const CUexternalSemaphore *semaphores,
                                         const CUDA_EXTERNAL_SEMAPHORE_PARAMS *params, unsigned count, CUstream stream)
{
    MOCK_ENTER(true);
    MOCK_CHECK(are_semaphores(semaphores, params, count, stream), "no semaphore", CUDA_ERROR_INVALID_HANDLE);
    return push_semaphores(semaphores, params, count, stream, WORK_SIGNAL);
}
