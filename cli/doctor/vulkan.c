// SPDX-License-Identifier: Apache-2.0
// Vulkan devices and what of their abilities the layer uses. In a child, since drivers crash.
#include <stdio.h>
#include <string.h>

#include "artem_vk/device.h"
#include "doctor.h"
#include "session.h"
#include "vulkan_devices.h"

static const char check[] = "graphics";

static size_t try_device(const void *user, void *answer, size_t size)
{
    struct vulkan_own_device *own = NULL;
    char *text = answer;

    (void)user;
    if (vulkan_own_device_create(ARTEM_LOG_DEBUG, &own) != ARTEM_OK)
        return (size_t)snprintf(text, size, "-");
    const struct vulkan_device *device = vulkan_own_device_get(own);
    return (size_t)snprintf(text, size, "%c%s", device->type == VK_PHYSICAL_DEVICE_TYPE_CPU ? 'c' : 'g', device->name);
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
    struct doctor_gpus gpus;
    char answer[512];

    if (doctor_ask_child(doctor_list_gpus, NULL, &gpus, sizeof gpus) == sizeof gpus)
        for (uint32_t i = 0; i < gpus.count; i++)
            tell_device(doctor, &gpus.gpu[i]);
    const size_t length = doctor_ask_child(try_device, NULL, answer, sizeof answer - 1);
    answer[length < sizeof answer ? length : sizeof answer - 1] = '\0';
    if (length == 0)
        doctor_say(doctor, check, DOCTOR_BAD, "reinstall or update the GPU's driver; try others by VK_DRIVER_FILES",
                   "a Vulkan driver crashes or hangs");
    else if (answer[0] == '-')
        doctor_say(doctor, check, DOCTOR_BAD,
                   "install a Vulkan driver (Debian, Ubuntu: mesa-vulkan-drivers, or the GPU maker's)",
                   "there is no Vulkan device: no app can be painted");
    else if (answer[0] == 'c')
        doctor_say(doctor, check, DOCTOR_NOTE, "install the GPU's own Vulkan driver, if there is a GPU",
                   "Vulkan: %s, which is software: backend = auto takes the CPU", answer + 1);
    else
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "Vulkan: %s", answer + 1);
}
