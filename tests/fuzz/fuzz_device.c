// SPDX-License-Identifier: Apache-2.0
// The structures of xrCreateVulkanDeviceKHR with any chain: what the runtime gets is what the app said, plus the one
// feature and extension at most; a device that cannot be made so is asked for as the app did; the app's own structures
// stay as they were.
#include <string.h>

#include "fuzz.h"
#include "layer.h"
#include "vk_shaders.h"

enum { NAMES_MAX = 8, ARENA = 1 << 14 };

struct layer_instance *__wrap_layer_active(void);
bool __wrap_vulkan_wants_dot(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance, uint32_t version,
                             VkPhysicalDevice physical_device);

static struct layer_instance instance;
static struct layer_vulkan_origin origin;
static _Alignas(16) uint8_t arena[ARENA], before[ARENA];
static size_t used;
static const XrVulkanDeviceCreateInfoKHR *asked;
static unsigned calls, refusals; // how many of the next calls fail

static const char dot_name[] = VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME;

struct layer_instance *__wrap_layer_active(void)
{
    return &instance;
}

bool __wrap_vulkan_wants_dot(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance vulkan_instance,
                             uint32_t version, VkPhysicalDevice physical_device)
{
    (void)get_instance_proc_addr, (void)vulkan_instance, (void)version, (void)physical_device;
    return true;
}

static bool lists(const VkDeviceCreateInfo *info, const char *name)
{
    for (uint32_t i = 0; i < info->enabledExtensionCount; i++)
        if (strcmp(info->ppEnabledExtensionNames[i], name) == 0)
            return true;
    return false;
}

// Not by memcmp: what lies between members may have any value.
static bool same_info(const XrVulkanDeviceCreateInfoKHR *a, const XrVulkanDeviceCreateInfoKHR *b)
{
    return a->type == b->type && a->next == b->next && a->systemId == b->systemId && a->createFlags == b->createFlags &&
           a->pfnGetInstanceProcAddr == b->pfnGetInstanceProcAddr &&
           a->vulkanPhysicalDevice == b->vulkanPhysicalDevice && a->vulkanAllocator == b->vulkanAllocator;
}

static bool same_device(const VkDeviceCreateInfo *a, const VkDeviceCreateInfo *b)
{
    return a->sType == b->sType && a->flags == b->flags && a->queueCreateInfoCount == b->queueCreateInfoCount &&
           a->pQueueCreateInfos == b->pQueueCreateInfos && a->enabledLayerCount == b->enabledLayerCount &&
           a->ppEnabledLayerNames == b->ppEnabledLayerNames && a->pEnabledFeatures == b->pEnabledFeatures;
}

static void check_addition(const XrVulkanDeviceCreateInfoKHR *info)
{
    const VkDeviceCreateInfo *app = asked->vulkanCreateInfo, *got = info->vulkanCreateInfo;
    const VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR *feature = got->pNext;

    FUZZ_REQUIRE(same_info(info, asked) && same_device(got, app));
    FUZZ_REQUIRE(feature->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR &&
                 feature->pNext == app->pNext);
    FUZZ_REQUIRE(got->enabledExtensionCount == app->enabledExtensionCount + !lists(app, dot_name));
    for (uint32_t i = 0; i < app->enabledExtensionCount; i++)
        FUZZ_REQUIRE(got->ppEnabledExtensionNames[i] == app->ppEnabledExtensionNames[i]);
    FUZZ_REQUIRE(lists(got, dot_name));
    // A structure may stand in a chain once only.
    for (const VkBaseInStructure *next = app->pNext; next != NULL; next = next->pNext)
        FUZZ_REQUIRE(next->sType != feature->sType &&
                     next->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES);
}

