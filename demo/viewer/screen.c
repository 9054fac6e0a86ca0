// SPDX-License-Identifier: Apache-2.0
#include "screen.h"

#include <string.h>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include "log.h"

enum { LEAST_WIDTH = 320, LEAST_HEIGHT = 200 };

// A window as large as the monitor would not fit with its frame.
static void fit_monitor(struct screen *s, uint32_t width, uint32_t height)
{
    GLFWmonitor *monitor = glfwGetPrimaryMonitor();
    int x = 0, y = 0, wide = 0, high = 0;

    glfwSetWindowSizeLimits(s->window.handle, LEAST_WIDTH, LEAST_HEIGHT, GLFW_DONT_CARE, GLFW_DONT_CARE);
    if (monitor)
        glfwGetMonitorWorkarea(monitor, &x, &y, &wide, &high);
    if (wide > 0 && high > 0 && ((int)width > wide || (int)height > high)) {
        const double ratio = (double)width / height;
        wide = wide * 9 / 10;
        high = high * 9 / 10;
        if (wide > high * ratio)
            wide = (int)(high * ratio);
        else
            high = (int)(wide / ratio);
        glfwSetWindowSize(s->window.handle, wide, high);
    }
}

bool screen_open(struct screen *s, struct input *input, uint32_t width, uint32_t height, bool validate)
{
    static const char *const swapchain[] = {VK_KHR_SWAPCHAIN_EXTENSION_NAME};
    struct gpu_request request = {.device_extensions = swapchain,
                                  .device_extension_count = 1,
                                  .validate = validate,
                                  .maker = painter_gpu_maker(&s->made)};

    width = width < LEAST_WIDTH ? LEAST_WIDTH : width;
    height = height < LEAST_HEIGHT ? LEAST_HEIGHT : height;
    if (!window_open("Art'Em", width, height, &s->window))
        return false;
    s->window.paced = true;
    input_attach(input, &s->window);
    fit_monitor(s, width, height);
    request.instance_extensions = window_instance_extensions(&request.instance_extension_count);
    return gpu_create(&request, &s->gpu) && window_attach(&s->window, &s->gpu) && frames_create(&s->gpu, &s->frames);
}

void screen_close(struct screen *s)
{
    frames_destroy(&s->frames);
    if (s->gpu.device)
        vkDeviceWaitIdle(s->gpu.device);
    for (uint32_t i = 0; i < RENDERER_SLOTS; i++)
        gpu_buffer_destroy(&s->gpu, &s->staging[i]);
    window_close(&s->window);
    gpu_destroy(&s->gpu);
}

bool screen_poll(struct screen *s, double seconds)
{
    if (seconds > 0)
        glfwWaitEventsTimeout(seconds);
    return window_poll(&s->window);
}

bool screen_size(struct screen *s, uint32_t *out_width, uint32_t *out_height)
{
    if (!window_refresh(&s->window))
        return false;
    *out_width = s->window.swapchain ? s->window.extent.width : 0;
    *out_height = s->window.swapchain ? s->window.extent.height : 0;
    return true;
}

static bool is_bgra(VkFormat format)
{
    return format == VK_FORMAT_B8G8R8A8_SRGB || format == VK_FORMAT_B8G8R8A8_UNORM;
}

static bool fill_staging(struct screen *s, uint32_t slot, const struct canvas *canvas)
{
    const size_t pixels = (size_t)canvas->width * canvas->height;
    struct gpu_buffer *staging = &s->staging[slot];
    const VkFormat format = s->window.format;

    if (!is_bgra(format) && format != VK_FORMAT_R8G8B8A8_SRGB && format != VK_FORMAT_R8G8B8A8_UNORM)
        return demo_error("the window has no format of eight bits a colour");
    if (s->room[slot] < pixels * 4) {
        gpu_buffer_destroy(&s->gpu, staging);
        s->room[slot] = 0;
        if (!gpu_buffer_create(&s->gpu, pixels * 4, VK_BUFFER_USAGE_TRANSFER_SRC_BIT, staging))
            return false;
        s->room[slot] = pixels * 4;
    }
    if (!is_bgra(format)) {
        memcpy(staging->mapped, canvas->rgba, pixels * 4);
        return true;
    }
    uint32_t *out = staging->mapped;
    for (size_t i = 0; i < pixels; i++) {
        uint32_t pixel;
        memcpy(&pixel, canvas->rgba + i * 4, 4);
        out[i] = (pixel & 0xff00ff00) | (pixel >> 16 & 255) | (pixel & 255) << 16;
    }
    return true;
}

bool screen_show(struct screen *s, const struct canvas *canvas, bool *out_shown)
{
    const VkBufferImageCopy region = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                                      .imageExtent = {canvas->width, canvas->height, 1}};
    VkSemaphore wait = VK_NULL_HANDLE, signal = VK_NULL_HANDLE;
    VkImage image;
    uint32_t slot;
    VkCommandBuffer commands = frames_begin(&s->frames, &slot);

    *out_shown = false;
    if (!commands || !fill_staging(s, slot, canvas) || !window_begin(&s->window, commands, &image))
        return false;
    if (image) {
        const VkExtent2D extent = s->window.extent;
        *out_shown = extent.width == canvas->width && extent.height == canvas->height;
        if (*out_shown)
            vkCmdCopyBufferToImage(commands, s->staging[slot].buffer, image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1,
                                   &region);
        window_end(&s->window, commands, &wait, &signal);
    }
    return frames_submit(&s->frames, slot, wait, signal) && (!signal || window_present(&s->window));
}

void screen_set_full(struct screen *s, bool full)
{
    GLFWwindow *window = s->window.handle;
    GLFWmonitor *monitor = glfwGetPrimaryMonitor();
    const GLFWvidmode *mode = monitor ? glfwGetVideoMode(monitor) : NULL;

    if (full == s->full || (full && !mode))
        return;
    if (full) {
        glfwGetWindowPos(window, &s->x, &s->y);
        glfwGetWindowSize(window, &s->width, &s->height);
        glfwSetWindowMonitor(window, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
    } else {
        glfwSetWindowMonitor(window, NULL, s->x, s->y, s->width, s->height, GLFW_DONT_CARE);
    }
    s->full = full;
}

void screen_set_title(struct screen *s, const char *title)
{
    glfwSetWindowTitle(s->window.handle, title);
}

int screen_scale(const struct screen *s)
{
    float x = 1, y = 1;

    glfwGetWindowContentScale(s->window.handle, &x, &y);
    return x >= 1 ? (int)(2 * x + 0.5f) : 2;
}
