// SPDX-License-Identifier: Apache-2.0
// Sessions and their states.
#include <time.h>

#include "dispatch.h"

XrTime mock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (XrTime)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct mock_session *mock_find_session(XrSession handle, const char *function, XrResult *out_result)
{
    struct mock_session *session = MOCK_FIND(mock_session, MOCK_SESSION, handle);

    *out_result = XR_SUCCESS;
    if (session == NULL) {
        *out_result = mock_violation(XR_ERROR_HANDLE_INVALID, "%s: unknown session", function);
        return NULL;
    }
    if (mock_settings.lose_session) {
        *out_result = XR_ERROR_SESSION_LOST;
        return NULL;
    }
    return session;
}

static void destroy_session(struct mock_object *object)
{
    mock_forget_session_actions((struct mock_session *)object);
    mock_gpu_close(&((struct mock_session *)object)->gpu);
}

static const XrGraphicsBindingVulkanKHR *find_binding(const XrSessionCreateInfo *info)
{
    const XrBaseInStructure *next = info->next;

    while (next != NULL && next->type != XR_TYPE_GRAPHICS_BINDING_VULKAN_KHR)
        next = next->next;
    return (const XrGraphicsBindingVulkanKHR *)next;
}

MOCK_FUNCTION(xrCreateSession)(XrInstance handle, const XrSessionCreateInfo *info, XrSession *out_session)
{
    const XrGraphicsBindingVulkanKHR *binding;
    struct mock_instance *instance;
    struct mock_session *session;

    MOCK_ENTER("xrCreateSession");
    instance = MOCK_FIND(mock_instance, MOCK_INSTANCE, handle);
    if (instance == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrCreateSession: unknown instance");
    if (info == NULL || info->type != XR_TYPE_SESSION_CREATE_INFO)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrCreateSession: wrong structure type");
    binding = find_binding(info);
    if (binding == NULL || binding->device == VK_NULL_HANDLE || binding->physicalDevice == VK_NULL_HANDLE)
        return XR_ERROR_GRAPHICS_DEVICE_INVALID;
    if (!instance->asked_requirements)
        return mock_violation(XR_ERROR_GRAPHICS_REQUIREMENTS_CALL_MISSING,
                              "xrCreateSession before the graphics requirements were asked for");
    session = mock_object_new(MOCK_SESSION, sizeof *session, instance, destroy_session);
    session->instance = instance;
    mock_gpu_open(&session->gpu, binding->physicalDevice, binding->device, binding->queueFamilyIndex,
                  binding->queueIndex);
    mock_push_state(session, XR_SESSION_STATE_IDLE);
    mock_push_state(session, XR_SESSION_STATE_READY);
    *out_session = (XrSession)session;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrDestroySession)(XrSession handle)
{
    MOCK_ENTER("xrDestroySession");
    if (MOCK_FIND(mock_session, MOCK_SESSION, handle) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrDestroySession: unknown session");
    mock_object_destroy((void *)handle);
    mock_tell_change();
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrBeginSession)(XrSession handle, const XrSessionBeginInfo *info)
{
    struct mock_session *session;
    XrResult result;
    uint32_t count;

    MOCK_ENTER("xrBeginSession");
    session = mock_find_session(handle, "xrBeginSession", &result);
    if (session == NULL)
        return result;
    if (session->running)
        return mock_violation(XR_ERROR_SESSION_RUNNING, "xrBeginSession: it is running");
    if (session->state != XR_SESSION_STATE_READY)
        return mock_violation(XR_ERROR_SESSION_NOT_READY, "xrBeginSession: it is not ready");
    if (!mock_view_count(info->primaryViewConfigurationType, &count))
        return XR_ERROR_VIEW_CONFIGURATION_TYPE_UNSUPPORTED;
    session->views = info->primaryViewConfigurationType;
    session->running = true;
    session->start = session->last_wake = mock_now();
    mock_push_state(session, XR_SESSION_STATE_SYNCHRONIZED);
    mock_push_state(session, XR_SESSION_STATE_VISIBLE);
    mock_push_state(session, XR_SESSION_STATE_FOCUSED);
    return XR_SUCCESS;
}

void mock_ask_to_exit(struct mock_session *session)
{
    session->exiting = true;
    mock_push_state(session, XR_SESSION_STATE_VISIBLE);
    mock_push_state(session, XR_SESSION_STATE_SYNCHRONIZED);
    mock_push_state(session, XR_SESSION_STATE_STOPPING);
}

MOCK_FUNCTION(xrRequestExitSession)(XrSession handle)
{
    struct mock_session *session;
    XrResult result;

    MOCK_ENTER("xrRequestExitSession");
    session = mock_find_session(handle, "xrRequestExitSession", &result);
    if (session == NULL)
        return result;
    if (!session->running)
        return mock_violation(XR_ERROR_SESSION_NOT_RUNNING, "xrRequestExitSession: it is not running");
    if (!session->exiting)
        mock_ask_to_exit(session);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrEndSession)(XrSession handle)
{
    struct mock_session *session;
    XrResult result;

    MOCK_ENTER("xrEndSession");
    session = mock_find_session(handle, "xrEndSession", &result);
    if (session == NULL)
        return result;
    if (!session->running)
        return mock_violation(XR_ERROR_SESSION_NOT_RUNNING, "xrEndSession: it is not running");
    if (session->state != XR_SESSION_STATE_STOPPING)
        return mock_violation(XR_ERROR_SESSION_NOT_STOPPING, "xrEndSession: it is not stopping");
    session->running = false;
    mock_tell_change();
    mock_push_state(session, XR_SESSION_STATE_IDLE);
    mock_push_state(session, XR_SESSION_STATE_EXITING);
    return XR_SUCCESS;
}
