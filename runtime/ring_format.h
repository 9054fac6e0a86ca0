// SPDX-License-Identifier: Apache-2.0
// The memory that ring.c writes and ring_read.c reads.
#ifndef ARTEM_RING_FORMAT_H
#define ARTEM_RING_FORMAT_H

#include <stdatomic.h>

#include "artem/ring.h"

#define RING_NAME "artem-ring"

enum { RING_MAGIC = 0x31474E52, RING_VERSION = 1 }; // "RNG1"

// A writer makes `serial` 0, writes, then makes it the frame's number + 1: a reader that sees the same number before
// and after has what it says.
struct ring_slot {
    _Atomic uint64_t serial;
    struct artem_ring_frame frame;
};

// sizes: of the slot and of the whole, so that a reader of another version keeps off.
struct ring_memory {
    uint32_t magic, version, slot_size, size;
    struct artem_ring_about about;
    _Atomic uint64_t about_serial; // odd while `about` is being written
    _Atomic uint64_t total;
    struct ring_slot slots[ARTEM_RING_RECORDS];
};

// ring_read.c: maps a ring; NULL if the file is none that can be read without danger.
struct artem_ring_view *ring_open(const char *path);

// Names are anybody's text, and what is in a ring may be anything.
static inline void ring_clean_text(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = '_';
}

#endif
