// SPDX-License-Identifier: Apache-2.0
// CUDA: the backend's shared object, the driver, and whether its device is the one that Vulkan draws with. In a child,
// since drivers crash or hang where their kernel module is gone.
#include <dlfcn.h>
#include <stdio.h>

#include "artem/cuda.h"
#include "artem_vk/device.h"
#include "doctor.h"

static const char check[] = "graphics";

// NULL: apps' pictures are on this device, with several the one that *info is of then; else why not.
static const char *find_mismatch(struct artem_cuda_info *info)
{
    struct vulkan_own_device *own = NULL;
    uint8_t uuid[VK_UUID_SIZE];
    char why[1024];
    bool known;

    if (vulkan_own_device_create(ARTEM_LOG_DEBUG, 0, &own) != ARTEM_OK)
        return "there is no Vulkan device";
    known = vulkan_own_device_uuid(own, uuid);
    vulkan_own_device_destroy(&own);
    if (!known)
        return "the Vulkan device does not tell its UUID";
    return artem_cuda_probe(uuid, info, why, sizeof why) == ARTEM_OK ? NULL : "it is not the Vulkan device";
}

// '+', '-' or '?' (there is none), and a line.
static size_t look(const void *user, void *answer, size_t size)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    struct artem_cuda_info info;
    char why[1024];

    (void)user;
    if (library == NULL)
        return (size_t)snprintf(answer, size, "?");
    if (artem_cuda_probe(NULL, &info, why, sizeof why) != ARTEM_OK)
        return (size_t)snprintf(answer, size, "-no CUDA: %.400s", why);
    const char *mismatch = find_mismatch(&info);
    return (size_t)snprintf(
        answer, size, "%cCUDA %d.%d: %s, compute capability %d.%d, kernels: %s%s%s", mismatch == NULL ? '+' : '-',
        info.driver / 1000, info.driver % 1000 / 10, info.name, info.capability / 10, info.capability % 10, info.form,
        mismatch == NULL ? "" : ", but for pictures of files only: ", mismatch == NULL ? "" : mismatch);
}

void doctor_check_cuda(struct doctor *doctor)
{
    char answer[1024];
    const size_t length = doctor_ask_child(look, NULL, answer, sizeof answer - 1);

    answer[length < sizeof answer ? length : sizeof answer - 1] = '\0';
    if (length == 0)
        doctor_say(doctor, check, DOCTOR_NOTE, "restart, so that the driver's library and kernel module agree",
                   "CUDA's driver crashes or hangs");
    else if (answer[0] == '?')
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "no CUDA driver (not needed)");
    else
        doctor_say(doctor, check, answer[0] == '+' ? DOCTOR_GOOD : DOCTOR_NOTE,
                   answer[0] == '+' ? NULL : "see nvidia-smi; Vulkan and the CPU work without it", "%s", answer + 1);
}
