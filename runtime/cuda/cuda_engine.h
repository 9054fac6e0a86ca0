// SPDX-License-Identifier: Apache-2.0
// Inside of the CUDA backend's shared object: driver.c (the library), device.c (device, context, kernels), engine.c
// (life time), buffers.c (memory), model.c (weights and parameters as the kernels read them), graph.c (one frame's
// work, recorded per set of sizes), frame.c (frames), step.c (steps of frames that others share), share.c (memory and
// semaphores of others), check.c (against the reference), contest.c (forms against each other).
//
// A context of our own: an app that uses CUDA itself has another, which our errors do not reach as a rule (NVIDIA
// promises it for none). It is current only inside our functions.
#ifndef ARTEM_CUDA_ENGINE_H
#define ARTEM_CUDA_ENGINE_H

#include <stdbool.h>

#include "artem/engine_vulkan.h"
#include "cuda_api.h"
#include "driver.h"
#include "kernels/cuda/layout.h"
#include "kernels/cuda/plan.h"

enum {
    CUDA_GRAPHS = 4, // sets of sizes that are remembered
    CUDA_KERNELS_MAX = 32,
    CUDA_MARKS_MAX = ARTEM_CUDA_LAUNCHES_MAX + 2,
};

struct cuda_memory {
    CUdeviceptr address; // 0: none
    size_t size;
};

struct cuda_pinned { // of the host, reachable by the device's copies
    void *data;
    size_t size;
};

// What a graph depends on besides addresses.
struct cuda_shape {
    struct artem_cuda_shape cells;
    bool own[ARTEM_MAX_VIEWS];      // the picture is in the engine's own memory, and comes from the CPU
    size_t offset[ARTEM_MAX_VIEWS]; // there; the painted one follows
    size_t picture_bytes;           // of all of these
    bool marked;                    // with times of passes
};

struct cuda_graph {
    struct cuda_shape shape;
    CUgraphExec exec; // NULL: this one is empty
    uint64_t used;
    unsigned marks; // events in it
};

struct artem_cuda_buffer {
    CUexternalMemory memory;
    CUdeviceptr address;
};

struct artem_cuda {
    const struct artem_cuda_host *host;
    const struct artem_network *network;
    struct cuda_driver driver;
    struct artem_cuda_info info;
    struct artem_cuda_chip chip;
    enum artem_cuda_form form;
    CUdevice device;
    CUcontext context;
    CUmodule module;
    CUstream stream;
    CUevent begin, end;
    CUevent marks[CUDA_MARKS_MAX];
    unsigned mark_count; // made
    char mark_names[CUDA_MARKS_MAX][16];
    struct {
        const char *name;
        CUfunction function;
        uint32_t shared; // that it was allowed
    } kernels[CUDA_KERNELS_MAX];
    unsigned kernel_count;

    struct cuda_memory model, style, state, frame, arena, pictures;
    struct cuda_pinned style_host, frame_host, decisions_host, staging;
    struct cuda_pinned step_host; // two of struct artem_cuda_state, of which sums and gains are used: up and back
    struct cuda_graph graphs[CUDA_GRAPHS];
    uint64_t graph_clock;
    struct cuda_graph *running; // of the frame in flight, or the one before

    CUexternalSemaphore ready, done;
    bool timeline;

    bool dirty;     // style_host has news
    bool restart;   // the next frame starts from the calibration
    bool in_flight; // until the end was seen
    bool stray;     // something was launched of which the caller was not told
    bool lost;      // the device does nothing for us any more
    bool stuck;     // nor does it end what it has begun
    uint32_t resolution;
    struct artem_engine_frame last; // in flight
    bool is_step;                   // of it, this one:
    struct step step;
    struct cuda_shape tile; // of the steps
    struct artem_pass passes[ARTEM_PASSES_MAX];
    uint32_t pass_count;
    bool wants_passes;
    struct artem_engine_stats stats;
};

// image.c: the kernels for all chips, a fatbin, and the driver's CUDA version that loads it.
const void *cuda_image(void);
int cuda_image_driver(void);

// device.c
bool cuda_find_device(const struct cuda_driver *driver, const struct artem_cuda_params *params, CUdevice *out_device,
                      struct artem_cuda_chip *out_chip, struct artem_cuda_info *out_info, char *why, size_t why_size);
