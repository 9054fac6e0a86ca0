// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_CLI_DOCTOR_VULKAN_DEVICES_H
#define ARTEM_CLI_DOCTOR_VULKAN_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

enum { DOCTOR_GPUS_MAX = 8 };

struct doctor_gpu {
    char name[256];
    uint32_t version;
    bool timeline, dot;                       // that the layer uses where it may
    bool external_memory, external_semaphore; // by file descriptor
};

struct doctor_gpus {
    uint32_t count;
    struct doctor_gpu gpu[DOCTOR_GPUS_MAX];
};

// In a process of its own: drivers may crash or hang.
void doctor_list_gpus(struct doctor_gpus *out_gpus);

#endif
