// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include "artem_vk/device.h"
#include "doctor.h"

static const char check[] = "graphics";

void doctor_check_vulkan(struct doctor *doctor)
{
    struct vulkan_own_device *own = NULL;

    if (vulkan_own_device_create(ARTEM_LOG_ERROR, &own) != ARTEM_OK) {
        doctor_say(doctor, check, DOCTOR_BAD,
                   "install a Vulkan driver (Debian, Ubuntu: mesa-vulkan-drivers, or the GPU maker's)",
                   "there is no Vulkan device: no app can be painted");
    } else {
        const struct vulkan_device *device = vulkan_own_device_get(own);
        const bool software = device->type == VK_PHYSICAL_DEVICE_TYPE_CPU;
        doctor_say(doctor, check, software ? DOCTOR_NOTE : DOCTOR_GOOD,
                   software ? "install the GPU's own Vulkan driver, if there is a GPU" : NULL, "Vulkan: %s%s%s",
                   device->name, software ? ", which is software: backend = auto takes the CPU" : "",
                   device->dot ? ", with integer dot products" : "");
    }
    vulkan_own_device_destroy(&own);
    void *cuda = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
    doctor_say(doctor, check, DOCTOR_GOOD, NULL,
               cuda != NULL ? "CUDA's driver is there (not used by this version)" : "no CUDA driver (not needed)");
    if (cuda != NULL)
        dlclose(cuda);
}
