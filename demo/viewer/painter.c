// SPDX-License-Identifier: Apache-2.0
#include "painter.h"

#include <string.h>

#include "artem/engine_vulkan.h"
#include "log.h"

static VkResult choose(void *user, VkInstance instance, VkPhysicalDevice *out)
{
    struct painter_gpu *made = user;

    made->instance = instance;
    *out = vulkan_find_device(vkGetInstanceProcAddr, instance);
    return *out ? VK_SUCCESS : VK_ERROR_INITIALIZATION_FAILED;
}

static VkResult create_device(void *user, VkPhysicalDevice physical, const VkDeviceCreateInfo *info, VkDevice *out)
{
    struct painter_gpu *made = user;
    const char *names[GPU_MAX_EXTENSIONS + 1];
    VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR features = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR,
        .pNext = (void *)info->pNext,
        .shaderIntegerDotProduct = VK_TRUE};
    VkDeviceCreateInfo more = *info;
    const uint32_t count = info->enabledExtensionCount;

    made->dot = count <= GPU_MAX_EXTENSIONS &&
                vulkan_wants_dot(vkGetInstanceProcAddr, made->instance, VK_API_VERSION_1_1, physical);
    if (!made->dot)
        return vkCreateDevice(physical, info, NULL, out);
    for (uint32_t i = 0; i < count; i++)
        names[i] = info->ppEnabledExtensionNames[i];
    names[count] = VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME;
    more.enabledExtensionCount = count + 1;
    more.ppEnabledExtensionNames = names;
    more.pNext = &features;
    return vkCreateDevice(physical, &more, NULL, out);
}

struct gpu_maker painter_gpu_maker(struct painter_gpu *gpu)
{
    return (struct gpu_maker){.user = gpu, .choose = choose, .create_device = create_device};
}

// False, after a message, if the engine has to have the device and cannot.
static bool share_device(struct gpu *gpu, const struct painter_gpu *made, const char *backend, struct painter *p)
{
    const struct vulkan_device_params params = {.instance = gpu->instance,
                                                .physical_device = gpu->physical,
                                                .device = gpu->device,
                                                .queue_family = gpu->family,
                                                .get_instance_proc_addr = vkGetInstanceProcAddr,
                                                .dot = made->dot};

    if (strcmp(backend, "cpu") == 0 || strcmp(backend, "cuda") == 0 ||
        vulkan_device_create(&params, &p->device) == ARTEM_OK)
        return true;
    p->device = NULL;
    return strcmp(backend, "vulkan") != 0 || demo_error("this Vulkan device cannot paint; --backend cpu can");
}

// The viewer's device has nothing that CUDA could share: its pictures go through the host there.
static enum artem_result create_engine(const char *backend, uint32_t threads, struct painter *p)
{
    const struct artem_engine_vulkan share = {.device = p->device};
    const struct artem_engine_params params = {
        .backend = backend, .threads = threads, .network = p->network, .vulkan = p->device ? &share : NULL};

    return artem_engine_create(&params, &p->engine);
}

bool painter_create(struct gpu *gpu, const struct painter_gpu *made, const char *backend, uint32_t threads,
                    struct painter *out)
{
    *out = (struct painter){0};
    if (!share_device(gpu, made, backend, out) || artem_library_load_network(&out->network) != ARTEM_OK)
        return false;
    const bool is_cuda = strcmp(backend, "cuda") == 0;
    enum artem_result result = create_engine(out->device || is_cuda ? backend : "cpu", threads, out);
    if (result != ARTEM_OK && is_cuda) { // artem.conf may name it for other machines, too
        demo_error("backend cuda cannot be used (%s): auto takes its place", artem_result_string(result));
        if (!share_device(gpu, made, "auto", out))
            return false;
        result = create_engine(out->device ? "auto" : "cpu", threads, out);
    }
    return result == ARTEM_OK || demo_error("the network cannot be run: %s", artem_result_string(result));
}

void painter_destroy(struct painter *p)
{
    artem_engine_destroy(&p->engine);
    vulkan_device_destroy(&p->device);
    artem_style_unref(&p->style);
    artem_network_unref(&p->network);
    *p = (struct painter){0};
}

bool painter_set_style(struct painter *p, const char *style, const char *second, uint32_t weight)
{
    struct artem_style *next = NULL;

    if (artem_library_load_blend(style, second, weight, &next) != ARTEM_OK)
        return false;
    const enum artem_result result = artem_engine_set_style(p->engine, next);
    if (result != ARTEM_OK) {
        artem_style_unref(&next);
        return demo_error("%s cannot be used: %s", style, artem_result_string(result));
    }
    artem_style_unref(&p->style);
    p->style = next;
    return true;
}

bool painter_submit(struct painter *p, const struct artem_engine_frame *frame)
{
    const enum artem_result result = artem_engine_submit(p->engine, frame);

    p->busy = result == ARTEM_OK;
    return p->busy || demo_error("a picture cannot be painted: %s", artem_result_string(result));
}

enum painter_state painter_wait(struct painter *p, uint64_t timeout_ns)
{
    const enum artem_result result = artem_engine_wait(p->engine, timeout_ns);

    if (result == ARTEM_TIMEOUT)
        return PAINTER_BUSY;
    p->busy = false;
    if (result == ARTEM_OK)
        return PAINTER_DONE;
    demo_error("a picture cannot be painted: %s", artem_result_string(result));
    return PAINTER_FAILED;
}
