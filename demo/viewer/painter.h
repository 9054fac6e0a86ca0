// SPDX-License-Identifier: Apache-2.0
// The engine with its style: on the CPU, or on the Vulkan device that the window is drawn with. One thread.
#ifndef ARTEM_VIEWER_PAINTER_H
#define ARTEM_VIEWER_PAINTER_H

#include <stdbool.h>

#include "vk_device.h"

#include "artem/engine.h"
#include "artem_vk/device.h"

// How the window's device is chosen and made, so that the engine can use it: user of the maker's functions.
struct painter_gpu {
    VkInstance instance;
    bool dot; // made with integer dot products
};
// GPU must stay where it is until gpu_create has returned.
struct gpu_maker painter_gpu_maker(struct painter_gpu *gpu);

struct painter {
    struct artem_network *network;
    struct vulkan_device *device; // the window's in the engine's terms, unless the engine is to be on the CPU
    struct artem_engine *engine;
    struct artem_style *style; // in force
    bool busy;                 // a frame is in flight
};

enum painter_state { PAINTER_BUSY, PAINTER_DONE, PAINTER_FAILED };

// Prints why on failure. GPU, made by such a maker, must outlive the painter.
bool painter_create(struct gpu *gpu, const struct painter_gpu *made, const char *backend, uint32_t threads,
                    struct painter *out);
// Waits for a frame in flight; accepts a half-made painter.
void painter_destroy(struct painter *painter);

// SECOND NULL: no blend. Not while busy. On failure, whose reason the library has printed, the style stays what it was.
bool painter_set_style(struct painter *painter, const char *style, const char *second, uint32_t weight);

// Starts a frame; then busy. False: nothing was started.
bool painter_submit(struct painter *painter, const struct artem_engine_frame *frame);
// Waits for it, at most so long.
enum painter_state painter_wait(struct painter *painter, uint64_t timeout_ns);

#endif
