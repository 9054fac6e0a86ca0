// SPDX-License-Identifier: Apache-2.0
// What the layer submits of its paintings, for tests of apps with XR_KHR_vulkan_enable2: app_get_vulkan is to be
// hook_submit_get.
#ifndef ARTEM_TEST_HOOK_SUBMIT_H
#define ARTEM_TEST_HOOK_SUBMIT_H

#include "mock_runtime.h"

extern struct hook_submit {
    unsigned count;      // submissions with more dispatches than scaling or composite have, failed ones too
    unsigned dispatches; // of the latest one
    unsigned fail;       // so many of them fail first
} hook_submit;

// Begins anew, where no device lives.
void hook_submit_reset(void);
PFN_vkVoidFunction VKAPI_CALL hook_submit_get(VkInstance instance, const char *name);

#endif
