// SPDX-License-Identifier: Apache-2.0
// Instances, their extensions, events and paths.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"

static const struct {
    const char *name;
    uint32_t version;
} extensions[] = {
    {XR_KHR_VULKAN_ENABLE_EXTENSION_NAME, XR_KHR_vulkan_enable_SPEC_VERSION},
    {XR_KHR_VULKAN_ENABLE2_EXTENSION_NAME, XR_KHR_vulkan_enable2_SPEC_VERSION},
    {XR_KHR_VULKAN_SWAPCHAIN_FORMAT_LIST_EXTENSION_NAME, XR_KHR_vulkan_swapchain_format_list_SPEC_VERSION},
    {XR_KHR_COMPOSITION_LAYER_DEPTH_EXTENSION_NAME, XR_KHR_composition_layer_depth_SPEC_VERSION},
    {XR_KHR_COMPOSITION_LAYER_CYLINDER_EXTENSION_NAME, XR_KHR_composition_layer_cylinder_SPEC_VERSION},
    {XR_KHR_COMPOSITION_LAYER_EQUIRECT2_EXTENSION_NAME, XR_KHR_composition_layer_equirect2_SPEC_VERSION},
    {XR_KHR_CONVERT_TIMESPEC_TIME_EXTENSION_NAME, XR_KHR_convert_timespec_time_SPEC_VERSION},
    {XR_VARJO_QUAD_VIEWS_EXTENSION_NAME, XR_VARJO_quad_views_SPEC_VERSION},
    {XR_MSFT_SECONDARY_VIEW_CONFIGURATION_EXTENSION_NAME, XR_MSFT_secondary_view_configuration_SPEC_VERSION},
    {XR_MSFT_FIRST_PERSON_OBSERVER_EXTENSION_NAME, XR_MSFT_first_person_observer_SPEC_VERSION},
    {XR_FB_DISPLAY_REFRESH_RATE_EXTENSION_NAME, XR_FB_display_refresh_rate_SPEC_VERSION},
    {XR_FB_SWAPCHAIN_UPDATE_STATE_EXTENSION_NAME, XR_FB_swapchain_update_state_SPEC_VERSION},
    {XR_FB_FOVEATION_EXTENSION_NAME, XR_FB_foveation_SPEC_VERSION},
};
enum { EXTENSIONS = sizeof extensions / sizeof extensions[0] };

bool mock_is_enabled(const struct mock_instance *instance, const char *extension)
{
    for (unsigned i = 0; i < EXTENSIONS; i++) {
        if (strcmp(extensions[i].name, extension) == 0)
            return instance->extensions[i];
    }
    return false;
}

MOCK_FUNCTION(xrEnumerateApiLayerProperties)(uint32_t capacity, uint32_t *count, XrApiLayerProperties *properties)
{
    (void)capacity;
    (void)properties;
    *count = 0;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrEnumerateInstanceExtensionProperties)
(const char *layer, uint32_t capacity, uint32_t *count, XrExtensionProperties *properties)
{
    MOCK_ENTER("xrEnumerateInstanceExtensionProperties");
    if (layer != NULL)
        return XR_ERROR_API_LAYER_NOT_PRESENT;
    *count = EXTENSIONS;
    if (capacity == 0)
        return XR_SUCCESS;
    if (capacity < EXTENSIONS)
        return XR_ERROR_SIZE_INSUFFICIENT;
    for (unsigned i = 0; i < EXTENSIONS; i++) {
        snprintf(properties[i].extensionName, sizeof properties[i].extensionName, "%s", extensions[i].name);
        properties[i].extensionVersion = extensions[i].version;
    }
    return XR_SUCCESS;
}

static void destroy_instance(struct mock_object *object)
{
    struct mock_instance *instance = (struct mock_instance *)object;

    for (unsigned i = 0; i < instance->path_count; i++)
        free(instance->paths[i]);
}

