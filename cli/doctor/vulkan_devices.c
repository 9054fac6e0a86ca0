// SPDX-License-Identifier: Apache-2.0
#include "vulkan_devices.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#define FUNCTIONS(X)                                                                                                   \
    X(vkEnumeratePhysicalDevices)                                                                                      \
    X(vkGetPhysicalDeviceProperties)                                                                                   \
    X(vkEnumerateDeviceExtensionProperties)

struct vulkan {
    VkInstance instance;
#define X(name) PFN_##name name;
    FUNCTIONS(X)
#undef X
};

static bool open_vulkan(struct vulkan *v)
{
    void *library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
    const PFN_vkGetInstanceProcAddr get =
        library != NULL ? (PFN_vkGetInstanceProcAddr)dlsym(library, "vkGetInstanceProcAddr") : NULL;
    const PFN_vkCreateInstance create = get != NULL ? (PFN_vkCreateInstance)get(NULL, "vkCreateInstance") : NULL;
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};

    if (create == NULL || create(&info, NULL, &v->instance) != VK_SUCCESS)
        return false;
#define X(name)                                                                                                        \
    v->name = (PFN_##name)get(v->instance, #name);                                                                     \
    if (v->name == NULL)                                                                                               \
        return false;
    FUNCTIONS(X)
#undef X
    return true;
}

static void look_at(const struct vulkan *v, VkPhysicalDevice device, struct doctor_gpu *gpu)
{
    const struct {
        const char *name;
        bool *has;
        uint32_t core; // since when it is part of Vulkan
    } wanted[] = {
        {VK_KHR_TIMELINE_SEMAPHORE_EXTENSION_NAME, &gpu->timeline, VK_API_VERSION_1_2},
        {VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME, &gpu->dot, VK_MAKE_API_VERSION(0, 1, 3, 0)},
        {VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME, &gpu->external_memory, UINT32_MAX},
        {VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME, &gpu->external_semaphore, UINT32_MAX},
    };
    VkPhysicalDeviceProperties properties;
    uint32_t count = 0;

    v->vkGetPhysicalDeviceProperties(device, &properties);
    memcpy(gpu->name, properties.deviceName, sizeof gpu->name);
    gpu->version = properties.apiVersion;
    v->vkEnumerateDeviceExtensionProperties(device, NULL, &count, NULL);
    VkExtensionProperties *list = calloc(count > 0 ? count : 1, sizeof *list);
    if (list == NULL || v->vkEnumerateDeviceExtensionProperties(device, NULL, &count, list) < 0)
        count = 0;
    for (size_t k = 0; k < sizeof wanted / sizeof wanted[0]; k++) {
        *wanted[k].has = properties.apiVersion >= wanted[k].core;
        for (uint32_t i = 0; i < count && !*wanted[k].has; i++)
            *wanted[k].has = strcmp(list[i].extensionName, wanted[k].name) == 0;
    }
    free(list);
}

void doctor_list_gpus(struct doctor_gpus *gpus)
{
    VkPhysicalDevice devices[DOCTOR_GPUS_MAX];
    uint32_t count = DOCTOR_GPUS_MAX;
    struct vulkan v = {0};

    memset(gpus, 0, sizeof *gpus);
    if (!open_vulkan(&v) || v.vkEnumeratePhysicalDevices(v.instance, &count, devices) < 0)
        return;
    gpus->count = count;
    for (uint32_t i = 0; i < count; i++)
        look_at(&v, devices[i], &gpus->gpu[i]);
}
