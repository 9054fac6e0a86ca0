// SPDX-License-Identifier: Apache-2.0
#include "window.h"
#include "log.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

static void print_glfw_error(int code, const char *text)
{
    (void)code;
    demo_error("window: %s", text);
}

static void on_resize(GLFWwindow *handle, int width, int height)
{
    struct window *window = glfwGetWindowUserPointer(handle);
    (void)width;
    (void)height;
    window->stale = true;
}

bool window_open(const char *title, uint32_t width, uint32_t height, struct window *out)
{
    *out = (struct window){0};
    glfwSetErrorCallback(print_glfw_error);
    if (!glfwInit())
        return demo_error("no window can be opened: is there a display (DISPLAY, WAYLAND_DISPLAY)?");
    if (!glfwVulkanSupported())
        return demo_error("Vulkan cannot draw to windows here: is a driver installed (Debian: mesa-vulkan-drivers)?");
    glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
    glfwWindowHintString(GLFW_X11_CLASS_NAME, demo_program());
    glfwWindowHintString(GLFW_X11_INSTANCE_NAME, demo_program());
    out->handle = glfwCreateWindow((int)width, (int)height, title, NULL, NULL);
    if (!out->handle)
        return demo_error("no window can be opened");
    glfwSetWindowUserPointer(out->handle, out);
    glfwSetFramebufferSizeCallback(out->handle, on_resize);
    return true;
}

const char *const *window_instance_extensions(uint32_t *out_count)
{
    const char **names = glfwGetRequiredInstanceExtensions(out_count);
    if (!names)
        *out_count = 0;
    return names;
}

static bool choose_format(struct window *w, VkSurfaceFormatKHR *out)
{
    VkSurfaceFormatKHR formats[64];
    uint32_t count = 64;
    VkResult result = vkGetPhysicalDeviceSurfaceFormatsKHR(w->gpu->physical, w->surface, &count, formats);
    if ((result != VK_SUCCESS && result != VK_INCOMPLETE) || count == 0)
        return demo_error("the window has no pixel formats");
    *out = formats[0];
    for (uint32_t i = count; i-- > 0;) // blits encode to sRGB by themselves
        if (formats[i].format == VK_FORMAT_B8G8R8A8_SRGB || formats[i].format == VK_FORMAT_R8G8B8A8_SRGB)
            *out = formats[i];
    return true;
}

static void destroy_swapchain(struct window *w)
{
    for (uint32_t i = 0; i < WINDOW_MAX_IMAGES; i++) {
        vkDestroySemaphore(w->gpu->device, w->drawn[i], NULL);
        w->drawn[i] = VK_NULL_HANDLE;
    }
    vkDestroySwapchainKHR(w->gpu->device, w->swapchain, NULL);
    w->swapchain = VK_NULL_HANDLE;
}

static bool create_swapchain(struct window *w)
{
    const VkSemaphoreCreateInfo semaphore = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
    VkSurfaceCapabilitiesKHR caps;
    VkSurfaceFormatKHR format = {0};
    int width, height;
    if (!vk_ok(vkGetPhysicalDeviceSurfaceCapabilitiesKHR(w->gpu->physical, w->surface, &caps),
               "the window's surface") ||
        !choose_format(w, &format))
        return false;
    glfwGetFramebufferSize(w->handle, &width, &height);
    w->extent =
        caps.currentExtent.width != UINT32_MAX ? caps.currentExtent : (VkExtent2D){(uint32_t)width, (uint32_t)height};
    w->stale = false;
    w->format = format.format;
    if (w->extent.width == 0 || w->extent.height == 0)
        return true; // minimised
    VkSwapchainCreateInfoKHR info = {.sType = VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR,
                                     .surface = w->surface,
                                     .minImageCount = caps.minImageCount < 3 ? 3 : caps.minImageCount,
                                     .imageFormat = format.format,
                                     .imageColorSpace = format.colorSpace,
                                     .imageExtent = w->extent,
                                     .imageArrayLayers = 1,
                                     .imageUsage = VK_IMAGE_USAGE_TRANSFER_DST_BIT,
                                     .preTransform = caps.currentTransform,
                                     .compositeAlpha = VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR,
                                     .presentMode = VK_PRESENT_MODE_FIFO_KHR,
                                     .clipped = VK_TRUE};
    VkPresentModeKHR modes[16];
    uint32_t count = 16;
    if (!w->paced && vkGetPhysicalDeviceSurfacePresentModesKHR(w->gpu->physical, w->surface, &count, modes) >= 0)
        for (uint32_t i = 0; i < count; i++) // the desktop must not slow the headset down
            if (modes[i] == VK_PRESENT_MODE_MAILBOX_KHR || modes[i] == VK_PRESENT_MODE_IMMEDIATE_KHR)
                info.presentMode = modes[i];
    if (caps.maxImageCount && info.minImageCount > caps.maxImageCount)
        info.minImageCount = caps.maxImageCount;
    w->image_count = WINDOW_MAX_IMAGES;
    if (!vk_ok(vkCreateSwapchainKHR(w->gpu->device, &info, NULL, &w->swapchain), "vkCreateSwapchainKHR") ||
        !vk_ok(vkGetSwapchainImagesKHR(w->gpu->device, w->swapchain, &w->image_count, w->images),
               "vkGetSwapchainImagesKHR"))
        return false;
    for (uint32_t i = 0; i < w->image_count; i++)
        if (!vk_ok(vkCreateSemaphore(w->gpu->device, &semaphore, NULL, &w->drawn[i]), "vkCreateSemaphore"))
            return false;
    return true;
}