static XrResult XRAPI_CALL create_device(XrInstance handle, const XrVulkanDeviceCreateInfoKHR *info, VkDevice *device,
                                         VkResult *vulkan_result)
{
    (void)handle;
    if (info != asked)
        check_addition(info);
    calls++;
    *vulkan_result = VK_SUCCESS;
    if (refusals > 0) {
        if (--refusals % 2 == 0)
            return XR_ERROR_RUNTIME_FAILURE;
        *vulkan_result = VK_ERROR_FEATURE_NOT_PRESENT;
        return XR_SUCCESS;
    }
    *device = (VkDevice)(uintptr_t)16;
    return XR_SUCCESS;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char nowhere[] = "/nonexistent/artem.conf";

    (void)argc, (void)argv;
    origin.get_instance_proc_addr = (PFN_vkGetInstanceProcAddr)(uintptr_t)1; // only looked at
    instance.next.xrCreateVulkanDeviceKHR = create_device;
    pthread_mutex_init(&instance.mutex, NULL);
    FUZZ_REQUIRE(artem_config_open(&(struct artem_config_params){.path = nowhere}, &instance.config) == ARTEM_OK);
    return 0;
}

static void *place(size_t size)
{
    void *at = arena + used;

    used += (size + 15) & ~(size_t)15;
    FUZZ_REQUIRE(used <= ARENA);
    return at;
}

static void *take_chain(struct fuzz_input *in)
{
    static const uint32_t known[] = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
                                     VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
                                     VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES,
                                     VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR,
                                     VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
    void *next = NULL;

    for (unsigned count = fuzz_take8(in) % 8; count > 0; count--) {
        const uint8_t kind = fuzz_take8(in);
        uint8_t *base = place(sizeof(VkPhysicalDeviceFeatures2)); // the largest of them

        ((VkBaseOutStructure *)base)->sType = (VkStructureType)(kind < 200 ? known[kind % 5] : fuzz_take32(in));
        ((VkBaseOutStructure *)base)->pNext = next;
        for (size_t i = sizeof(VkBaseOutStructure); i < sizeof(VkPhysicalDeviceFeatures2); i += 4)
            base[i] = kind & 1;
        next = base;
    }
    return next;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"VK_KHR_swapchain", dot_name, "VK_KHR_timeline_semaphore", ""};
    struct fuzz_input in = {data, size};
    VkResult vulkan_result = VK_NOT_READY;
    VkDevice device = VK_NULL_HANDLE;

    memset(arena, 0, used);
    used = 0;
    XrVulkanDeviceCreateInfoKHR *info = place(sizeof *info);
    VkDeviceCreateInfo *vulkan = place(sizeof *vulkan);
    info->type = XR_TYPE_VULKAN_DEVICE_CREATE_INFO_KHR;
    info->next = take_chain(&in); // of another kind of structure, but only the runtime looks into it
    info->createFlags = fuzz_take32(&in);
    info->vulkanCreateInfo = vulkan;
    vulkan->sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
    vulkan->pNext = take_chain(&in);
    vulkan->flags = fuzz_take32(&in);
    vulkan->enabledExtensionCount = fuzz_take8(&in) % (NAMES_MAX + 1);
    const char **list = place(NAMES_MAX * sizeof *list);
    for (uint32_t i = 0; i < vulkan->enabledExtensionCount; i++)
        list[i] = names[fuzz_take8(&in) % 4];
    vulkan->ppEnabledExtensionNames = list;
    const unsigned fail = refusals = fuzz_take8(&in) % 3;
    asked = info;
    calls = 0;
    instance.origins = &origin;
    memcpy(before, arena, used);

    const XrResult result = layer_xrCreateVulkanDeviceKHR(XR_NULL_HANDLE, info, &device, &vulkan_result);
    FUZZ_REQUIRE(memcmp(before, arena, used) == 0);
    FUZZ_REQUIRE(calls == 1 || calls == 2);
    if (XR_SUCCEEDED(result) && vulkan_result == VK_SUCCESS)
        FUZZ_REQUIRE(device != VK_NULL_HANDLE);
    else
        FUZZ_REQUIRE(fail >= calls); // only by a refusal of what the app itself asked for
    instance.origins = NULL;         // not from the heap
    layer_forget_vulkan(&instance);
    return 0;
}
