// SPDX-License-Identifier: Apache-2.0
// What the Vulkan backend takes beyond engine.h: a device that it shares with its caller, and pictures that never leave
// it.
#ifndef ARTEM_ENGINE_VULKAN_H
#define ARTEM_ENGINE_VULKAN_H

#include "artem/engine.h"
#include "artem_vk/device.h"

// The engine submits to the device's queue in artem_engine_submit, _advance and _rejoin and nowhere else: call them
// only where that queue may be used. The device must outlive the engine.
//
// Views may name buffers of the device instead of memory (in_buffer and out_buffer: VkBuffer handles; storage buffers
// of width * height * 4 bytes, rows without gaps; in_serial and out_serial tell apart buffers that got the same
// handle one after the other). What was submitted to the queue before is seen to have written `in`
// and read `out`, provided that it ended with a barrier that makes `in` visible to compute shaders; what is submitted
// afterwards sees `out` from compute shaders; of a detached frame, what is submitted after artem_engine_rejoin. The
// buffers must stay as they are until wait returns, and are destroyed after artem_engine_release_buffers.
//
// A device that shares by binary semaphores was made by the app alone, without what helps the engine. It makes one of
// its own beside it then, on the same GPU, if it can: all of the above stays true, and the queue waits for that device.
struct artem_engine_vulkan {
    const struct vulkan_device *device;
    bool alone; // none beside it
};
// Whether an engine is on a device of its own beside the caller's.
bool artem_engine_is_beside(const struct artem_engine *engine);

// GPU time of the passes of the latest frame whose wait has returned, in order; for measurements. The first call asks
// for them, from the next frame on. Returns how many, 0 where the queue has no timestamps or the backend tells none.
enum { ARTEM_PASSES_MAX = 32 };
struct artem_pass {
    char name[16];
    double milliseconds;
};
uint32_t artem_engine_get_passes(const struct artem_engine *engine, struct artem_pass passes[ARTEM_PASSES_MAX]);

#endif
