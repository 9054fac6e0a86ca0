// SPDX-License-Identifier: Apache-2.0
// A vkGetInstanceProcAddr for the layer that gives it some functions of a test's own instead. HOOKS(X) lists their
// names but for vkGetDeviceProcAddr; hook_NAME is what the layer gets, and unhooked.NAME what it would have got.
#ifndef ARTEM_TEST_HOOK_TABLE_H
#define ARTEM_TEST_HOOK_TABLE_H

#include <string.h>

#include "mock_runtime.h"

#define HOOK_MEMBER(name) PFN_##name name;
#define HOOK_CASE(wanted)                                                                                              \
    if (strcmp(name, #wanted) == 0) {                                                                                  \
        unhooked.wanted = (PFN_##wanted)function;                                                                      \
        return (PFN_vkVoidFunction)hook_##wanted;                                                                      \
    }

// At the beginning of a file.
#define HOOK_DECLARE(HOOKS)                                                                                            \
    static struct {                                                                                                    \
        PFN_vkGetDeviceProcAddr vkGetDeviceProcAddr;                                                                   \
        HOOKS(HOOK_MEMBER)                                                                                             \
    } unhooked

// At its end: defines `get`.
#define HOOK_DEFINE(HOOKS, get)                                                                                        \
    static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL hook_vkGetDeviceProcAddr(VkDevice device, const char *name);       \
    static PFN_vkVoidFunction replace(const char *name, PFN_vkVoidFunction function)                                   \
    {                                                                                                                  \
        if (function == NULL)                                                                                          \
            return NULL;                                                                                               \
        HOOK_CASE(vkGetDeviceProcAddr)                                                                                 \
        HOOKS(HOOK_CASE)                                                                                               \
        return function;                                                                                               \
    }                                                                                                                  \
    static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL hook_vkGetDeviceProcAddr(VkDevice device, const char *name)        \
    {                                                                                                                  \
        return replace(name, unhooked.vkGetDeviceProcAddr(device, name));                                              \
    }                                                                                                                  \
    PFN_vkVoidFunction VKAPI_CALL get(VkInstance instance, const char *name)                                           \
    {                                                                                                                  \
        return replace(name, mock_get_vulkan(instance, name));                                                         \
    }                                                                                                                  \
    _Static_assert(true, "a semicolon follows")

#endif
