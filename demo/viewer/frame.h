// SPDX-License-Identifier: Apache-2.0
// One picture, or both eyes side by side, on its way through scaling, network and composite.
#ifndef ARTEM_VIEWER_FRAME_H
#define ARTEM_VIEWER_FRAME_H

#include <stdbool.h>

#include "artem/engine.h"
#include "artem/geometry.h"
#include "paint.h"

#define FRAME_VIEWS 2

struct view_frame {
    uint32_t width, height, views; // of all views together; each has its share of the width
    uint8_t *pixels, *painted;     // RGBA8 without gaps; painted: the composite
    size_t room;                   // bytes in each of the two
    struct painting view[FRAME_VIEWS];
    struct artem_noise_map noise[FRAME_VIEWS];
    bool plain; // cannot be painted: the composite is a copy
    bool live;  // painted with the statistics of the frames before
    double capture_ms, network_ms, composite_ms;
};

// Room for pixels of that size. False, after a message, without memory.
bool frame_set_size(struct view_frame *frame, uint32_t width, uint32_t height, uint32_t views);
void frame_free(struct view_frame *frame);

// Decides at which size to paint; noise is that of pictures. False, after a message, if it cannot be painted.
bool frame_plan(struct view_frame *frame, uint32_t resolution);
// From the pixels to what the network sees.
void frame_scale(const struct view_frame *frame);
// What the engine is asked for. Pointers are into FRAME.
struct artem_engine_frame frame_request(const struct view_frame *frame, uint32_t resolution);
// Once the engine is done.
void frame_composite(struct view_frame *frame, uint32_t strength, uint32_t keep, uint32_t text);

#endif
