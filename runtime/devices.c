// SPDX-License-Identifier: Apache-2.0
#include "artem/devices.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"cpu", "vulkan", "cuda"};

// The number after the colon; there is always a colon.
static bool parse_index(const char *text, size_t length, uint32_t *out)
{
    uint32_t index = 0;

    if (length == 0 || length > 2)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        index = 10 * index + (uint32_t)(text[i] - '0');
    }
    *out = index;
    return index <= ARTEM_DEVICE_INDEX_MAX;
}

static bool parse_device(const char *text, size_t length, struct artem_device *out)
{
    const char *colon = memchr(text, ':', length);

    for (int kind = 0; colon != NULL && kind <= ARTEM_DEVICE_CUDA; kind++) {
        const size_t word = (size_t)(colon - text);
        if (word != strlen(kinds[kind]) || memcmp(text, kinds[kind], word) != 0)
            continue;
        out->kind = (enum artem_device_kind)kind;
        if (!parse_index(colon + 1, length - word - 1, &out->index))
            return false;
        snprintf(out->name, sizeof out->name, "%s:%u", kinds[kind], out->index);
        return true;
    }
    return false;
}

static bool is_twice(const struct artem_devices *devices, const struct artem_device *device)
{
    for (uint32_t i = 0; i < devices->count; i++)
        if (devices->device[i].kind == device->kind && devices->device[i].index == device->index)
            return true;
    return false;
}

bool artem_devices_parse(const char *text, struct artem_devices *out_devices, char *why, size_t why_size)
{
    struct artem_devices devices = {0};

    for (;; text++) {
        text += strspn(text, " \t");
        const size_t end = strcspn(text, ",");
        size_t length = end;
        while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
            length--;
        const int shown = length < 32 ? (int)length : 32;
        struct artem_device *device = &devices.device[devices.count];
        if (devices.count == ARTEM_DEVICES_MAX) {
            snprintf(why, why_size, "more than %d devices", ARTEM_DEVICES_MAX);
            return false;
        }
        if (!parse_device(text, length, device)) {
            snprintf(why, why_size, "'%.*s' is none of cpu:N, vulkan:N and cuda:N, N from 0 to %d", shown, text,
                     ARTEM_DEVICE_INDEX_MAX);
            return false;
        }
        if (is_twice(&devices, device)) {
            snprintf(why, why_size, "%s is named twice", device->name);
            return false;
        }
        devices.count++;
        text += end;
        if (*text == '\0')
            break;
    }
    *out_devices = devices;
    return true;
}