enum artem_result cuda_device_open(struct artem_cuda *cuda);
void cuda_device_close(struct artem_cuda *cuda);
// The function of the kernels' module, allowed as much shared memory; NULL where there is none.
CUfunction cuda_find_kernel(struct artem_cuda *cuda, const char *name, uint32_t shared);
// In the engine's stream.
enum artem_result cuda_launch_kernel(struct artem_cuda *cuda, const struct artem_cuda_launch *launch);
// The app may be capturing a stream of its own into a graph, on any thread: the driver then refuses waits, allocations
// and the like to all threads, and spoils the capture, but to those that say that theirs have nothing to do with it.
// What lies between these says so. Same thread; they may be nested.
void cuda_begin_calls(const struct artem_cuda *cuda);
void cuda_end_calls(const struct artem_cuda *cuda);
// The same, and between them the context is current.
bool cuda_enter(struct artem_cuda *cuda);
void cuda_leave(struct artem_cuda *cuda);
// ARTEM_OK, or the error that it is for the caller. Logs what failed.
enum artem_result cuda_result(struct artem_cuda *cuda, CUresult result, const char *what);
void cuda_log(const struct artem_cuda_host *host, enum artem_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// buffers.c: the context is current.
enum artem_result cuda_create_buffers(struct artem_cuda *cuda);
// What only steps need.
enum artem_result cuda_create_step_buffer(struct artem_cuda *cuda);
void cuda_destroy_buffers(struct artem_cuda *cuda);
// Makes arena and pictures large enough; graphs are gone where one had to move.
enum artem_result cuda_place_shape(struct artem_cuda *cuda, const struct cuda_shape *shape);
// Gives the arena back; graphs are gone.
void cuda_release_arena(struct artem_cuda *cuda);
size_t cuda_memory_bytes(const struct artem_cuda *cuda);
size_t cuda_picture_bytes(const struct artem_cuda_view *view);
size_t cuda_painted_offset(const struct cuda_shape *shape, uint32_t view);

// model.c
enum artem_result cuda_upload_network(struct artem_cuda *cuda);
void cuda_pack_style(const struct artem_style *style, void *to);

// graph.c
struct artem_cuda_args cuda_addresses(const struct artem_cuda *cuda); // of the engine's buffers
bool cuda_plan_shape(const struct artem_cuda *cuda, const struct artem_engine_frame *frame,
                     struct cuda_shape *out_shape);
enum artem_result cuda_find_graph(struct artem_cuda *cuda, const struct cuda_shape *shape,
                                  struct cuda_graph **out_graph);
void cuda_forget_graphs(struct artem_cuda *cuda);

// frame.c
enum artem_result cuda_set_style(struct artem_cuda *cuda, const struct artem_style *style);
enum artem_result cuda_submit(struct artem_cuda *cuda, const struct artem_engine_frame *frame,
                              const struct artem_cuda_sync *sync);
enum artem_result cuda_wait(struct artem_cuda *cuda, uint64_t timeout_ns);
bool cuda_has_failed(struct artem_cuda *cuda); // from any thread
// What the CPU writes before a frame, the pictures of its own memory included; the style, where it has changed; and
// what it reads: the cells that count.
void cuda_write_frame(struct artem_cuda *cuda, const struct cuda_shape *shape, const struct artem_engine_frame *frame);
enum artem_result cuda_send_style(struct artem_cuda *cuda);
void cuda_read_pictures(const struct artem_cuda *cuda, const struct cuda_shape *shape);
// Ends what is under way, at most so long; false if it ends with an error (lost) or does not end (stuck).
bool cuda_finish(struct artem_cuda *cuda, uint64_t timeout_ns);

// step.c
enum artem_result cuda_submit_step(struct artem_cuda *cuda, const struct step *step);
void cuda_finish_step(struct artem_cuda *cuda); // what the CPU reads after it

// share.c
enum artem_result cuda_import_buffer(struct artem_cuda *cuda, int fd, uint64_t allocated, bool dedicated,
                                     struct artem_cuda_buffer **out_buffer);
void cuda_release_buffer(struct artem_cuda *cuda, struct artem_cuda_buffer *buffer);
enum artem_result cuda_import_semaphores(struct artem_cuda *cuda, int ready_fd, int done_fd, bool timeline);
void cuda_release_semaphores(struct artem_cuda *cuda);

// For what never ends, where nobody else looks after it: kernels when an engine is made, frames that failed halfway.
#ifndef CUDA_PATIENCE_NS
#define CUDA_PATIENCE_NS UINT64_C(10000000000)
#endif

// check.c: picks, of the forms that paint as the reference does, the fastest.
enum artem_result cuda_choose_form(struct artem_cuda *cuda);

// contest.c: uses the one of these forms that computes a unit fastest, of as many cells as keep the device busy; the
// first one where that cannot be told. Fails only with the device.
enum artem_result cuda_pick_fastest(struct artem_cuda *cuda, const enum artem_cuda_form *forms, uint32_t count);

#endif
