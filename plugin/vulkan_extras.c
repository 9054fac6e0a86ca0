// SPDX-License-Identifier: Apache-2.0
#include "vulkan_extras.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "artem/cuda.h"
#include "artem/log.h"

// Of an instance of 1.0, so that its devices can be asked for their UUIDs.
static const char *const instance_extensions[] = {
    VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME,
    VK_KHR_EXTERNAL_MEMORY_CAPABILITIES_EXTENSION_NAME,
    VK_KHR_EXTERNAL_SEMAPHORE_CAPABILITIES_EXTENSION_NAME,
};
enum { INSTANCE_EXTENSIONS = sizeof instance_extensions / sizeof instance_extensions[0], LIST_MAX = 4096 };

// The place of a name in a list, or -1.
static int find_name(const char *const *names, uint32_t count, const char *extension)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(names[i], extension) == 0)
            return (int)i;
    return -1;
}

// Notes in a mask which of the wanted names has been met: lists may have one of them twice.
static void note_name(const char *const *wanted, uint32_t count, const char *name, uint32_t *found)
{
    const int i = find_name(wanted, count, name);

    if (i >= 0)
        *found |= 1u << i;
}

// Room for so many more names after the app's.
static const char **copy_names(const char *const *names, uint32_t count, uint32_t more)
{
    const char **copy = calloc((size_t)count + more, sizeof *copy);

    for (uint32_t i = 0; i < count && copy != NULL; i++)
        copy[i] = names[i];
    return copy;
}

static bool wants_backend(const struct artem_settings *settings, const char *name)
{
    return settings->enabled && (strcmp(settings->backend, name) == 0 || strcmp(settings->backend, "auto") == 0);
}

// `uuid` NULL: on any device. Opens CUDA's libraries: to be asked last.
static bool has_cuda(const uint8_t *uuid)
{
    char why[512];

    if (artem_cuda_probe(uuid, NULL, why, sizeof why) == ARTEM_OK)
        return true;
    artem_log(ARTEM_LOG_DEBUG, "no CUDA: %s", why);
    return false;
}

// ---- Instances ----

static bool offers(PFN_vkGetInstanceProcAddr get)
{
    const PFN_vkEnumerateInstanceExtensionProperties enumerate =
        (PFN_vkEnumerateInstanceExtensionProperties)get(NULL, "vkEnumerateInstanceExtensionProperties");
    VkExtensionProperties *list = NULL;
    uint32_t count = 0, found = 0;

    if (enumerate != NULL && enumerate(NULL, &count, NULL) == VK_SUCCESS && count > 0)
        list = calloc(count, sizeof *list);
    if (list != NULL && enumerate(NULL, &count, list) >= 0)
        for (uint32_t i = 0; i < count; i++)
            note_name(instance_extensions, INSTANCE_EXTENSIONS, list[i].extensionName, &found);
    free(list);
    return found == (1u << INSTANCE_EXTENSIONS) - 1;
}

bool layer_extras_add_to_instance(struct layer_instance *instance, const XrVulkanInstanceCreateInfoKHR *info,
                                  struct layer_extras_instance *out_changed)
{
    const VkInstanceCreateInfo *old = info->vulkanCreateInfo;
    const uint32_t version = old->pApplicationInfo != NULL ? old->pApplicationInfo->apiVersion : 0;
    struct artem_settings settings;

    artem_config_get(instance->config, &settings);
    if (version >= VK_API_VERSION_1_1 || info->pfnGetInstanceProcAddr == NULL || !wants_backend(&settings, "cuda") ||
        !offers(info->pfnGetInstanceProcAddr) || !has_cuda(NULL))
        return false;
    *out_changed = (struct layer_extras_instance){*old, NULL};
    out_changed->names = copy_names(old->ppEnabledExtensionNames, old->enabledExtensionCount, INSTANCE_EXTENSIONS);
    if (out_changed->names == NULL)
        return false;
    for (int i = 0; i < INSTANCE_EXTENSIONS; i++)
        if (find_name(old->ppEnabledExtensionNames, old->enabledExtensionCount, instance_extensions[i]) < 0)
            out_changed->names[out_changed->info.enabledExtensionCount++] = instance_extensions[i];
    out_changed->info.ppEnabledExtensionNames = out_changed->names;
    return true;
}

void layer_extras_end_instance(struct layer_extras_instance *changed)
{
    free((void *)changed->names);
}

