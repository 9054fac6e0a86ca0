// SPDX-License-Identifier: Apache-2.0
#include "recording_encode.h"

#include <stdio.h>
#include <string.h>

#include "artem_kernels/pixels.h"
#include "text.h"

// A field of fixed size, padded with zeros; what is not printable UTF-8 becomes '_'.
static void put_text(uint8_t *field, size_t size, const char *text)
{
    char copy[REC_APP_NAME] = "";

    snprintf(copy, sizeof copy < size ? sizeof copy : size, "%s", text ? text : "");
    if (!artem_text_printable(copy))
        for (char *c = copy; *c; c++)
            *c = *c >= ' ' && *c < 0x7F ? *c : '_';
    size_t length = strlen(copy);
    for (size_t i = 0; i < size; i++)
        field[i] = i < length ? (uint8_t)copy[i] : 0;
}

void rec_encode_header(uint8_t *p, const struct artem_recording_params *params)
{
    put_text(p, REC_APP_NAME, params->app_name);
    p += REC_APP_NAME;
    put_text(p, REC_LAYER_VERSION, params->layer_version);
    p += REC_LAYER_VERSION;
    put_text(p, REC_BACKEND, params->backend);
    p += REC_BACKEND;
    rec_put32(p, params->network_id);
    rec_put32(p + 4, params->max_frames);
}

void rec_encode_style(uint8_t *p, const struct artem_style *style)
{
    put_text(p, REC_STYLE_NAME, style->name);
    rec_put32(p + REC_STYLE_NAME, style->checksum);
    rec_put32(p + REC_STYLE_NAME + 4, 0);
    p += REC_STYLE_NAME + 8;
    put_text(p, REC_STYLE_NAME, style->blend_weight > 0 ? style->blend_name : "");
    rec_put32(p + REC_STYLE_NAME, style->blend_checksum);
    rec_put32(p + REC_STYLE_NAME + 4, style->blend_weight);
}

static void put_time(uint8_t *p, uint64_t frame, int64_t display_time, enum artem_decision decision)
{
    rec_put64(p, frame);
    rec_put64(p + 8, (uint64_t)display_time);
    put_text(p + 16, REC_DECISION, artem_decision_name(decision));
}

static uint8_t *put_rows(uint8_t *p, const struct artem_recorded_picture *picture, const void *pixels, size_t stride)
{
    size_t row = picture->width * artem_pixel_size((enum artem_pixel_format)picture->format);

    for (uint32_t y = 0; y < picture->height; y++)
        memcpy(p + y * row, (const uint8_t *)pixels + y * stride, row);
    return p + picture->height * row;
}

static void put_picture(uint8_t *p, const struct artem_recorded_picture *picture)
{
    const uint32_t words[] = {
        picture->view,
        picture->format,
        (picture->premultiplied ? REC_PREMULTIPLIED : 0u) | (picture->result ? REC_HAS_RESULT : 0u),
        (uint32_t)picture->x,
        (uint32_t)picture->y,
        picture->width,
        picture->height,
        picture->style_width,
        picture->style_height,
    };
    const size_t count = sizeof words / sizeof words[0];

    for (size_t i = 0; i < count; i++, p += 4)
        rec_put32(p, words[i]);
    for (size_t i = 0; i < 9; i++, p += 4)
        rec_put32(p, (uint32_t)picture->noise.m[i]);
    rec_put32(p, (uint32_t)picture->noise.density);
    rec_put32(p + 4, 0);
}

void rec_encode_frame(uint8_t *p, const struct artem_recorded_frame *frame)
{
    const uint32_t words[4] = {frame->strength, frame->keep | frame->text << 16, frame->resolution, frame->pictures};

    put_time(p, frame->frame, frame->display_time, frame->decision);
    for (size_t i = 0; i < 4; i++)
        rec_put32(p + 16 + REC_DECISION + 4 * i, words[i]);
    p += REC_FRAME_SIZE;
    for (uint32_t i = 0; i < frame->pictures; i++, p += REC_PICTURE_SIZE)
        put_picture(p, &frame->picture[i]);
    for (uint32_t i = 0; i < frame->pictures; i++) {
        const struct artem_recorded_picture *picture = &frame->picture[i];
        p = put_rows(p, picture, picture->stored, picture->stored_stride);
        if (picture->result)
            p = put_rows(p, picture, picture->result, picture->result_stride);
    }
}

void rec_encode_event(uint8_t *p, uint64_t frame, int64_t display_time, enum artem_decision decision)
{
    put_time(p, frame, display_time, decision);
}

void rec_encode_end(uint8_t *p, uint64_t frames, const char *reason)
{
    rec_put64(p, frames);
    put_text(p + 8, REC_REASON, reason);
}
