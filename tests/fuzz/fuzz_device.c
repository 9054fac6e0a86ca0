// SPDX-License-Identifier: Apache-2.0
// The structures of xrCreateVulkanDeviceKHR with any chain and queues: what the runtime gets is what the app said, plus
// the one feature and extension, and one queue that there is, at most; a device that cannot be made so is asked for as
// the app did; the app's own structures stay as they were.
#include <string.h>

#include "fuzz.h"
#include "layer.h"
#include "vk_shaders.h"

enum { NAMES_MAX = 8, ARENA = 1 << 14, FAMILIES = 3, QUEUES_MAX = 4 };

struct layer_instance *__wrap_layer_active(void);
bool __wrap_vulkan_wants_dot(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance, uint32_t version,
                             VkPhysicalDevice physical_device);

static struct layer_instance instance;
static struct layer_vulkan_origin origin;
static _Alignas(16) uint8_t arena[ARENA], before[ARENA];
static size_t used;
static const XrVulkanDeviceCreateInfoKHR *asked;
static unsigned calls, refusals; // how many of the next calls fail

static VkQueueFamilyProperties families[FAMILIES];
static unsigned queues_added;

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
    return a->sType == b->sType && a->flags == b->flags && a->enabledLayerCount == b->enabledLayerCount &&
           a->ppEnabledLayerNames == b->ppEnabledLayerNames && a->pEnabledFeatures == b->pEnabledFeatures;
}

static bool same_queues(const VkDeviceQueueCreateInfo *a, const VkDeviceQueueCreateInfo *b)
{
    return a->sType == b->sType && a->pNext == b->pNext && a->flags == b->flags &&
           a->queueFamilyIndex == b->queueFamilyIndex && a->queueCount == b->queueCount &&
           a->pQueuePriorities == b->pQueuePriorities;
}

// One queue more of a family, of which the app takes `taken`.
static void check_queue(const VkDeviceQueueCreateInfo *got, const float *priorities, uint32_t taken)
{
    FUZZ_REQUIRE(got->sType == VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO && got->pNext == NULL && got->flags == 0);
    FUZZ_REQUIRE(got->queueFamilyIndex < FAMILIES && got->queueCount == taken + 1);
    FUZZ_REQUIRE((families[got->queueFamilyIndex].queueFlags & VK_QUEUE_COMPUTE_BIT) != 0);
    FUZZ_REQUIRE(got->queueCount <= families[got->queueFamilyIndex].queueCount);
    FUZZ_REQUIRE(taken == 0 || memcmp(got->pQueuePriorities, priorities, taken * sizeof *priorities) == 0);
    FUZZ_REQUIRE(got->pQueuePriorities[taken] == 0);
    queues_added++;
}

static void check_queues(const VkDeviceCreateInfo *got, const VkDeviceCreateInfo *app)
{
    const uint32_t more = got->queueCreateInfoCount - app->queueCreateInfoCount;

    queues_added = 0;
    FUZZ_REQUIRE(more <= 1);
    if (got->pQueueCreateInfos == app->pQueueCreateInfos) {
        FUZZ_REQUIRE(more == 0);
        return;
    }
    for (uint32_t i = 0; i < app->queueCreateInfoCount; i++)
        if (!same_queues(&got->pQueueCreateInfos[i], &app->pQueueCreateInfos[i]))
            check_queue(&got->pQueueCreateInfos[i], app->pQueueCreateInfos[i].pQueuePriorities,
                        app->pQueueCreateInfos[i].queueCount);
    if (more == 1)
        check_queue(&got->pQueueCreateInfos[app->queueCreateInfoCount], NULL, 0);
    FUZZ_REQUIRE(queues_added <= 1);
}

static void check_addition(const XrVulkanDeviceCreateInfoKHR *info)
{
    const VkDeviceCreateInfo *app = asked->vulkanCreateInfo, *got = info->vulkanCreateInfo;
    const VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR *feature = got->pNext;

    FUZZ_REQUIRE(same_info(info, asked) && same_device(got, app));
    check_queues(got, app);
    if (got->pNext == app->pNext) { // but for a queue all was there
        FUZZ_REQUIRE(queues_added == 1 && got->enabledExtensionCount == app->enabledExtensionCount);
        return;
    }
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

static VKAPI_ATTR void VKAPI_CALL get_families(VkPhysicalDevice physical, uint32_t *count,
                                               VkQueueFamilyProperties *out_families)
{
    (void)physical;
    *count = FAMILIES;
    if (out_families != NULL)
        memcpy(out_families, families, sizeof families);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_function(VkInstance of, const char *name)
{
    (void)of;
    return strcmp(name, "vkGetPhysicalDeviceQueueFamilyProperties") == 0 ? (PFN_vkVoidFunction)get_families : NULL;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char nowhere[] = "/nonexistent/artem.conf";

    (void)argc, (void)argv;
    origin.get_instance_proc_addr = get_function;
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

// Also such as break the rules: of families that there are not, more than there are, twice, without priorities.
static void take_queues(struct fuzz_input *in, VkDeviceCreateInfo *info)
{
    static const float priorities[QUEUES_MAX] = {0.25f, 0.5f, 0.75f, 1};
    VkDeviceQueueCreateInfo *list = place(QUEUES_MAX * sizeof *list);
    const uint8_t count = fuzz_take8(in);

    for (int i = 0; i < FAMILIES; i++) {
        const uint8_t kind = fuzz_take8(in);
        families[i] = (VkQueueFamilyProperties){
            .queueFlags = kind % 8, .queueCount = kind / 8 % 8, .timestampValidBits = kind & 64};
    }
    info->queueCreateInfoCount = count % (QUEUES_MAX + 1);
    info->pQueueCreateInfos = count < 250 ? list : NULL;
    for (uint32_t i = 0; i < info->queueCreateInfoCount; i++) {
        const uint8_t kind = fuzz_take8(in), what = fuzz_take8(in);
        list[i] = (VkDeviceQueueCreateInfo){
            .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
            .pNext = what % 16 == 1 ? info : NULL,
            .flags = what % 16 == 2,
            .queueFamilyIndex = kind % (FAMILIES + 1),
            .queueCount = kind / 4 % (QUEUES_MAX + 1),
            .pQueuePriorities = what % 16 == 3 ? NULL : priorities,
        };
    }
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
    take_queues(&in, vulkan);
    const unsigned fail = refusals = fuzz_take8(&in) % 4;
    asked = info;
    calls = 0;
    instance.origins = &origin;
    memcpy(before, arena, used);

    const XrResult result = layer_xrCreateVulkanDeviceKHR(XR_NULL_HANDLE, info, &device, &vulkan_result);
    FUZZ_REQUIRE(memcmp(before, arena, used) == 0);
    FUZZ_REQUIRE(calls >= 1 && calls <= 3);
    if (XR_SUCCEEDED(result) && vulkan_result == VK_SUCCESS)
        FUZZ_REQUIRE(device != VK_NULL_HANDLE);
    else
        FUZZ_REQUIRE(fail >= calls); // only by a refusal of what the app itself asked for
    instance.origins = NULL;         // not from the heap
    layer_forget_vulkan(&instance);
    return 0;
}
