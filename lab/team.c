// SPDX-License-Identifier: Apache-2.0
#include "team.h"

#include <stdio.h>
#include <string.h>

#include "cuda_device.h"

bool lab_team_check(const char *list, char *why, size_t why_size)
{
    struct artem_devices devices;

    if (!artem_devices_parse(list, &devices, why, why_size))
        return false;
    for (uint32_t i = 0; i < devices.count; i++)
        if (devices.device[i].kind == ARTEM_DEVICE_VULKAN) {
            snprintf(why, why_size, "%s has no float network, only cpu:N and cuda:N have", devices.device[i].name);
            return false;
        }
    return true;
}

// A thread of a CUDA device's own waits most of the time, and may do so anywhere.
static enum artem_result create_member(const struct artem_device *device, uint32_t share, uint32_t shares,
                                       uint32_t threads, struct lab_member *member)
{
    memcpy(member->name, device->name, sizeof member->name);
    if (device->kind == ARTEM_DEVICE_CUDA) {
        const enum artem_result result = lab_cuda_open(device->index, &member->cuda);
        if (result != ARTEM_OK)
            return result;
        member->worker = lab_worker_create(0, 1, 1);
    } else {
        member->worker = lab_worker_create(share, shares, lab_worker_threads(threads, shares));
    }
    return member->worker != NULL ? ARTEM_OK : ARTEM_ERROR_MEMORY;
}

enum artem_result lab_team_create(const char *list, uint32_t threads, struct lab_team *team)
{
    struct artem_devices devices;
    enum artem_result result = ARTEM_OK;
    uint32_t shares = 0, share = 0;
    char why[128];

    memset(team, 0, sizeof *team);
    if (!artem_devices_parse(list, &devices, why, sizeof why))
        return ARTEM_ERROR_ARGUMENT;
    for (uint32_t i = 0; i < devices.count; i++)
        shares += devices.device[i].kind == ARTEM_DEVICE_CPU;
    for (uint32_t i = 0; i < devices.count && result == ARTEM_OK; i++) {
        team->count = i + 1;
        result = create_member(&devices.device[i], share, shares, threads, &team->member[i]);
        share += devices.device[i].kind == ARTEM_DEVICE_CPU;
    }
    if (result != ARTEM_OK)
        lab_team_destroy(team);
    return result;
}

uint32_t lab_team_usable(const struct lab_team *team)
{
    uint32_t usable = 0;

    for (uint32_t i = 0; i < team->count; i++)
        usable += !team->member[i].failed;
    return usable;
}

void lab_team_describe(const struct lab_team *team, char *out, size_t size)
{
    uint64_t all = 0;
    size_t length = 0;

    *out = '\0';
    for (uint32_t i = 0; i < team->count; i++)
        all += team->member[i].tiles;
    for (uint32_t i = 0; i < team->count && all > 0 && length < size; i++)
        length += (size_t)snprintf(out + length, size - length, "%s%s %.0f %%%s", i > 0 ? ", " : "",
                                   team->member[i].name, 100 * (double)team->member[i].tiles / (double)all,
                                   team->member[i].failed ? " (failed)" : "");
}

void lab_team_destroy(struct lab_team *team)
{
    for (uint32_t i = 0; i < team->count; i++) {
        lab_worker_destroy(&team->member[i].worker);
        lab_cuda_close(&team->member[i].cuda);
    }
    team->count = 0;
}
