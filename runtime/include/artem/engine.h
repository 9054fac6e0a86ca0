// SPDX-License-Identifier: Apache-2.0
// The inference engine: pictures at the style resolution in, painted pictures out. Arithmetic: docs/arithmetic.md
// §4-§7. An engine is used from one thread at a time; different engines are independent.
#ifndef ARTEM_ENGINE_H
#define ARTEM_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "artem/model.h"
#include "artem/result.h"
#include "artem_kernels/noise.h"

#define ARTEM_MAX_VIEWS 8

struct artem_engine;
struct artem_engine_vulkan;

struct artem_engine_params {
    const char *backend;                      // "cpu", "vulkan", "cuda"; NULL or "auto": measured once, then remembered
    uint32_t threads;                         // CPU backend: worker threads including the caller's share; 0 = automatic
    struct artem_network *network;            // the engine takes its own reference
    const struct artem_engine_vulkan *vulkan; // engine_vulkan.h; NULL: a Vulkan device of the engine's own
    uint32_t device;                          // of the engine's own: leaves out so many of them, the fastest kind first
    const char *devices; // devices.h: several that share each frame, instead of backend; NULL or "": one
};

// One picture. RGBA8.
struct artem_engine_view {
    uint32_t width, height; // style resolution of this picture: multiples of 4, docs/arithmetic.md §2
    const uint8_t *in;      // rows of in_stride bytes; A is ignored; must stay valid until wait returns
    size_t in_stride;
    uint8_t *out; // rows of out_stride bytes; A = 255; may not overlap any view's in
    size_t out_stride;
    uint64_t in_buffer, out_buffer; // instead of in and out (NULL then): engine_vulkan.h; 0 otherwise
    uint64_t in_serial, out_serial; // of these buffers: another one where a handle stands for another buffer
    // Of these buffers, for an engine that shares them with the device (CUDA): the exportable memory that each has for
    // itself (VkDeviceMemory; 0: it cannot be shared) and its size.
    uint64_t in_memory, out_memory, in_memory_bytes, out_memory_bytes;
    struct artem_noise_map noise; // where flat areas get their texture from
};

struct artem_engine_frame {
    uint32_t views; // 1..ARTEM_MAX_VIEWS: one batch with shared statistics; sizes may differ
    struct artem_engine_view view[ARTEM_MAX_VIEWS];
    uint32_t resolution; // the caller's name for the scale of these pictures; statistics restart when it changes
    bool exact;          // exact two-pass statistics (stills); else lagged (live)
    bool detached;       // pictures in buffers: the queue need not wait for them before artem_engine_rejoin
    bool halved;         // a detached one that would hold up the caller's queue: the other half by artem_engine_advance
};

struct artem_engine_stats {
    double milliseconds;     // of the last frame
    uint64_t frames;         // styled since creation
    uint64_t cuts;           // frames run again because of a scene cut
    size_t memory_bytes;     // buffers held now
    uint32_t failed_devices; // of several that share each frame: those that are no longer used
};

// What threads = 0 means here: one per CPU that this process may use, at most 8.
uint32_t artem_engine_automatic_threads(void);

// Whether artem_engine_create would first have to measure which backend is fastest: some tenths of a second, and
// submissions to the queue of the device that is shared. Needs no network.
bool artem_engine_must_measure(const struct artem_engine_params *params);

enum artem_result artem_engine_create(const struct artem_engine_params *params, struct artem_engine **out_engine);

// Takes its own reference; statistics restart from the style's calibration. A style of another network:
// ARTEM_ERROR_VERSION, and the engine keeps the style it had. ARTEM_ERROR_ARGUMENT while a frame is in flight.
enum artem_result artem_engine_set_style(struct artem_engine *engine, struct artem_style *style);

// Starts one frame; allocates only when the views need more memory than any frame before. ARTEM_ERROR_ARGUMENT without
// a style, for a bad size, or while a frame is in flight. After success, wait must be called until it returns something
// other than ARTEM_TIMEOUT.
enum artem_result artem_engine_submit(struct artem_engine *engine, const struct artem_engine_frame *frame);
enum artem_result artem_engine_wait(struct artem_engine *engine, uint64_t timeout_ns);

// The other half of a frame that was halved: submits it to the queue, after all that was submitted meanwhile. Until then
// the frame is in flight. Otherwise nothing. After a failure the frame ends with an error. *out_any: whether there was
// one to submit.
enum artem_result artem_engine_advance(struct artem_engine *engine, bool *out_any);
// Or gives it up: wait ends soon, with an error, and statistics begin anew. For where the queue may not be used.
void artem_engine_abandon(struct artem_engine *engine);

// After wait has returned ARTEM_OK for a detached frame, and before the contents of its buffers are used on the
// device's queue: may submit to it. Where nobody uses them it can be left out. Of any other frame, and while one is in
// flight: nothing.
enum artem_result artem_engine_rejoin(struct artem_engine *engine);
// Buffers with these serials, of frames that are done, are about to go: waits for what artem_engine_rejoin has
// submitted with them, and has it submit nothing of them any more. False if the queue does not get there within a
// second: it may use them still. NULL-safe.
bool artem_engine_release_buffers(struct artem_engine *engine, const uint64_t *serials, uint32_t count);

// The name of the backend that the engine runs on.
const char *artem_engine_get_backend(const struct artem_engine *engine);

void artem_engine_get_stats(const struct artem_engine *engine, struct artem_engine_stats *out_stats);

// Waits for a frame in flight, joins threads, frees, clears *engine. NULL-safe.
void artem_engine_destroy(struct artem_engine **engine);

#endif
