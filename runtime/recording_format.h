// SPDX-License-Identifier: Apache-2.0
// Layout of a recording, docs/recording-format.md: what writer and reader share.
#ifndef ARTEM_RECORDING_FORMAT_H
#define ARTEM_RECORDING_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "artem/recording.h"

enum {
    REC_VERSION = 2,
    REC_START = 16,     // file: magic, version, zero
    REC_HEAD_SIZE = 12, // chunk: tag, size; then the payload and a checksum
    REC_CRC_SIZE = 4,
    REC_APP_NAME = 128,
    REC_LAYER_VERSION = 32,
    REC_BACKEND = 16,
    REC_STYLE_NAME = 64,
    REC_DECISION = 16,
    REC_REASON = 128,
    // Payloads.
    REC_HEADER_SIZE = REC_APP_NAME + REC_LAYER_VERSION + REC_BACKEND + 8,
    REC_STYLE_SIZE = 2 * (REC_STYLE_NAME + 8), // a style, and what is blended into it
    REC_FRAME_SIZE = 16 + REC_DECISION + 16, // then the pictures' heads, then their pixels
    REC_PICTURE_SIZE = 80,
    REC_EVENT_SIZE = 16 + REC_DECISION,
    REC_END_SIZE = 8 + REC_REASON,
    // Flags of a picture.
    REC_PREMULTIPLIED = 1,
    REC_HAS_RESULT = 2,
};

// Limits of payloads, for readers.
#define REC_FRAME_MAX (UINT64_C(1) << 32)
#define REC_OTHER_MAX UINT64_C(4096)

extern const uint8_t rec_magic[8];
extern const char rec_tags[ARTEM_CHUNK_END + 1][5];

// What engine and kernels can take (docs/arithmetic.md §2, kernels' picture.h), whoever says so: the layer or a file.
// NULL, or what is wrong with it. `sized` pictures have the numbers only; otherwise the pointers have to fit the
// decision.
const char *rec_frame_fault(const struct artem_recorded_frame *frame, bool sized);

// Bytes of one of the picture's two sets of pixels. The picture has no fault.
size_t rec_picture_bytes(const struct artem_recorded_picture *picture);

// Payload of a frame, at most REC_FRAME_MAX where there is no fault.
uint64_t rec_frame_bytes(const struct artem_recorded_frame *frame);

static inline void rec_put32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static inline void rec_put64(uint8_t *p, uint64_t value)
{
    rec_put32(p, (uint32_t)value);
    rec_put32(p + 4, (uint32_t)(value >> 32));
}

static inline uint32_t rec_get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t rec_get64(const uint8_t *p)
{
    return rec_get32(p) | (uint64_t)rec_get32(p + 4) << 32;
}

#endif
