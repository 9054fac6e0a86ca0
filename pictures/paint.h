// SPDX-License-Identifier: Apache-2.0
// Painting pictures of full size on the CPU's side: what programs that are not the layer share.
#ifndef ARTEM_PICTURES_PAINT_H
#define ARTEM_PICTURES_PAINT_H

#include "artem/engine.h"
#include "artem_kernels/kernels.h"

// Submits one frame and waits for it.
enum artem_result paint_frame(struct artem_engine *engine, const struct artem_engine_frame *frame);

// The fastest kernels of this machine, checked against the reference; for scaling and compositing.
const struct artem_kernels *paint_kernels(void);

// A picture and what the network sees and makes of it, RGBA8. Zero it first; the original is the caller's, and so are
// guide and styled but where painting_reserve makes them.
struct painting {
    uint32_t width, height, style_width, style_height; // within geometry_can_scale
    const uint8_t *original;
    size_t stride;           // of the original, in bytes
    uint8_t *guide, *styled; // style_width * 4 bytes a row
    size_t room;             // bytes in each of the two
    uint32_t text;           // 0 to 256: how much writing keeps its own brightness
};

// Room for the style resolution that is set. False without memory.
bool painting_reserve(struct painting *painting);
// From the original to what the network sees.
void painting_scale(const struct painting *painting);
// For the engine, without noise.
struct artem_engine_view painting_view(const struct painting *painting);
// Once the engine is done. STRENGTH and KEEP: 0 to 256. OUT, of the original's size, may be the original where text is
// 0.
void painting_composite(const struct painting *painting, uint32_t strength, uint32_t keep, uint8_t *out,
                        size_t out_stride);
void painting_free(struct painting *painting);

#endif
