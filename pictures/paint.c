// SPDX-License-Identifier: Apache-2.0
#include "paint.h"

#include <stdlib.h>

#include "artem_kernels/picture.h"

enum artem_result paint_frame(struct artem_engine *engine, const struct artem_engine_frame *frame)
{
    enum artem_result result = artem_engine_submit(engine, frame);

    if (result != ARTEM_OK)
        return result;
    do
        result = artem_engine_wait(engine, UINT64_MAX);
    while (result == ARTEM_TIMEOUT);
    return result;
}

const struct artem_kernels *paint_kernels(void)
{
    static struct artem_kernels kernels;

    if (kernels.scale_rows == NULL) {
        artem_kernels_select(&kernels, artem_cpu_detect());
        artem_kernels_check(&kernels);
    }
    return &kernels;
}

bool painting_reserve(struct painting *p)
{
    const size_t size = (size_t)p->style_width * p->style_height * 4;

    if (size <= p->room)
        return true;
    painting_free(p);
    p->guide = malloc(size);
    p->styled = malloc(size);
    if (p->guide && p->styled)
        p->room = size;
    return p->room > 0;
}

void painting_free(struct painting *p)
{
    free(p->guide);
    free(p->styled);
    p->guide = p->styled = NULL;
    p->room = 0;
}

void painting_scale(const struct painting *p)
{
    paint_kernels()->scale_rows(&(struct artem_scale){.full_width = p->width,
                                                      .full_height = p->height,
                                                      .width = p->style_width,
                                                      .height = p->style_height,
                                                      .in = p->original,
                                                      .in_stride = p->stride,
                                                      .out = p->guide,
                                                      .out_stride = (size_t)p->style_width * 4},
                                0, p->style_height);
}

struct artem_engine_view painting_view(const struct painting *p)
{
    const size_t stride = (size_t)p->style_width * 4;

    return (struct artem_engine_view){.width = p->style_width,
                                      .height = p->style_height,
                                      .in = p->guide,
                                      .in_stride = stride,
                                      .out = p->styled,
                                      .out_stride = stride};
}

void painting_composite(const struct painting *p, uint32_t strength, uint32_t keep, uint8_t *out, size_t out_stride)
{
    const size_t stride = (size_t)p->style_width * 4;

    paint_kernels()->composite_rows(&(struct artem_composite){.full_width = p->width,
                                                              .full_height = p->height,
                                                              .width = p->style_width,
                                                              .height = p->style_height,
                                                              .strength = strength,
                                                              .keep = keep,
                                                              .text = p->text,
                                                              .original = p->original,
                                                              .original_stride = p->stride,
                                                              .guide = p->guide,
                                                              .styled = p->styled,
                                                              .guide_stride = stride,
                                                              .styled_stride = stride,
                                                              .out = out,
                                                              .out_stride = out_stride},
                                    0, p->height);
}
