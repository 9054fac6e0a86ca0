// SPDX-License-Identifier: Apache-2.0
#include "recording_format.h"

#include "artem/geometry.h"
#include "artem_kernels/pixels.h"

const uint8_t rec_magic[8] = {'A', 'R', 'T', 'R', 'E', 'C', 0, 1};
const char rec_tags[ARTEM_CHUNK_END + 1][5] = {"HEAD", "STYL", "FRAM", "EVNT", "END."};

static bool style_side(uint32_t side, uint32_t full)
{
    return side >= 4 && side <= 4096 && side % 4 == 0 && side <= full;
}

static const char *picture_fault(const struct artem_recorded_picture *p)
{
    if (p->format >= ARTEM_PIXELS_COUNT)
        return "unknown pixel format";
    if (p->x < 0 || p->y < 0 || p->width < 4 || p->height < 4 || (uint64_t)p->width * p->height > GEOMETRY_AREA_MAX)
        return "impossible rect";
    if (!style_side(p->style_width, p->width) || !style_side(p->style_height, p->height) ||
        (uint64_t)p->style_width * p->style_height > 1 << 22 || (uint64_t)p->width * p->style_width > 1 << 25 ||
        (uint64_t)p->height * p->style_height > 1 << 25)
        return "impossible style size";
    if (!artem_noise_map_valid(&p->noise))
        return "impossible noise map";
    return NULL;
}

const char *rec_frame_fault(const struct artem_recorded_frame *frame, bool sized)
{
    bool styled = frame->decision == ARTEM_DECISION_STYLED;

    if ((unsigned)frame->decision >= ARTEM_DECISION_COUNT)
        return "unknown decision";
    if (frame->strength > 256 || frame->keep > 256 || frame->text > 256)
        return "impossible strength, keep or text";
    if (frame->pictures < 1 || frame->pictures > ARTEM_MAX_VIEWS)
        return "impossible number of pictures";
    for (uint32_t i = 0; i < frame->pictures; i++) {
        const struct artem_recorded_picture *p = &frame->picture[i];
        const char *fault = picture_fault(p);
        if (fault)
            return fault;
        if (sized)
            continue;
        size_t row = p->width * artem_pixel_size((enum artem_pixel_format)p->format);
        if (!p->stored || p->stored_stride < row || (p->result && p->result_stride < row))
            return "no pixels";
        if ((p->result != NULL) != styled)
            return "result and decision do not match";
    }
    return rec_frame_bytes(frame) <= REC_FRAME_MAX ? NULL : "too many pixels in one frame";
}

size_t rec_picture_bytes(const struct artem_recorded_picture *p)
{
    return (size_t)p->width * p->height * artem_pixel_size((enum artem_pixel_format)p->format);
}

uint64_t rec_frame_bytes(const struct artem_recorded_frame *frame)
{
    uint64_t size = REC_FRAME_SIZE + (uint64_t)frame->pictures * REC_PICTURE_SIZE;

    for (uint32_t i = 0; i < frame->pictures; i++)
        size += (uint64_t)rec_picture_bytes(&frame->picture[i]) * (frame->decision == ARTEM_DECISION_STYLED ? 2 : 1);
    return size;
}
