// SPDX-License-Identifier: Apache-2.0
// Vulkan devices and what of their abilities the layer uses. In a child, since drivers crash.
#include <stdio.h>
#include <string.h>

#include "artem_vk/device.h"
#include "doctor.h"
#include "session.h"
#include "vulkan_devices.h"

static const char check[] = "graphics";

// All devices, and the one that commands would use.
struct answer {
    struct doctor_gpus gpus;
    bool usable, software;
    char name[256];
};

static size_t look(const void *user, void *memory, size_t size)
{
    struct vulkan_own_device *own = NULL;
    struct answer *answer = memory;

    (void)user;
    (void)size;
    memset(answer, 0, sizeof *answer);
    doctor_list_gpus(&answer->gpus);
    if (vulkan_own_device_create(ARTEM_LOG_DEBUG, 0, &own) != ARTEM_OK)
        return sizeof *answer;
    const struct vulkan_device *device = vulkan_own_device_get(own);
    answer->usable = true;
    answer->software = device->type == VK_PHYSICAL_DEVICE_TYPE_CPU;
    snprintf(answer->name, sizeof answer->name, "%s", device->name);
    return sizeof *answer;
}

static void tell_device(struct doctor *doctor, const struct doctor_gpu *gpu)
{
    doctor_say(doctor, check, DOCTOR_GOOD, NULL,
               "device %s, Vulkan %u.%u: timeline semaphores %s, integer dot products %s, memory for CUDA %s",
               gpu->name, VK_API_VERSION_MAJOR(gpu->version), VK_API_VERSION_MINOR(gpu->version),
               gpu->timeline ? "yes" : "no", gpu->dot ? "yes" : "no",
               gpu->external_memory && gpu->external_semaphore ? "yes" : "no");
}

void doctor_check_vulkan(struct doctor *doctor)
{
    struct answer answer;

    if (doctor_ask_child(look, NULL, &answer, sizeof answer) != sizeof answer) {
        doctor_say(doctor, check, DOCTOR_BAD, "reinstall or update the GPU's driver; try others by VK_DRIVER_FILES",
                   "a Vulkan driver crashes or hangs");
        return;
    }
    for (uint32_t i = 0; i < answer.gpus.count; i++)
        tell_device(doctor, &answer.gpus.gpu[i]);
    if (!answer.usable)
        doctor_say(doctor, check, DOCTOR_BAD,
                   "install a Vulkan driver (Debian, Ubuntu: mesa-vulkan-drivers, or the GPU maker's)",
                   "there is no Vulkan device: no app can be painted");
    else if (answer.software)
        doctor_say(doctor, check, DOCTOR_NOTE, "install the GPU's own Vulkan driver, if there is a GPU",
                   "Vulkan: %s, which is software: backend = auto takes the CPU", answer.name);
    else
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "Vulkan: %s", answer.name);
}
