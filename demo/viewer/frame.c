// SPDX-License-Identifier: Apache-2.0
#include "frame.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

bool frame_set_size(struct view_frame *frame, uint32_t width, uint32_t height, uint32_t views)
{
    const size_t size = (size_t)width * height * 4;

    if (size > frame->room) {
        free(frame->pixels);
        free(frame->painted);
        frame->pixels = malloc(size);
        frame->painted = malloc(size);
        frame->room = frame->pixels && frame->painted ? size : 0;
        if (frame->room == 0)
            return demo_error("no memory for a picture of %u x %u pixels", width, height);
    }
    frame->width = width;
    frame->height = height;
    frame->views = views;
    return true;
}

void frame_free(struct view_frame *frame)
{
    for (uint32_t i = 0; i < FRAME_VIEWS; i++)
        painting_free(&frame->view[i]);
    free(frame->pixels);
    free(frame->painted);
    *frame = (struct view_frame){0};
}

bool frame_plan(struct view_frame *frame, uint32_t resolution)
{
    const uint32_t width = frame->width / frame->views;
    uint32_t style_width, style_height;

    if (!geometry_style_size(width, frame->height, resolution, &style_width, &style_height))
        return demo_error("%u x %u pixels cannot be painted at resolution %u", width, frame->height, resolution);
    for (uint32_t i = 0; i < frame->views; i++) {
        struct painting *p = &frame->view[i];
        p->width = width;
        p->height = frame->height;
        p->style_width = style_width;
        p->style_height = style_height;
        p->original = frame->pixels + (size_t)i * width * 4;
        p->stride = (size_t)frame->width * 4;
        frame->noise[i] = (struct artem_noise_map){0};
        if (!painting_reserve(p))
            return demo_error("no memory to paint %u x %u pixels", width, frame->height);
    }
    return true;
}

void frame_scale(const struct view_frame *frame)
{
    for (uint32_t i = 0; i < frame->views; i++)
        painting_scale(&frame->view[i]);
}

struct artem_engine_frame frame_request(const struct view_frame *frame, uint32_t resolution)
{
    struct artem_engine_frame request = {.views = frame->views, .resolution = resolution, .exact = !frame->live};

    for (uint32_t i = 0; i < frame->views; i++) {
        request.view[i] = painting_view(&frame->view[i]);
        request.view[i].noise = frame->noise[i];
    }
    return request;
}

void frame_composite(struct view_frame *frame, uint32_t strength, uint32_t keep, uint32_t text)
{
    const size_t stride = (size_t)frame->width * 4;

    if (frame->plain)
        memcpy(frame->painted, frame->pixels, stride * frame->height);
    for (uint32_t i = 0; i < frame->views && !frame->plain; i++) {
        frame->view[i].text = text;
        painting_composite(&frame->view[i], strength, keep, frame->painted + (size_t)i * frame->view[i].width * 4,
                           stride);
    }
}
