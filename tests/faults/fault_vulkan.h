// SPDX-License-Identifier: Apache-2.0
// The layer's Vulkan with calls that may fail. Counts what it makes and destroys.
#ifndef ARTEM_FAULT_VULKAN_H
#define ARTEM_FAULT_VULKAN_H

#include "app.h"

PFN_vkVoidFunction VKAPI_CALL fault_get_vulkan(VkInstance instance, const char *name);
// Objects that the layer has made through it and not destroyed.
long fault_live_objects(void);

#endif
