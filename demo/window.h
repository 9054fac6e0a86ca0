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
    VkFormat format;
    bool stale; // the window has another size than the swapchain
    bool paced; // set before window_attach: frames wait for the display, else they are dropped
    void *user; // the owner's, for callbacks of its own
};

// Opens the window; then its instance extensions are to be asked for, and VK_KHR_swapchain of the device. GLFW's
// user pointer is the window.
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

// The same in two steps, for callers that fill the image themselves: *out_image, of w->extent and w->format, is in
// TRANSFER_DST_OPTIMAL between them, or VK_NULL_HANDLE when the window cannot be drawn to just now.
bool window_begin(struct window *window, VkCommandBuffer commands, VkImage *out_image);
void window_end(struct window *window, VkCommandBuffer commands, VkSemaphore *out_wait, VkSemaphore *out_signal);
// Makes a swapchain of the window's present size where that is another one. The extent is 0 while it is minimised.
bool window_refresh(struct window *window);

// Accepts a half-made window. The GPU must be idle.
void window_close(struct window *window);

#endif
