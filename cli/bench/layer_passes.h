// SPDX-License-Identifier: Apache-2.0
// What the layer does around the network, on a Vulkan device: capture with scaling, and composite, as in an app.
#ifndef ARTEM_CLI_BENCH_LAYER_PASSES_H
#define ARTEM_CLI_BENCH_LAYER_PASSES_H

#include "artem_vk/device.h"
#include "bench.h"

struct layer_size {
    uint32_t views, width, height;      // of the app's pictures, RGBA8
    uint32_t style_width, style_height; // at which they are painted
};

// Pictures of two headsets, at about half of their resolution first, and at the highest that there is (2048 pixels on
// the longer side). Style sizes are as the layer rounds them. False where there is no such size; *out_what says what
// the style resolution is.
enum { LAYER_USUAL_SIZES = 4 };
bool layer_size_usual(size_t index, uint32_t views, struct layer_size *out_size, const char **out_what);

// The sizes of a picture, into a row.
void layer_size_add(cJSON *row, const struct layer_size *size);

struct layer_passes {
    struct bench_times capture, composite; // seconds on the device, sorted
};

// For so many seconds, but a few times at least. False if it fails, or the queue has no timestamps.
bool layer_passes_run(const struct vulkan_device *device, const struct layer_size *size, double seconds,
                      struct layer_passes *out);
// Bytes that each has to read and write: image, capture and result once per step that reads or writes them.
double layer_capture_bytes(const struct layer_size *size);
double layer_composite_bytes(const struct layer_size *size);

// Bytes per second that a copy between two large buffers reads and writes; 0 if it cannot be measured.
double layer_copy_rate(const struct vulkan_device *device, double seconds);

// A table of the sizes of two headsets (of one on a processor), or, without b->sweep, of pictures twice as wide and
// high as b->width x b->height at that style resolution. False after a message.
bool layer_rows(struct bench *b, const struct vulkan_device *device);

#endif
