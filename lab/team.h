// SPDX-License-Identifier: Apache-2.0
// Devices that share the tiles of an optimisation: each takes the next tile when it is done with one, so that it gets
// as many as its speed allows. One that fails is not used again, and its tiles go to the others.
#ifndef ARTEM_LAB_TEAM_H
#define ARTEM_LAB_TEAM_H

#include <stdbool.h>
#include <stddef.h>

#include "artem/devices.h"
#include "worker.h"

struct cuda_device;

struct lab_team {
    uint32_t count;
    struct lab_member {
        char name[ARTEM_DEVICE_NAME_MAX];
        struct lab_worker *worker;
        struct cuda_device *cuda; // NULL: processors
        bool failed;
        uint64_t tiles; // that it has done
    } member[ARTEM_DEVICES_MAX];
};

// For a list as in devices.h, of cpu:N and cuda:N. The former share the processors and `threads` (0: one per processor)
// evenly. False with `why`.
bool lab_team_check(const char *list, char *why, size_t why_size);
// The list has been checked. A device that is not there is an error, after a message in the log.
enum artem_result lab_team_create(const char *list, uint32_t threads, struct lab_team *out_team);
uint32_t lab_team_usable(const struct lab_team *team);
// "cpu:0 60 %, cpu:1 40 %" of the tiles.
void lab_team_describe(const struct lab_team *team, char *out, size_t size);
void lab_team_destroy(struct lab_team *team); // also a zeroed one

#endif
