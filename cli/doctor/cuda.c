// SPDX-License-Identifier: Apache-2.0
// CUDA's driver, opened as the layer would: in a child, since it may crash or hang where its kernel module is gone.
#include <dlfcn.h>
#include <stdio.h>

#include "doctor.h"

static const char check[] = "graphics";

enum { MAJOR = 75, MINOR = 76 }; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_...

#define FUNCTIONS(X)                                                                                                   \
    X(cuInit, (unsigned))                                                                                              \
    X(cuDriverGetVersion, (int *))                                                                                     \
    X(cuDeviceGetCount, (int *))                                                                                       \
    X(cuDeviceGet, (int *, int))                                                                                       \
    X(cuDeviceGetName, (char *, int, int))                                                                             \
    X(cuDeviceGetAttribute, (int *, int, int))

// '+', '-' or '?' (there is none), and a line.
static size_t look(const void *user, void *answer, size_t size)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    int version = 0, count = 0, device, major = 0, minor = 0, error;
    char name[128] = "";

    (void)user;
    if (library == NULL)
        return (size_t)snprintf(answer, size, "?");
#define X(function, arguments)                                                                                         \
    int(*function) arguments = (int(*) arguments)dlsym(library, #function);                                            \
    if (function == NULL)                                                                                              \
        return (size_t)snprintf(answer, size, "-libcuda.so.1 has no " #function);
    FUNCTIONS(X)
#undef X
    error = cuInit(0);
    if (error != 0)
        return (size_t)snprintf(answer, size, "-CUDA's driver does not start (error %d)", error);
    cuDriverGetVersion(&version);
    cuDeviceGetCount(&count);
    if (count == 0 || cuDeviceGet(&device, 0) != 0)
        return (size_t)snprintf(answer, size, "-CUDA's driver has no device");
    cuDeviceGetName(name, sizeof name, device);
    cuDeviceGetAttribute(&major, MAJOR, device);
    cuDeviceGetAttribute(&minor, MINOR, device);

    return (size_t)snprintf(answer, size, "+CUDA %d.%d: %s, compute capability %d.%d%s", version / 1000,
                            version % 1000 / 10, name, major, minor, count > 1 ? ", and more devices" : "");
}

void doctor_check_cuda(struct doctor *doctor)
{
    char answer[512];
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