MOCK_FUNCTION(xrCreateInstance)(const XrInstanceCreateInfo *info, XrInstance *out_instance)
{
    struct mock_instance *instance;

    MOCK_ENTER("xrCreateInstance");
    if (info == NULL || info->type != XR_TYPE_INSTANCE_CREATE_INFO)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrCreateInstance: wrong structure type");
    instance = mock_object_new(MOCK_INSTANCE, sizeof *instance, NULL, destroy_instance);
    for (uint32_t e = 0; e < info->enabledExtensionCount; e++) {
        unsigned i = 0;

        while (i < EXTENSIONS && strcmp(extensions[i].name, info->enabledExtensionNames[e]) != 0)
            i++;
        if (i == EXTENSIONS) {
            mock_object_destroy(instance);
            return XR_ERROR_EXTENSION_NOT_PRESENT;
        }
        instance->extensions[i] = true;
    }
    *out_instance = (XrInstance)instance;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrDestroyInstance)(XrInstance handle)
{
    MOCK_ENTER("xrDestroyInstance");
    if (MOCK_FIND(mock_instance, MOCK_INSTANCE, handle) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrDestroyInstance: unknown instance");
    mock_object_destroy((void *)handle);
    mock_write_report();
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrGetInstanceProperties)(XrInstance instance, XrInstanceProperties *properties)
{
    MOCK_ENTER("xrGetInstanceProperties");
    (void)instance;
    properties->runtimeVersion = XR_MAKE_VERSION(1, 0, 0);
    snprintf(properties->runtimeName, sizeof properties->runtimeName, "Art'Em mock runtime");
    return XR_SUCCESS;
}

// Room for one more event; NULL with an app that never asks.
static union mock_event *add_event(struct mock_instance *instance)
{
    if (instance->event_count == MOCK_EVENTS_MAX)
        return NULL;
    return &instance->events[(instance->first_event + instance->event_count++) % MOCK_EVENTS_MAX];
}

void mock_push_state(struct mock_session *session, XrSessionState state)
{
    union mock_event *event = add_event(session->instance);

    session->state = state;
    if (event != NULL)
        event->state = (XrEventDataSessionStateChanged){
            .type = XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED,
            .session = (XrSession)session,
            .state = state,
            .time = mock_now(),
        };
}

void mock_tell_loss(XrInstance handle)
{
    __attribute__((cleanup(mock_leave))) int lock = mock_enter();
    union mock_event *event = add_event((struct mock_instance *)handle);

    (void)lock;
    if (event != NULL)
        event->loss = (XrEventDataInstanceLossPending){
            .type = XR_TYPE_EVENT_DATA_INSTANCE_LOSS_PENDING,
            .lossTime = mock_now(),
        };
}

MOCK_FUNCTION(xrPollEvent)(XrInstance handle, XrEventDataBuffer *event)
{
    struct mock_instance *instance;

    MOCK_ENTER("xrPollEvent");
    instance = MOCK_FIND(mock_instance, MOCK_INSTANCE, handle);
    if (instance == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrPollEvent: unknown instance");
    if (event->type != XR_TYPE_EVENT_DATA_BUFFER)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrPollEvent: wrong structure type");
    while (instance->event_count > 0) {
        const union mock_event *first = &instance->events[instance->first_event];

        instance->first_event = (instance->first_event + 1) % MOCK_EVENTS_MAX;
        instance->event_count--;
        if (first->state.type == XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED &&
            MOCK_FIND(mock_session, MOCK_SESSION, first->state.session) == NULL)
            continue; // destroyed meanwhile
        memcpy(event, first, sizeof *first);
        return XR_SUCCESS;
    }
    return XR_EVENT_UNAVAILABLE;
}

MOCK_FUNCTION(xrStringToPath)(XrInstance handle, const char *string, XrPath *path)
{
    struct mock_instance *instance;

    MOCK_ENTER("xrStringToPath");
    instance = MOCK_FIND(mock_instance, MOCK_INSTANCE, handle);
    if (instance == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrStringToPath: unknown instance");
    for (unsigned i = 0; i <= instance->path_count && i < MOCK_PATHS_MAX; i++) {
        if (i == instance->path_count)
            instance->paths[instance->path_count++] = strdup(string);
        if (strcmp(instance->paths[i], string) == 0) {
            *path = i + 1;
            return XR_SUCCESS;
        }
    }
    return XR_ERROR_PATH_COUNT_EXCEEDED;
}

XrResult mock_enumerate_strings(uint32_t capacity, uint32_t *count, char *buffer, const char *text)
{
    *count = (uint32_t)strlen(text) + 1;
    if (capacity == 0)
        return XR_SUCCESS;
    if (capacity < *count)
        return XR_ERROR_SIZE_INSUFFICIENT;
    memcpy(buffer, text, *count);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrPathToString)(XrInstance handle, XrPath path, uint32_t capacity, uint32_t *count, char *buffer)
{
    const struct mock_instance *instance;

    MOCK_ENTER("xrPathToString");
    instance = MOCK_FIND(mock_instance, MOCK_INSTANCE, handle);
    if (instance == NULL || path == XR_NULL_PATH || path > instance->path_count)
        return XR_ERROR_PATH_INVALID;
    return mock_enumerate_strings(capacity, count, buffer, instance->paths[path - 1]);
}

MOCK_FUNCTION(xrConvertTimespecTimeToTimeKHR)(XrInstance instance, const struct timespec *timespec, XrTime *time)
{
    (void)instance;
    *time = (XrTime)timespec->tv_sec * 1000000000 + timespec->tv_nsec;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrConvertTimeToTimespecTimeKHR)(XrInstance instance, XrTime time, struct timespec *timespec)
{
    (void)instance;
    *timespec = (struct timespec){time / 1000000000, time % 1000000000};
    return XR_SUCCESS;
}
