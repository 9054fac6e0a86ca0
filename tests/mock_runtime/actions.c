// SPDX-License-Identifier: Apache-2.0
// Input. Buttons are pressed by the test (mock_press), whatever controller they belong to.
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"

enum { BINDINGS_MAX = 256, PRESSED_MAX = 8 };

struct action_set {
    struct mock_object object;
    bool attached; // to any session: it cannot be changed any more
    uint32_t priority;
};

struct action {
    struct mock_object object;
    XrActionType type;
};

// Suggested, of all instances. Handles may be stale, and are not followed then.
static struct {
    XrPath profile;
    XrAction action;
    XrPath button;
} bindings[BINDINGS_MAX];
static unsigned binding_count;
static struct {
    const struct mock_session *session;
    XrActionSet set;
} attached[64], active[64]; // active: in the latest synchronisation
static unsigned attached_count, active_count;
static const char *pressed[PRESSED_MAX];

void mock_press(const char *button, bool down)
{
    for (int i = 0; i < PRESSED_MAX; i++) {
        if (down ? pressed[i] == NULL : pressed[i] != NULL && strcmp(pressed[i], button) == 0) {
            pressed[i] = down ? button : NULL;
            return;
        }
    }
}

void mock_forget_actions(void)
{
    binding_count = attached_count = active_count = 0;
    memset(pressed, 0, sizeof pressed);
}

void mock_forget_session_actions(const struct mock_session *session)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < attached_count; i++) {
        if (attached[i].session != session)
            attached[kept++] = attached[i];
    }
    attached_count = kept;
}

unsigned mock_count_bindings(XrPath profile)
{
    unsigned count = 0;

    for (unsigned i = 0; i < binding_count; i++)
        count += bindings[i].profile == profile;
    return count;
}

unsigned mock_count_active_sets(void)
{
    return active_count;
}