bool window_attach(struct window *w, struct gpu *gpu)
{
    const VkSemaphoreCreateInfo semaphore = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
    VkBool32 presents = VK_FALSE;
    w->gpu = gpu;
    if (!vk_ok(glfwCreateWindowSurface(gpu->instance, w->handle, NULL, &w->surface), "glfwCreateWindowSurface") ||
        !vk_ok(vkGetPhysicalDeviceSurfaceSupportKHR(gpu->physical, gpu->family, w->surface, &presents),
               "vkGetPhysicalDeviceSurfaceSupportKHR"))
        return false;
    if (!presents)
        return demo_error("the Vulkan device cannot draw to this window");
    for (uint32_t i = 0; i < 2; i++)
        if (!vk_ok(vkCreateSemaphore(gpu->device, &semaphore, NULL, &w->acquired[i]), "vkCreateSemaphore"))
            return false;
    return create_swapchain(w);
}

bool window_poll(struct window *w)
{
    glfwPollEvents();
    return !glfwWindowShouldClose(w->handle);
}

bool window_refresh(struct window *w)
{
    if (!w->stale && w->swapchain)
        return true;
    if (!vk_ok(vkDeviceWaitIdle(w->gpu->device), "vkDeviceWaitIdle"))
        return false;
    destroy_swapchain(w);
    return create_swapchain(w);
}

bool window_begin(struct window *w, VkCommandBuffer commands, VkImage *out_image)
{
    static const struct gpu_transition before = {VK_IMAGE_LAYOUT_UNDEFINED,
                                                 VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                                 VK_PIPELINE_STAGE_TRANSFER_BIT,
                                                 VK_PIPELINE_STAGE_TRANSFER_BIT,
                                                 0,
                                                 VK_ACCESS_TRANSFER_WRITE_BIT};
    const uint64_t patience_ns = w->paced ? 100000000 : 0;
    *out_image = VK_NULL_HANDLE;
    if (!window_refresh(w))
        return false;
    if (!w->swapchain)
        return true;
    VkResult result = vkAcquireNextImageKHR(w->gpu->device, w->swapchain, patience_ns, w->acquired[w->frame % 2],
                                            VK_NULL_HANDLE, &w->current);
    w->stale = result == VK_ERROR_OUT_OF_DATE_KHR;
    if (result == VK_SUCCESS || result == VK_SUBOPTIMAL_KHR) {
        *out_image = w->images[w->current];
        gpu_transition(commands, *out_image, &before);
        return true;
    }
    return result == VK_NOT_READY || result == VK_TIMEOUT || result == VK_ERROR_OUT_OF_DATE_KHR ||
           vk_ok(result, "vkAcquireNextImageKHR");
}

void window_end(struct window *w, VkCommandBuffer commands, VkSemaphore *out_wait, VkSemaphore *out_signal)
{
    static const struct gpu_transition after = {
        VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_PRESENT_SRC_KHR, VK_PIPELINE_STAGE_TRANSFER_BIT,
        VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,    0};
    gpu_transition(commands, w->images[w->current], &after);
    *out_wait = w->acquired[w->frame % 2];
    *out_signal = w->drawn[w->current];
    w->frame++;
}

bool window_record(struct window *w, VkCommandBuffer commands, const struct picture_source *source,
                   VkSemaphore *out_wait, VkSemaphore *out_signal)
{
    VkImage image;
    *out_wait = *out_signal = VK_NULL_HANDLE;
    if (!window_begin(w, commands, &image))
        return false;
    if (!image)
        return true;
    if (!picture_to_image(w->gpu, commands, source, &w->picture, image, w->extent))
        return false;
    window_end(w, commands, out_wait, out_signal);
    return true;
}

bool window_present(struct window *w)
{
    VkPresentInfoKHR info = {.sType = VK_STRUCTURE_TYPE_PRESENT_INFO_KHR,
                             .waitSemaphoreCount = 1,
                             .pWaitSemaphores = &w->drawn[w->current],
                             .swapchainCount = 1,
                             .pSwapchains = &w->swapchain,
                             .pImageIndices = &w->current};
    VkResult result = vkQueuePresentKHR(w->gpu->queue, &info);
    w->stale |= result == VK_ERROR_OUT_OF_DATE_KHR || result == VK_SUBOPTIMAL_KHR;
    return w->stale || vk_ok(result, "vkQueuePresentKHR");
}

void window_close(struct window *w)
{
    if (w->gpu && w->gpu->device) {
        destroy_swapchain(w);
        for (uint32_t i = 0; i < 2; i++)
            vkDestroySemaphore(w->gpu->device, w->acquired[i], NULL);
        picture_destroy(w->gpu, &w->picture);
    }
    if (w->surface)
        vkDestroySurfaceKHR(w->gpu->instance, w->surface, NULL);
    if (w->handle)
        glfwDestroyWindow(w->handle);
    glfwTerminate();
    *w = (struct window){0};
}
