// SPDX-License-Identifier: Apache-2.0
// Several devices that share each frame: an engine made with `devices` (engine.h) cuts frames into tiles and has them
// painted at the same time, into the same bytes as one device paints.
#ifndef ARTEM_DEVICES_H
#define ARTEM_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ARTEM_DEVICES_MAX = 8,
    ARTEM_DEVICE_INDEX_MAX = 63,
    ARTEM_DEVICE_NAME_MAX = 16,
};

enum artem_device_kind { ARTEM_DEVICE_CPU, ARTEM_DEVICE_VULKAN, ARTEM_DEVICE_CUDA };

struct artem_devices {
    uint32_t count;
    struct artem_device {
        enum artem_device_kind kind;
        uint32_t index;
        char name[ARTEM_DEVICE_NAME_MAX]; // "cpu:1"
    } device[ARTEM_DEVICES_MAX];
};

// A list as users write it: "cpu:0,cpu:1,vulkan:0,cuda:0". cpu:N is a pool of threads of its own, all of which share
// the processor evenly; vulkan:N and cuda:N are the N-th device of those, the fastest kind first. Spaces beside commas
// do not matter. False where it is no such list; `why` then says what is wrong with it, in a few words that can follow
// "devices: ".
bool artem_devices_parse(const char *text, struct artem_devices *out_devices, char *why, size_t why_size);

struct artem_engine;

// What one device did in the latest frame.
struct artem_device_report {
    char name[ARTEM_DEVICE_NAME_MAX];
    bool failed;         // it is no longer used
    uint32_t parts;      // tiles, each of one view; 0: it had nothing to do
    uint64_t cells;      // 4 x 4 pixels that it painted
    uint64_t halo;       // those that it computed around them
    double milliseconds; // that it took
};

// Of the frame whose wait has returned. Returns how many; 0 where the engine is one device. ARTEM_DEVICES_MAX at most.
uint32_t artem_engine_get_devices(const struct artem_engine *engine, struct artem_device_report *out_reports);

#endif
