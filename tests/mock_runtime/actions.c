// SPDX-License-Identifier: Apache-2.0
// Input: everything is accepted, and nobody ever presses anything.
#include "dispatch.h"

MOCK_FUNCTION(xrCreateActionSet)(XrInstance handle, const XrActionSetCreateInfo *info, XrActionSet *set)
{
    struct mock_instance *instance;

    MOCK_ENTER("xrCreateActionSet");
    (void)info;
    instance = MOCK_FIND(mock_instance, MOCK_INSTANCE, handle);
    if (instance == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrCreateActionSet: unknown instance");
    *set = (XrActionSet)mock_object_new(MOCK_ACTION_SET, sizeof(struct mock_object), instance, NULL);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrDestroyActionSet)(XrActionSet handle)
{
    MOCK_ENTER("xrDestroyActionSet");
    if (mock_object_find((uint64_t)handle, MOCK_ACTION_SET) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrDestroyActionSet: unknown set");
    mock_object_destroy((void *)handle);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrCreateAction)(XrActionSet set, const XrActionCreateInfo *info, XrAction *action)
{
    struct mock_object *parent;

    MOCK_ENTER("xrCreateAction");
    (void)info;
    parent = mock_object_find((uint64_t)set, MOCK_ACTION_SET);
    if (parent == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrCreateAction: unknown set");
    *action = (XrAction)mock_object_new(MOCK_ACTION, sizeof(struct mock_object), parent, NULL);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrDestroyAction)(XrAction handle)
{
    MOCK_ENTER("xrDestroyAction");
    if (mock_object_find((uint64_t)handle, MOCK_ACTION) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrDestroyAction: unknown action");
    mock_object_destroy((void *)handle);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrSuggestInteractionProfileBindings)
(XrInstance instance, const XrInteractionProfileSuggestedBinding *bindings)
{
    (void)instance;
    (void)bindings;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrAttachSessionActionSets)(XrSession handle, const XrSessionActionSetsAttachInfo *info)
{
    struct mock_session *session;
    XrResult result;

    MOCK_ENTER("xrAttachSessionActionSets");
    (void)info;
    session = mock_find_session(handle, "xrAttachSessionActionSets", &result);
    if (session == NULL)
        return result;
    if (session->actions_attached)
        return XR_ERROR_ACTIONSETS_ALREADY_ATTACHED;
    session->actions_attached = true;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrGetCurrentInteractionProfile)(XrSession session, XrPath user, XrInteractionProfileState *state)
{
    (void)session;
    (void)user;
    state->interactionProfile = XR_NULL_PATH;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrGetActionStateBoolean)(XrSession session, const XrActionStateGetInfo *info, XrActionStateBoolean *state)
{
    (void)session;
    (void)info;
    *state = (XrActionStateBoolean){.type = state->type, .next = state->next};
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrGetActionStateFloat)(XrSession session, const XrActionStateGetInfo *info, XrActionStateFloat *state)
{
    (void)session;
    (void)info;
    *state = (XrActionStateFloat){.type = state->type, .next = state->next};
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrGetActionStateVector2f)
(XrSession session, const XrActionStateGetInfo *info, XrActionStateVector2f *state)
{
    (void)session;
    (void)info;
    *state = (XrActionStateVector2f){.type = state->type, .next = state->next};
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrGetActionStatePose)(XrSession session, const XrActionStateGetInfo *info, XrActionStatePose *state)
{
    (void)session;
    (void)info;
    state->isActive = XR_FALSE;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrSyncActions)(XrSession handle, const XrActionsSyncInfo *info)
{
    const struct mock_session *session;
    XrResult result;

    MOCK_ENTER("xrSyncActions");
    (void)info;
    session = mock_find_session(handle, "xrSyncActions", &result);
    if (session == NULL)
        return result;
    return session->state == XR_SESSION_STATE_FOCUSED ? XR_SUCCESS : XR_SESSION_NOT_FOCUSED;
}

MOCK_FUNCTION(xrEnumerateBoundSourcesForAction)
(XrSession session, const XrBoundSourcesForActionEnumerateInfo *info, uint32_t capacity, uint32_t *count,
 XrPath *sources)
{
    (void)session;
    (void)info;
    (void)capacity;
    (void)sources;
    *count = 0;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrGetInputSourceLocalizedName)
(XrSession session, const XrInputSourceLocalizedNameGetInfo *info, uint32_t capacity, uint32_t *count, char *buffer)
{
    (void)session;
    (void)info;
    return mock_enumerate_strings(capacity, count, buffer, "nothing");
}

MOCK_FUNCTION(xrApplyHapticFeedback)
(XrSession session, const XrHapticActionInfo *info, const XrHapticBaseHeader *feedback)
{
    (void)session;
    (void)info;
    (void)feedback;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrStopHapticFeedback)(XrSession session, const XrHapticActionInfo *info)
{
    (void)session;
    (void)info;
    return XR_SUCCESS;
}
