// SPDX-License-Identifier: Apache-2.0
#include "recording_decode.h"

#include <string.h>

#include "text.h"

// Text, then zeros to the end of the field.
static const char *get_text(char *out, const uint8_t *field, size_t size)
{
    memcpy(out, field, size);
    size_t length = strnlen(out, size);
    for (size_t i = length; i < size; i++)
        if (field[i] != 0)
            return "bytes after the end of a text";
    if (length == size || !artem_text_printable(out))
        return "a text that is not printable UTF-8";
    return NULL;
}

static const char *get_decision(enum artem_decision *out, const uint8_t *field)
{
    char name[REC_DECISION];

    const char *fault = get_text(name, field, sizeof name);
    if (fault)
        return fault;
    return artem_decision_parse(name, out) ? NULL : "unknown decision";
}

static const char *decode_header(struct artem_recording_header *out, const uint8_t *p)
{
    const char *fault = get_text(out->app_name, p, REC_APP_NAME);
    p += REC_APP_NAME;
    if (!fault)
        fault = get_text(out->layer_version, p, REC_LAYER_VERSION);
    p += REC_LAYER_VERSION;
    if (!fault)
        fault = get_text(out->backend, p, REC_BACKEND);
    p += REC_BACKEND;
    out->network_id = rec_get32(p);
    out->max_frames = rec_get32(p + 4);
    return fault;
}

static const char *decode_style(struct artem_recording_chunk *chunk, const uint8_t *p)
{
    const char *fault = get_text(chunk->u.style.name, p, REC_STYLE_NAME);
    if (fault)
        return fault;
    if (!artem_name_valid(chunk->u.style.name))
        return "impossible style name";
    chunk->u.style.checksum = rec_get32(p + REC_STYLE_NAME);
    if (rec_get32(p + REC_STYLE_NAME + 4) != 0)
        return "padding is not zero";
    p += REC_STYLE_NAME + 8;
    fault = get_text(chunk->u.style.blend_name, p, REC_STYLE_NAME);
    if (fault)
        return fault;
    chunk->u.style.blend_checksum = rec_get32(p + REC_STYLE_NAME);
    chunk->u.style.blend_weight = rec_get32(p + REC_STYLE_NAME + 4);
    if (chunk->u.style.blend_weight == 0
            ? chunk->u.style.blend_name[0] != '\0' || chunk->u.style.blend_checksum != 0
            : chunk->u.style.blend_weight > ARTEM_BLEND_ONE || !artem_name_valid(chunk->u.style.blend_name))
        return "impossible blend";
    return NULL;
}

static const char *decode_picture(struct artem_recorded_picture *out, const uint8_t *p, bool styled)
{
    uint32_t words[REC_PICTURE_SIZE / 4];

    for (size_t i = 0; i < REC_PICTURE_SIZE / 4; i++)
        words[i] = rec_get32(p + 4 * i);
    out->view = words[0];
    out->format = words[1];
    out->premultiplied = words[2] & REC_PREMULTIPLIED;
    out->x = (int32_t)words[3];
    out->y = (int32_t)words[4];
    out->width = words[5];
    out->height = words[6];
    out->style_width = words[7];
    out->style_height = words[8];
    for (size_t i = 0; i < 9; i++)
        out->noise.m[i] = (int32_t)words[9 + i];
    out->noise.density = (int32_t)words[18];
    if (words[2] > (REC_PREMULTIPLIED | REC_HAS_RESULT) || ((words[2] & REC_HAS_RESULT) != 0) != styled)
        return "result and decision do not match";
    return words[19] == 0 ? NULL : "padding is not zero";
}

static void find_pixels(struct artem_recorded_frame *frame, const uint8_t *at)
{
    for (uint32_t i = 0; i < frame->pictures; i++) {
        struct artem_recorded_picture *picture = &frame->picture[i];
        size_t bytes = rec_picture_bytes(picture);

        picture->stored_stride = bytes / picture->height;
        picture->stored = at;
        at += bytes;
        if (frame->decision != ARTEM_DECISION_STYLED)
            continue;
        picture->result_stride = picture->stored_stride;
        picture->result = at;
        at += bytes;
    }
}

static const char *decode_frame(struct artem_recorded_frame *frame, const uint8_t *payload, uint64_t size)
{
    const uint8_t *p = payload + 16;

    if (size < REC_FRAME_SIZE)
        return "too short";
    memset(frame, 0, sizeof *frame);
    frame->frame = rec_get64(payload);
    frame->display_time = (int64_t)rec_get64(payload + 8);
    const char *fault = get_decision(&frame->decision, p);
    if (fault)
        return fault;
    p += REC_DECISION;
    frame->strength = rec_get32(p);
    frame->keep = rec_get32(p + 4) & 0xFFFF;
    frame->text = rec_get32(p + 4) >> 16;
    frame->resolution = rec_get32(p + 8);
    frame->pictures = rec_get32(p + 12);
    p += 16;
    if (frame->pictures > ARTEM_MAX_VIEWS || size < REC_FRAME_SIZE + (uint64_t)frame->pictures * REC_PICTURE_SIZE)
        return "impossible number of pictures";
    for (uint32_t i = 0; i < frame->pictures && !fault; i++, p += REC_PICTURE_SIZE)
        fault = decode_picture(&frame->picture[i], p, frame->decision == ARTEM_DECISION_STYLED);
    if (!fault)
        fault = rec_frame_fault(frame, true);
    if (fault)
        return fault;
    if (size != rec_frame_bytes(frame))
        return "its size does not fit its pictures";
    find_pixels(frame, p);
    return NULL;
}

static const char *decode_event(struct artem_recording_chunk *chunk, const uint8_t *p)
{
    chunk->u.event.frame = rec_get64(p);
    chunk->u.event.display_time = (int64_t)rec_get64(p + 8);
    return get_decision(&chunk->u.event.decision, p + 16);
}

const char *rec_decode(struct artem_recording_chunk *chunk, const uint8_t *payload, uint64_t size)
{
    static const uint64_t sizes[] = {[ARTEM_CHUNK_HEADER] = REC_HEADER_SIZE,
                                     [ARTEM_CHUNK_STYLE] = REC_STYLE_SIZE,
                                     [ARTEM_CHUNK_EVENT] = REC_EVENT_SIZE,
                                     [ARTEM_CHUNK_END] = REC_END_SIZE};

    if (chunk->kind != ARTEM_CHUNK_FRAME && size != sizes[chunk->kind])
        return "impossible size";
    switch (chunk->kind) {
    case ARTEM_CHUNK_HEADER:
        return decode_header(&chunk->u.header, payload);
    case ARTEM_CHUNK_STYLE:
        return decode_style(chunk, payload);
    case ARTEM_CHUNK_FRAME:
        return decode_frame(&chunk->u.frame, payload, size);
    case ARTEM_CHUNK_EVENT:
        return decode_event(chunk, payload);
    case ARTEM_CHUNK_END:
        chunk->u.end.frames = rec_get64(payload);
        return get_text(chunk->u.end.reason, payload + 8, REC_REASON);
    }
    return "unknown kind";
}
