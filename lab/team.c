// SPDX-License-Identifier: Apache-2.0
#include "team.h"

#include <stdio.h>
#include <string.h>

bool lab_team_check(const char *list, char *why, size_t why_size)
{
    struct artem_devices devices;

    if (!artem_devices_parse(list, &devices, why, why_size))
        return false;
    for (uint32_t i = 0; i < devices.count; i++)
        if (devices.device[i].kind != ARTEM_DEVICE_CPU) {
            snprintf(why, why_size, "%s has no float network, only cpu:N have", devices.device[i].name);
            return false;
        }
    return true;
}

enum artem_result lab_team_create(const char *list, uint32_t threads, struct lab_team *team)
{
    struct artem_devices devices;
    char why[128];

    memset(team, 0, sizeof *team);
    if (!artem_devices_parse(list, &devices, why, sizeof why))
        return ARTEM_ERROR_ARGUMENT;
    for (uint32_t i = 0; i < devices.count; i++) {
        struct lab_member *member = &team->member[i];
        memcpy(member->name, devices.device[i].name, sizeof member->name);
        member->worker = lab_worker_create(i, devices.count, lab_worker_threads(threads, devices.count));
        team->count = i + 1;
        if (member->worker == NULL) {
            lab_team_destroy(team);
            return ARTEM_ERROR_MEMORY;
        }
    }
    return ARTEM_OK;
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
    for (uint32_t i = 0; i < team->count; i++)
        lab_worker_destroy(&team->member[i].worker);
    team->count = 0;
}
