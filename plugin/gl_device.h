// SPDX-License-Identifier: Apache-2.0
// A Vulkan device of the layer's own on the GPU that an app draws on with OpenGL: the layer's work, and the engine's,
// go there.
#ifndef ARTEM_PLUGIN_GL_DEVICE_H
#define ARTEM_PLUGIN_GL_DEVICE_H

#include "gl_context.h"
#include "layer.h"

struct gl_device {
    struct vulkan_own_instance instance;
    VkPhysicalDevice physical;
    VkDevice handle;
    PFN_vkDestroyDevice destroy_device;
    struct vulkan_device *device;
};

// ARTEM_ERROR_UNSUPPORTED: *out_why says what is missing.
enum artem_result gl_device_create(struct layer_instance *instance, const struct gl_context *context,
                                   struct gl_device **out_device, const char **out_why);
// The caller has waited for all work. Clears *device; NULL-safe.
void gl_device_destroy(struct gl_device **device);

#endif