// ---- Devices ----

// What the app's own structures say of a feature.
enum wish { WISH_NONE, WISH_OFF, WISH_ON };

static enum wish find_dot(const VkDeviceCreateInfo *info)
{
    for (const VkBaseInStructure *next = info->pNext; next != NULL; next = next->pNext) {
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES)
            return ((const VkPhysicalDeviceVulkan13Features *)next)->shaderIntegerDotProduct ? WISH_ON : WISH_OFF;
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR)
            return ((const VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR *)next)->shaderIntegerDotProduct
                       ? WISH_ON
                       : WISH_OFF;
    }
    return WISH_NONE;
}

static enum wish find_timeline(const VkDeviceCreateInfo *info)
{
    for (const VkBaseInStructure *next = info->pNext; next != NULL; next = next->pNext) {
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES)
            return ((const VkPhysicalDeviceVulkan12Features *)next)->timelineSemaphore ? WISH_ON : WISH_OFF;
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES_KHR)
            return ((const VkPhysicalDeviceTimelineSemaphoreFeaturesKHR *)next)->timelineSemaphore ? WISH_ON : WISH_OFF;
    }
    return WISH_NONE;
}

struct layer_extras layer_extras_of_app(const VkDeviceCreateInfo *info)
{
    return (struct layer_extras){
        .dot = find_dot(info) == WISH_ON,
        .clock = find_name(info->ppEnabledExtensionNames, info->enabledExtensionCount, vulkan_clock_extension) >= 0,
    };
}

// Also the queues, which are to be ended.
static struct layer_extras choose(struct layer_instance *instance, const struct layer_vulkan_origin *origin,
                                  VkPhysicalDevice physical, const VkDeviceCreateInfo *info,
                                  struct layer_queues *out_queues)
{
    struct layer_extras extras = layer_extras_of_app(info);
    struct artem_settings settings;
    uint8_t uuid[VK_UUID_SIZE];

    *out_queues = (struct layer_queues){.count = 0};
    if (origin == NULL || origin->get_instance_proc_addr == NULL)
        return extras;
    artem_config_get(instance->config, &settings);
    const bool may_compute = wants_backend(&settings, "vulkan") || wants_backend(&settings, "cuda"); // falls back to it
    if (find_dot(info) == WISH_NONE && may_compute)
        extras.dot = vulkan_wants_dot(origin->get_instance_proc_addr, origin->instance, origin->version, physical);
    if (origin->identifies && wants_backend(&settings, "cuda") &&
        vulkan_find_uuid(origin->get_instance_proc_addr, origin->instance, physical, uuid) && has_cuda(uuid))
        extras.sharing = vulkan_find_sharing(origin->get_instance_proc_addr, origin->instance, physical);
    if (extras.sharing == VULKAN_SHARING_TIMELINE && find_timeline(info) == WISH_OFF)
        extras.sharing = VULKAN_SHARING_BINARY; // its own structure says no, and may be larger than we know
    // CUDA has streams of its own.
    if (may_compute && extras.sharing == VULKAN_SHARING_NONE &&
        layer_queues_add(origin->get_instance_proc_addr, origin->instance, physical, info, out_queues))
        extras.async = out_queues->async;
    if (origin->identifies && settings.enabled) // the extension needs as much of the instance
        extras.clock = extras.clock || vulkan_has_clock(origin->get_instance_proc_addr, origin->instance, physical);
    return extras;
}

static void add_name(struct layer_extras_device *changed, const char *name)
{
    if (find_name(changed->names, changed->info.enabledExtensionCount, name) < 0)
        changed->names[changed->info.enabledExtensionCount++] = name;
}

bool layer_extras_add_to_device(struct layer_instance *instance, const struct layer_vulkan_origin *origin,
                                VkPhysicalDevice physical, const VkDeviceCreateInfo *old,
                                struct layer_extras_device *out_changed)
{
    struct layer_extras_device *c = out_changed;
    const struct layer_extras extras = choose(instance, origin, physical, old, &c->queues);
    const bool adds_dot = extras.dot && find_dot(old) == WISH_NONE;
    const bool adds_timeline = extras.sharing == VULKAN_SHARING_TIMELINE && find_timeline(old) == WISH_NONE;
    const bool adds_clock = extras.clock && !layer_extras_of_app(old).clock;

