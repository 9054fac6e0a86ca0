// SPDX-License-Identifier: Apache-2.0
// libartem's side of the CUDA backend: backend_cuda_load.c (the shared object), backend_cuda.c (frames),
// backend_cuda_share.c (pictures in buffers of the app's Vulkan device), backend_cuda_watch.c (frames that CUDA loses).
#ifndef ARTEM_BACKEND_CUDA_H
#define ARTEM_BACKEND_CUDA_H

#include "artem_vk/device.h"
#include "artem/cuda.h"
#include "backend_cuda_watch.h"
#include "cuda_api.h"

// Opens the shared object, NULL with a line of that level where it is missing or of another version. Each success is
// followed by artem_cuda_unload.
const struct artem_cuda_api *artem_cuda_load(enum artem_log_level level, void **out_library);
void artem_cuda_unload(void *library);

// ---- backend_cuda_share.c ----

enum { CUDA_IMPORTS = 32, CUDA_TURNS = 2 };

// What a frame submits, in turns: `take` of a detached frame may be behind the app's rendering when the next is lent.
enum { CUDA_LEND, CUDA_TAKE, CUDA_SUBMISSIONS };
struct cuda_turn {
    VkCommandBuffer commands[CUDA_SUBMISSIONS]; // the pictures to CUDA and back
    VkFence fences[CUDA_SUBMISSIONS];
    bool pending[CUDA_SUBMISSIONS];
    uint64_t recorded[2 * ARTEM_MAX_VIEWS];
    uint32_t recorded_count; // serials of the buffers that the two are recorded for
};

struct cuda_share {
    const struct vulkan_device *device;
    const struct artem_cuda_api *api;
    struct artem_cuda *cuda;
    VkSemaphore ready, done;
    uint64_t value;           // of both after the latest frame, where they are timelines
    struct cuda_watch *watch; // likewise; NULL: they are not
    bool broken;              // a binary semaphore is left signalled, or work is under way that nothing waits for
    VkCommandPool pool;
    struct cuda_turn turns[CUDA_TURNS];
    unsigned turn; // of the latest frame
    bool detached; // its `take` has yet to be submitted; where the buffers are gone and nothing is recorded, for the wait
    uint64_t frame;
    struct cuda_import {
        uint64_t serial; // 0: free
        uint64_t used;   // frame
        struct artem_cuda_buffer *buffer;
    } imports[CUDA_IMPORTS];
};

enum artem_result cuda_share_create(const struct vulkan_device *device, const struct artem_cuda_api *api,
                                    struct artem_cuda *cuda, struct cuda_share **out_share);
// A frame that does not end within seconds is given up, and what it uses is not freed.
void cuda_share_destroy(struct cuda_share **share);
// A frame whose pictures are in buffers of the device, in the order of its queue.
enum artem_result cuda_share_submit(struct cuda_share *share, const struct artem_engine_frame *frame);
// Of a detached frame that the engine is done with: `take`.
enum artem_result cuda_share_rejoin(struct cuda_share *share);
// Buffers with these serials go: until the queue is done with them. False: it is not, after a second.
bool cuda_share_release_buffers(struct cuda_share *share, const uint64_t *serials, uint32_t count);
// The engine is done with the frame: until the queue is too, and the buffers may go.
void cuda_share_rest(struct cuda_share *share);
// The frame will never end: nobody may wait for it.
void cuda_share_give_up(struct cuda_share *share);

#endif
