// SPDX-License-Identifier: Apache-2.0
// The active instance: creation, destruction.
#include "layer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "chord.h"
#include "exe_name.h"
#include "session.h"

static _Atomic(struct layer_instance *) active;

struct layer_instance *layer_active(void)
{
    return atomic_load(&active);
}

bool layer_extension_is_enabled(const XrInstanceCreateInfo *info, const char *extension)
{
    for (uint32_t i = 0; info != NULL && i < info->enabledExtensionCount; i++) {
        if (strcmp(info->enabledExtensionNames[i], extension) == 0)
            return true;
    }
    return false;
}

// The names by which artem.conf knows the app.
static void find_names(const XrInstanceCreateInfo *info, char app[XR_MAX_APPLICATION_NAME_SIZE], char exe[256],
                       struct artem_config_params *out_params)
{
    snprintf(app, XR_MAX_APPLICATION_NAME_SIZE, "%.*s", XR_MAX_APPLICATION_NAME_SIZE - 1,
             info != NULL ? info->applicationInfo.applicationName : "");
    layer_find_exe_name(exe, 256);
    out_params->app_name = app[0] != '\0' ? app : NULL;
    out_params->exe_name = exe[0] != '\0' ? exe : NULL;
}

bool layer_is_denied(const XrInstanceCreateInfo *info)
{
    // The loader looks at it for implicit layers alone.
    if (getenv("DISABLE_ARTEM") != NULL)
        return true;

    char app[XR_MAX_APPLICATION_NAME_SIZE], exe[256];
    struct artem_config_params params = {0};
    struct artem_settings settings; // the defaults where the file cannot be used

    find_names(info, app, exe, &params);
    params.quiet = true; // whoever goes on reads the file again, and says what is wrong with it
    artem_config_load(&params, &settings, NULL);
    return !settings.allow;
}

static void load_next(struct layer_instance *instance, const XrInstanceCreateInfo *info)
{
    struct layer_next *next = &instance->next;
    PFN_xrVoidFunction function;

#define X(name)                                                                                                        \
    function = NULL;                                                                                                   \
    if (XR_SUCCEEDED(next->xrGetInstanceProcAddr(instance->handle, #name, &function)))                                 \
        next->name = (PFN_##name)function;
    LAYER_NEXT_FUNCTIONS(X)
#undef X
    // Some layers have functions of extensions that nobody enabled, and crash in them.
    if (!instance->clock_added && !layer_extension_is_enabled(info, XR_KHR_CONVERT_TIMESPEC_TIME_EXTENSION_NAME))
        next->xrConvertTimespecTimeToTimeKHR = NULL;
    if (!layer_extension_is_enabled(info, XR_FB_DISPLAY_REFRESH_RATE_EXTENSION_NAME))
        next->xrGetDisplayRefreshRateFB = NULL;
    if (!layer_extension_is_enabled(info, XR_KHR_VULKAN_ENABLE_EXTENSION_NAME)) {
        next->xrGetVulkanInstanceExtensionsKHR = NULL;
        next->xrGetVulkanDeviceExtensionsKHR = NULL;
    }
}

void layer_learn_next(struct layer_instance *instance, const char *name, PFN_xrVoidFunction function)
{
    struct layer_next *next = &instance->next;

    // Missing on purpose, see load_next.
    if (strcmp(name, "xrConvertTimespecTimeToTimeKHR") == 0 || strcmp(name, "xrGetDisplayRefreshRateFB") == 0 ||
        strcmp(name, "xrGetVulkanInstanceExtensionsKHR") == 0 || strcmp(name, "xrGetVulkanDeviceExtensionsKHR") == 0)
        return;
#define X(known)                                                                                                       \
    if (next->known == NULL && strcmp(name, #known) == 0)                                                              \
        next->known = (PFN_##known)function;
    LAYER_NEXT_FUNCTIONS(X)
#undef X
}

struct layer_instance *layer_instance_create(XrInstance handle, PFN_xrGetInstanceProcAddr next_get_instance_proc_addr,
                                             const XrInstanceCreateInfo *info, bool clock_added)
{
    struct layer_instance *instance = calloc(1, sizeof *instance);
    struct artem_config_params params = {.watch = true, .control = true};

    if (instance == NULL)
        goto fail;
    instance->handle = handle;
    instance->clock_added = clock_added;
    instance->next.xrGetInstanceProcAddr = next_get_instance_proc_addr;
    load_next(instance, info);
    if (instance->next.xrDestroyInstance == NULL) {
        free(instance); // no chance to clean up
        artem_log(ARTEM_LOG_ERROR, "the runtime gives no xrDestroyInstance; the app runs without the layer");
        return NULL;
    }
    find_names(info, instance->app_name, instance->exe_name, &params);
    if (artem_config_open(&params, &instance->config) != ARTEM_OK)
        goto fail;
    pthread_mutex_init(&instance->mutex, NULL);
    instance->chord = chord_create(instance);
    atomic_store(&active, instance);
    return instance;

fail:
    artem_log(ARTEM_LOG_ERROR, "the layer could not start (out of memory?); the app runs without it");
    free(instance);
    return NULL;
}

static void instance_free(struct layer_instance *instance)
{
    // Apps may quit without destroying their sessions: children end with their parent.
    while (instance->sessions != NULL) {
        struct layer_session *session = instance->sessions;

        instance->sessions = session->sibling;
        if (session->gl != NULL)
            session->gl->context_gone = true; // nor may it be used in xrDestroyInstance
        layer_session_free(session);
    }
    chord_destroy(&instance->chord);
    layer_forget_vulkan(instance);
    artem_config_close(&instance->config);
    pthread_mutex_destroy(&instance->mutex);
    free(instance);
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrDestroyInstance(XrInstance handle)
{
    struct layer_instance *instance = layer_active();
    PFN_xrDestroyInstance next;

    if (instance == NULL || instance->handle != handle)
        return XR_ERROR_HANDLE_INVALID;
    next = instance->next.xrDestroyInstance;
    // Before going down: the sessions' swapchains still exist then, and the library may be unloaded right after.
    atomic_store(&active, NULL);
    atomic_store(instance->slot, NULL);
    instance_free(instance);
    return next(handle);
}