    c->names = NULL;
    if (!adds_dot && extras.sharing == VULKAN_SHARING_NONE && !adds_clock && !extras.async.has)
        return false;
    c->info = *old;
    c->extras = extras;
    c->names = copy_names(old->ppEnabledExtensionNames, old->enabledExtensionCount, vulkan_sharing_extension_count + 3);
    if (c->names == NULL) {
        layer_extras_end_device(c);
        return false;
    }
    if (extras.async.has) {
        c->info.queueCreateInfoCount = c->queues.count;
        c->info.pQueueCreateInfos = c->queues.infos;
    }
    c->info.ppEnabledExtensionNames = c->names;
    if (adds_dot) {
        c->dot = (VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR){
            .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR,
            .pNext = (void *)c->info.pNext,
            .shaderIntegerDotProduct = VK_TRUE,
        };
        c->info.pNext = &c->dot;
        add_name(c, VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME);
    }
    if (adds_clock)
        add_name(c, vulkan_clock_extension);
    if (extras.sharing != VULKAN_SHARING_NONE)
        for (uint32_t i = 0; i < vulkan_sharing_extension_count; i++)
            add_name(c, vulkan_sharing_extensions[i]);
    if (adds_timeline) {
        c->timeline = (VkPhysicalDeviceTimelineSemaphoreFeaturesKHR){
            .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES_KHR,
            .pNext = (void *)c->info.pNext,
            .timelineSemaphore = VK_TRUE,
        };
        c->info.pNext = &c->timeline;
    }
    if (extras.sharing == VULKAN_SHARING_TIMELINE)
        add_name(c, vulkan_timeline_extension);
    return true;
}

bool layer_extras_drop_queue(const VkDeviceCreateInfo *old, struct layer_extras_device *changed)
{
    if (!changed->extras.async.has)
        return false;
    changed->extras.async.has = false;
    changed->info.queueCreateInfoCount = old->queueCreateInfoCount;
    changed->info.pQueueCreateInfos = old->pQueueCreateInfos;
    return changed->info.pNext != old->pNext || changed->info.enabledExtensionCount != old->enabledExtensionCount;
}

void layer_extras_end_device(struct layer_extras_device *changed)
{
    free((void *)changed->names);
    layer_queues_end(&changed->queues);
}

// ---- XR_KHR_vulkan_enable ----

typedef XrResult(XRAPI_PTR *pfn_get_names)(XrInstance instance, XrSystemId system, uint32_t capacity, uint32_t *count,
                                           char *names);

// Whether the runtime's list has all of them; names are separated by spaces.
static bool demands(struct layer_instance *instance, pfn_get_names get, XrSystemId system, const char *const *wanted,
                    uint32_t count)
{
    char names[LIST_MAX];
    uint32_t size = 0, found = 0;
    char *rest = names;

    if (get == NULL || XR_FAILED(get(instance->handle, system, sizeof names, &size, names)))
        return false;
    for (const char *name = strtok_r(names, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest))
        note_name(wanted, count, name, &found);
    return found == (1u << count) - 1;
}

enum vulkan_sharing layer_extras_of_runtime(struct layer_instance *instance, XrSystemId system, VkInstance vulkan,
                                            VkPhysicalDevice physical)
{
    const struct layer_next *next = &instance->next;
    PFN_vkGetInstanceProcAddr get;
    enum vulkan_sharing sharing = VULKAN_SHARING_NONE;
    struct artem_settings settings;
    void *library;

    artem_config_get(instance->config, &settings);
    if ((!wants_backend(&settings, "cuda") && !wants_backend(&settings, "vulkan")) ||
        !demands(instance, next->xrGetVulkanInstanceExtensionsKHR, system, instance_extensions, INSTANCE_EXTENSIONS) ||
        !demands(instance, next->xrGetVulkanDeviceExtensionsKHR, system, vulkan_sharing_extensions,
                 vulkan_sharing_extension_count))
        return VULKAN_SHARING_NONE;
    library = dlopen("libvulkan.so.1", RTLD_NOLOAD | RTLD_NOW); // the app has one, as vk_device.c supposes
    get = library != NULL ? (PFN_vkGetInstanceProcAddr)dlsym(library, "vkGetInstanceProcAddr") : NULL;
    if (get != NULL && vulkan_find_sharing(get, vulkan, physical) != VULKAN_SHARING_NONE)
        sharing = VULKAN_SHARING_BINARY;
    if (library != NULL)
        dlclose(library);
    return sharing;
}
