// SPDX-License-Identifier: Apache-2.0
// A desktop window that shows pictures. Nothing of GLFW is touched before window_open.
#ifndef ARTEM_DEMO_WINDOW_H
#define ARTEM_DEMO_WINDOW_H

#include "vk_picture.h"

#define WINDOW_MAX_IMAGES 8

struct GLFWwindow;

struct window {
    struct GLFWwindow *handle;
    struct gpu *gpu;
    VkSurfaceKHR surface;
    VkSwapchainKHR swapchain;
    VkExtent2D extent;
    uint32_t image_count, current; // current: the acquired image
    VkImage images[WINDOW_MAX_IMAGES];
    VkSemaphore drawn[WINDOW_MAX_IMAGES], acquired[2];
    uint32_t frame;
    struct picture picture;
    bool stale; // the window has another size than the swapchain
};

// Opens the window; then its instance extensions are to be asked for, and VK_KHR_swapchain of the device.
bool window_open(const char *title, uint32_t width, uint32_t height, struct window *out);
const char *const *window_instance_extensions(uint32_t *out_count);
// Binds the window to the device. GPU must outlive the window.
bool window_attach(struct window *window, struct gpu *gpu);

// Handles events. False once the user has closed the window.
bool window_poll(struct window *window);

// Records that the window shows SOURCE from now on. On success the submission has to wait for *out_wait and signal
// *out_signal, and window_present follows; both are VK_NULL_HANDLE when the window cannot be drawn to just now, and
// window_present must not be called then.
bool window_record(struct window *window, VkCommandBuffer commands, const struct picture_source *source,
                   VkSemaphore *out_wait, VkSemaphore *out_signal);
bool window_present(struct window *window);

// Accepts a half-made window. The GPU must be idle.
void window_close(struct window *window);

#endif