MOCK_FUNCTION(xrCreateActionSet)(XrInstance handle, const XrActionSetCreateInfo *info, XrActionSet *set)
{
    struct mock_instance *instance;
    struct action_set *made;

    MOCK_ENTER("xrCreateActionSet");
    instance = MOCK_FIND(mock_instance, MOCK_INSTANCE, handle);
    if (instance == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrCreateActionSet: unknown instance");
    if (info->type != XR_TYPE_ACTION_SET_CREATE_INFO || info->actionSetName[0] == '\0' ||
        info->localizedActionSetName[0] == '\0')
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrCreateActionSet: no name");
    made = mock_object_new(MOCK_ACTION_SET, sizeof *made, instance, NULL);
    made->priority = info->priority;
    *set = (XrActionSet)made;
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
    struct action_set *parent;
    struct action *made;

    MOCK_ENTER("xrCreateAction");
    parent = mock_object_find((uint64_t)set, MOCK_ACTION_SET);
    if (parent == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrCreateAction: unknown set");
    if (parent->attached)
        return mock_violation(XR_ERROR_ACTIONSETS_ALREADY_ATTACHED, "xrCreateAction: its set is attached");
    made = mock_object_new(MOCK_ACTION, sizeof *made, parent, NULL);
    made->type = info->actionType;
    *action = (XrAction)made;
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

static void forget_profile(XrPath profile)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < binding_count; i++) {
        if (bindings[i].profile != profile)
            bindings[kept++] = bindings[i];
    }
    binding_count = kept;
}

MOCK_FUNCTION(xrSuggestInteractionProfileBindings)
(XrInstance instance, const XrInteractionProfileSuggestedBinding *info)
{
    MOCK_ENTER("xrSuggestInteractionProfileBindings");
    if (MOCK_FIND(mock_instance, MOCK_INSTANCE, instance) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrSuggestInteractionProfileBindings: unknown instance");
    if (info->countSuggestedBindings == 0)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrSuggestInteractionProfileBindings: nothing suggested");
    for (uint32_t i = 0; i < info->countSuggestedBindings; i++) {
        const struct action *action = mock_object_find((uint64_t)info->suggestedBindings[i].action, MOCK_ACTION);

        if (action == NULL)
            return mock_violation(XR_ERROR_HANDLE_INVALID, "xrSuggestInteractionProfileBindings: unknown action");
        if (((const struct action_set *)action->object.parent)->attached)
            return XR_ERROR_ACTIONSETS_ALREADY_ATTACHED;
    }
    // The latest suggestion for a controller is the one that counts.
    forget_profile(info->interactionProfile);
    for (uint32_t i = 0; i < info->countSuggestedBindings && binding_count < BINDINGS_MAX; i++) {
        bindings[binding_count].profile = info->interactionProfile;
        bindings[binding_count].action = info->suggestedBindings[i].action;
        bindings[binding_count++].button = info->suggestedBindings[i].binding;
    }
    return XR_SUCCESS;
}

static bool is_attached(const struct mock_session *session, XrActionSet set)
{
    for (unsigned i = 0; i < attached_count; i++) {
        if (attached[i].session == session && attached[i].set == set)
            return true;
    }
    return false;
}

MOCK_FUNCTION(xrAttachSessionActionSets)(XrSession handle, const XrSessionActionSetsAttachInfo *info)
{
    struct mock_session *session;
    XrResult result;

    MOCK_ENTER("xrAttachSessionActionSets");
    session = mock_find_session(handle, "xrAttachSessionActionSets", &result);
    if (session == NULL)
        return result;
    if (session->actions_attached)
        return XR_ERROR_ACTIONSETS_ALREADY_ATTACHED;
    for (uint32_t i = 0; i < info->countActionSets; i++) {
        if (mock_object_find((uint64_t)info->actionSets[i], MOCK_ACTION_SET) == NULL)
            return mock_violation(XR_ERROR_HANDLE_INVALID, "xrAttachSessionActionSets: unknown set");
    }
    for (uint32_t i = 0; i < info->countActionSets && attached_count < 64; i++) {
        ((struct action_set *)info->actionSets[i])->attached = true;
        attached[attached_count].session = session;
        attached[attached_count++].set = info->actionSets[i];
    }
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

static bool is_down(const struct mock_instance *instance, XrAction action)
{
    for (unsigned i = 0; i < binding_count; i++) {
        for (int k = 0; k < PRESSED_MAX && bindings[i].action == action; k++) {
            if (pressed[k] != NULL && bindings[i].button - 1 < instance->path_count &&
                strcmp(instance->paths[bindings[i].button - 1], pressed[k]) == 0)
                return true;
        }
    }
    return false;
}

MOCK_FUNCTION(xrGetActionStateBoolean)(XrSession handle, const XrActionStateGetInfo *info, XrActionStateBoolean *state)
{
    const struct mock_session *session;
    const struct action *action;
    XrResult result;

    MOCK_ENTER("xrGetActionStateBoolean");
    session = mock_find_session(handle, "xrGetActionStateBoolean", &result);
    if (session == NULL)
        return result;
    action = mock_object_find((uint64_t)info->action, MOCK_ACTION);
    if (action == NULL || action->type != XR_ACTION_TYPE_BOOLEAN_INPUT)
        return mock_violation(action == NULL ? XR_ERROR_HANDLE_INVALID : XR_ERROR_ACTION_TYPE_MISMATCH,
                              "xrGetActionStateBoolean: no such action");
    if (!is_attached(session, (XrActionSet)action->object.parent))
        return XR_ERROR_ACTIONSET_NOT_ATTACHED;
    *state = (XrActionStateBoolean){.type = state->type, .next = state->next};
    for (unsigned i = 0; i < active_count; i++) {
        if (active[i].session == session && active[i].set == (XrActionSet)action->object.parent)
            state->isActive = XR_TRUE;
    }
    state->currentState = state->isActive && is_down(session->instance, info->action);
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
    session = mock_find_session(handle, "xrSyncActions", &result);
    if (session == NULL)
        return result;
    for (uint32_t i = 0; i < info->countActiveActionSets; i++) {
        if (!is_attached(session, info->activeActionSets[i].actionSet))
            return XR_ERROR_ACTIONSET_NOT_ATTACHED;
    }
    active_count = 0;
    if (session->state != XR_SESSION_STATE_FOCUSED)
        return XR_SESSION_NOT_FOCUSED;
    for (uint32_t i = 0; i < info->countActiveActionSets && active_count < 64; i++) {
        active[active_count].session = session;
        active[active_count++].set = info->activeActionSets[i].actionSet;
    }
    return XR_SUCCESS;
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
