// SPDX-License-Identifier: Apache-2.0
// One frame's work as a graph: recorded once per set of sizes, launched as one. All that changes from frame to frame is
// in the frame buffer, which is the graph's first copy.
#include <stdio.h>
#include <string.h>

#include "cuda_engine.h"

struct artem_cuda_args cuda_addresses(const struct artem_cuda *cuda)
{
    return (struct artem_cuda_args){
        .network = cuda->model.address,
        .style = cuda->style.address,
        .arena = cuda->arena.address,
        .state = cuda->state.address,
        .frame = cuda->frame.address,
    };
}

bool cuda_plan_shape(const struct artem_cuda *cuda, const struct artem_engine_frame *frame,
                     struct cuda_shape *out_shape)
{
    uint32_t qw[ARTEM_MAX_VIEWS], qh[ARTEM_MAX_VIEWS];
    struct cuda_shape shape = {.marked = cuda->wants_passes};

    for (uint32_t v = 0; v < frame->views; v++) {
        qw[v] = frame->view[v].width / 4;
        qh[v] = frame->view[v].height / 4;
    }
    if (!artem_cuda_make_shape(frame->views, qw, qh, &shape.cells))
        return false;
    for (uint32_t v = 0; v < frame->views; v++) {
        shape.own[v] = frame->view[v].in_buffer == 0;
        if (shape.own[v]) {
            shape.offset[v] = shape.picture_bytes;
            const size_t painted = cuda_painted_offset(&shape, v);
            shape.picture_bytes = painted + (painted - shape.picture_bytes);
        }
    }
    *out_shape = shape;
    return true;
}

static bool is_same_shape(const struct cuda_shape *a, const struct cuda_shape *b)
{
    bool same = a->cells.views == b->cells.views && a->marked == b->marked;

    for (uint32_t v = 0; v < a->cells.views && same; v++)
        same = a->cells.view[v].qw == b->cells.view[v].qw && a->cells.view[v].qh == b->cells.view[v].qh &&
               a->own[v] == b->own[v];
    return same;
}

static void forget(struct artem_cuda *cuda, struct cuda_graph *graph)
{
    if (graph->exec != NULL)
        cuda->driver.cuGraphExecDestroy(graph->exec);
    *graph = (struct cuda_graph){.exec = NULL};
}

void cuda_forget_graphs(struct artem_cuda *cuda)
{
    for (int i = 0; i < CUDA_GRAPHS; i++)
        forget(cuda, &cuda->graphs[i]);
    cuda->running = NULL;
}

// A graph in the making: each node follows the one before.
struct chain {
    struct artem_cuda *cuda;
    CUgraph graph;
    CUgraphNode last;
    size_t length; // 0: there is no last one
    unsigned marks;
};

static enum artem_result add_copy(struct chain *chain, const CUDA_MEMCPY3D *copy)
{
    const struct cuda_driver *d = &chain->cuda->driver;
    CUgraphNode node = NULL;
    const enum artem_result result = cuda_result(
        chain->cuda,
        d->cuGraphAddMemcpyNode(&node, chain->graph, &chain->last, chain->length, copy, chain->cuda->context),
        "a copy cannot be recorded");

    chain->last = node;
    chain->length = 1;
    return result;
}

static enum artem_result add_arrival(struct chain *chain, CUdeviceptr to, const void *from, size_t size)
{
    return add_copy(chain, &(CUDA_MEMCPY3D){.srcMemoryType = CU_MEMORYTYPE_HOST,
                                            .srcHost = from,
                                            .dstMemoryType = CU_MEMORYTYPE_DEVICE,
                                            .dstDevice = to,
                                            .WidthInBytes = size,
                                            .Height = 1,
                                            .Depth = 1});
}

static enum artem_result add_departure(struct chain *chain, void *to, CUdeviceptr from, size_t size)
{
    return add_copy(chain, &(CUDA_MEMCPY3D){.srcMemoryType = CU_MEMORYTYPE_DEVICE,
                                            .srcDevice = from,
                                            .dstMemoryType = CU_MEMORYTYPE_HOST,
                                            .dstHost = to,
                                            .WidthInBytes = size,
                                            .Height = 1,
                                            .Depth = 1});
}

// The time at which all before it was done.
static enum artem_result add_mark(struct chain *chain, const char *name)
{
    struct artem_cuda *cuda = chain->cuda;
    const struct cuda_driver *d = &cuda->driver;
    CUgraphNode node = NULL;
    enum artem_result result = ARTEM_OK;

    if (chain->marks == CUDA_MARKS_MAX)
        return ARTEM_OK;
    if (chain->marks == cuda->mark_count) {
        result = cuda_result(cuda, d->cuEventCreate(&cuda->marks[chain->marks], CU_EVENT_DEFAULT),
                             "an event cannot be made");
        cuda->mark_count += result == ARTEM_OK;
    }
    if (result == ARTEM_OK)
        result = cuda_result(
            cuda,
            d->cuGraphAddEventRecordNode(&node, chain->graph, &chain->last, chain->length, cuda->marks[chain->marks]),
            "an event cannot be recorded");
    snprintf(cuda->mark_names[chain->marks], sizeof cuda->mark_names[0], "%s", name);
    chain->marks++;
    chain->last = node;
    chain->length = 1;
    return result;
}

