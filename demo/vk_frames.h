// SPDX-License-Identifier: Apache-2.0
// Command buffers of the frames in flight.
#ifndef ARTEM_DEMO_VK_FRAMES_H
#define ARTEM_DEMO_VK_FRAMES_H

#include "vk_renderer.h"

struct frames {
    struct gpu *gpu;
    VkCommandBuffer commands[RENDERER_SLOTS];
    VkFence fences[RENDERER_SLOTS];
    uint32_t next;
};

bool frames_create(struct gpu *gpu, struct frames *out);
// Waits for the GPU; accepts a half-made object.
void frames_destroy(struct frames *frames);

// The next slot, once the GPU is done with it, and its command buffer, begun. NULL on failure.
VkCommandBuffer frames_begin(struct frames *frames, uint32_t *out_slot);
// WAIT (before transfers) and SIGNAL may be VK_NULL_HANDLE.
bool frames_submit(struct frames *frames, uint32_t slot, VkSemaphore wait, VkSemaphore signal);
// Waits until the GPU has done all that was submitted.
bool frames_wait(struct frames *frames);

#endif
