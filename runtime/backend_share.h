// SPDX-License-Identifier: Apache-2.0
// Pictures in buffers of the app's Vulkan device, painted elsewhere on the same GPU: by CUDA, or on a Vulkan device of
// the backend's own. backend_share.c (frames), backend_share_watch.c (frames that are lost there).
#ifndef ARTEM_BACKEND_SHARE_H
#define ARTEM_BACKEND_SHARE_H

#include "artem/engine.h"
#include "artem_vk/device.h"

// Who paints. One thread at a time, but for has_failed.
struct share_peer_ops {
    const char *name; // for messages
    // Memory exported as an opaque file descriptor, which is taken over whatever happens. `allocated`: the size of the
    // allocation, which the buffer has for itself and is the beginning of.
    enum artem_result (*import_buffer)(void *self, int fd, uint64_t allocated, void **out_buffer);
    // Waits for a frame in flight.
    void (*release_buffer)(void *self, void *buffer);
    // The semaphores that frames wait for and signal; once. Both are taken over.
    enum artem_result (*import_semaphores)(void *self, int ready_fd, int done_fd, bool timeline);
    // in_buffer and out_buffer of the views are what import_buffer has made. The frame waits for the one semaphore,
    // and signals the other, with this value where they are timelines. After a failure it is not known which of the two
    // was used up.
    enum artem_result (*submit)(void *self, const struct artem_engine_frame *frame, uint64_t value);
    enum artem_result (*wait)(void *self, uint64_t timeout_ns); // as artem_backend_ops
    // Whether what was launched last has come to an error. Any thread. Asked only where semaphores are timelines.
    bool (*has_failed)(void *self);
    // Before everything goes: waits a second for what is in flight. False if it does not end.
    bool (*finish)(void *self);
};

struct share_peer {
    const struct share_peer_ops *ops;
    void *self;
};

struct share_watch;

enum { SHARE_IMPORTS = 32, SHARE_TURNS = 2 };

// What a frame submits, in turns: `take` of a detached frame may be behind the app's rendering when the next is lent.
enum { SHARE_LEND, SHARE_TAKE, SHARE_SUBMISSIONS };
struct share_turn {
    VkCommandBuffer commands[SHARE_SUBMISSIONS]; // the pictures to the peer and back
    VkFence fences[SHARE_SUBMISSIONS];
    bool pending[SHARE_SUBMISSIONS];
    uint64_t recorded[2 * ARTEM_MAX_VIEWS];
    uint32_t recorded_count; // serials of the buffers that the two are recorded for
};

struct share {
    const struct vulkan_device *device;
    struct share_peer peer;
    VkSemaphore ready, done;
    uint64_t value;            // of both after the latest frame, where they are timelines
    struct share_watch *watch; // likewise; NULL: they are not
    bool broken;               // a binary semaphore is left signalled, or work is under way that nothing waits for
    VkCommandPool pool;
    struct share_turn turns[SHARE_TURNS];
    unsigned turn; // of the latest frame
    bool detached; // its `take` has yet to be submitted; where the buffers are gone and nothing is recorded, for the
                   // wait
    uint64_t frame;
    struct share_import {
        uint64_t serial; // 0: free
        uint64_t used;   // frame
        void *buffer;    // the peer's
    } imports[SHARE_IMPORTS];
};

enum artem_result share_create(const struct vulkan_device *device, const struct share_peer *peer,
                               struct share **out_share);
// A frame that does not end within seconds is given up, and what it uses is not freed.
void share_destroy(struct share **share);
// A frame whose pictures are in buffers of the device, in the order of its queue.
enum artem_result share_submit(struct share *share, const struct artem_engine_frame *frame);
// Of a detached frame that the engine is done with: `take`.
enum artem_result share_rejoin(struct share *share);
// Buffers with these serials go: until the queue is done with them. False: it is not, after a second. NULL-safe.
bool share_release_buffers(struct share *share, const uint64_t *serials, uint32_t count);
// Until the peer is done with the frame, and the queue is too, so that the buffers may go; one that never ends is given
// up. Results as of artem_backend_ops.
enum artem_result share_wait(struct share *share, uint64_t timeout_ns);
// How many of a frame's views name buffers.
uint32_t share_count_buffers(const struct artem_engine_frame *frame);

#endif