static enum artem_result add_launch(struct chain *chain, const struct artem_cuda_launch *launch)
{
    const struct cuda_driver *d = &chain->cuda->driver;
    struct artem_cuda_args args = launch->args;
    void *arguments[] = {&args};
    const CUDA_KERNEL_NODE_PARAMS params = {
        .func = cuda_find_kernel(chain->cuda, launch->kernel, launch->shared),
        .gridDimX = launch->grid[0],
        .gridDimY = launch->grid[1],
        .gridDimZ = launch->grid[2],
        .blockDimX = launch->block[0],
        .blockDimY = launch->block[1],
        .blockDimZ = launch->block[2],
        .sharedMemBytes = launch->shared,
        .kernelParams = arguments,
    };
    CUgraphNode node = NULL;

    if (params.func == NULL)
        return ARTEM_ERROR_DEVICE;
    const enum artem_result result =
        cuda_result(chain->cuda, d->cuGraphAddKernelNode(&node, chain->graph, &chain->last, chain->length, &params),
                    launch->kernel);
    chain->last = node;
    chain->length = 1;
    return result;
}

static enum artem_result record_kernels(struct chain *chain, const struct cuda_shape *shape)
{
    struct artem_cuda *cuda = chain->cuda;
    const struct artem_cuda_args addresses = cuda_addresses(cuda);
    struct artem_cuda_launch launches[ARTEM_CUDA_LAUNCHES_MAX];
    const uint32_t count = artem_cuda_plan(&cuda->chip, cuda->form, &shape->cells, &addresses, launches);
    enum artem_result result = count > 0 ? ARTEM_OK : ARTEM_ERROR_UNSUPPORTED;

    if (shape->marked && result == ARTEM_OK)
        result = add_mark(chain, "begin");
    for (uint32_t i = 0; i < count && result == ARTEM_OK; i++) {
        result = add_launch(chain, &launches[i]);
        if (shape->marked && result == ARTEM_OK)
            result = add_mark(chain, launches[i].pass);
    }
    return result;
}

static enum artem_result record(struct chain *chain, const struct cuda_shape *shape)
{
    struct artem_cuda *cuda = chain->cuda;
    enum artem_result result =
        add_arrival(chain, cuda->frame.address, cuda->frame_host.data, sizeof(struct artem_cuda_frame));

    for (uint32_t v = 0; v < shape->cells.views && result == ARTEM_OK; v++)
        if (shape->own[v])
            result = add_arrival(chain, cuda->pictures.address + shape->offset[v],
                                 (const uint8_t *)cuda->staging.data + shape->offset[v],
                                 cuda_picture_bytes(&shape->cells.view[v]));
    if (result == ARTEM_OK)
        result = record_kernels(chain, shape);
    if (result == ARTEM_OK)
        result = add_departure(chain, cuda->decisions_host.data,
                               cuda->state.address + offsetof(struct artem_cuda_state, decisions),
                               sizeof(struct artem_cuda_decisions));
    for (uint32_t v = 0; v < shape->cells.views && result == ARTEM_OK; v++) {
        const size_t at = cuda_painted_offset(shape, v);
        if (shape->own[v])
            result = add_departure(chain, (uint8_t *)cuda->staging.data + at, cuda->pictures.address + at,
                                   cuda_picture_bytes(&shape->cells.view[v]));
    }
    return result;
}

static enum artem_result make(struct artem_cuda *cuda, const struct cuda_shape *shape, struct cuda_graph *graph)
{
    const struct cuda_driver *d = &cuda->driver;
    struct chain chain = {.cuda = cuda};
    enum artem_result result =
        cuda_result(cuda, d->cuGraphCreate(&chain.graph, 0), "the graph of a frame cannot be made");

    if (result != ARTEM_OK)
        return result;
    result = record(&chain, shape);
    if (result == ARTEM_OK)
        result = cuda_result(cuda, d->cuGraphInstantiateWithFlags(&graph->exec, chain.graph, 0),
                             "the graph of a frame cannot be made");
    d->cuGraphDestroy(chain.graph);
    if (result != ARTEM_OK) {
        graph->exec = NULL;
        return result;
    }
    graph->shape = *shape;
    graph->marks = chain.marks;
    return ARTEM_OK;
}

enum artem_result cuda_find_graph(struct artem_cuda *cuda, const struct cuda_shape *shape,
                                  struct cuda_graph **out_graph)
{
    struct cuda_graph *oldest = &cuda->graphs[0];
    enum artem_result result = ARTEM_OK;

    for (int i = 0; i < CUDA_GRAPHS; i++) {
        struct cuda_graph *graph = &cuda->graphs[i];
        if (graph->exec != NULL && is_same_shape(&graph->shape, shape)) {
            graph->used = ++cuda->graph_clock;
            *out_graph = graph;
            return ARTEM_OK;
        }
        if (graph->exec == NULL || (oldest->exec != NULL && graph->used < oldest->used))
            oldest = graph;
    }
    forget(cuda, oldest);
    result = make(cuda, shape, oldest);
    oldest->used = ++cuda->graph_clock;
    *out_graph = oldest;
    return result;
}
