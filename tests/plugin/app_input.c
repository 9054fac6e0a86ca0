// SPDX-License-Identifier: Apache-2.0
#include "app_input.h"

#include "test.h"

struct app_input app_input;

XrPath app_path(const char *text)
{
    XrPath path = XR_NULL_PATH;

    app_check("xrStringToPath", app.xr.xrStringToPath(app.instance, text, &path));
    return path;
}

bool app_make_input(void)
{
    XrActionSetCreateInfo set_info = {
        .type = XR_TYPE_ACTION_SET_CREATE_INFO, .actionSetName = "game", .localizedActionSetName = "Game"};
    XrActionCreateInfo action_info = {.type = XR_TYPE_ACTION_CREATE_INFO,
                                      .actionName = "sprint",
                                      .localizedActionName = "Sprint",
                                      .actionType = XR_ACTION_TYPE_BOOLEAN_INPUT};

    return app_check("xrCreateActionSet", app.xr.xrCreateActionSet(app.instance, &set_info, &app_input.set)) &&
           app_check("xrCreateAction", app.xr.xrCreateAction(app_input.set, &action_info, &app_input.action));
}

XrResult app_suggest(XrPath profile, uint32_t count)
{
    const XrActionSuggestedBinding binding = {app_input.action, app_path(APP_LEFT)};
    const XrInteractionProfileSuggestedBinding info = {
        .type = XR_TYPE_INTERACTION_PROFILE_SUGGESTED_BINDING,
        .interactionProfile = profile,
        .countSuggestedBindings = count,
        .suggestedBindings = &binding,
    };
    const XrInteractionProfileSuggestedBinding before = info;
    const XrResult result = app.xr.xrSuggestInteractionProfileBindings(app.instance, &info);

    CHECK(memcmp(&before, &info, sizeof info) == 0);
    return result;
}

XrResult app_attach(XrSession session)
{
    const XrSessionActionSetsAttachInfo info = {
        .type = XR_TYPE_SESSION_ACTION_SETS_ATTACH_INFO, .countActionSets = 1, .actionSets = &app_input.set};

    return app.xr.xrAttachSessionActionSets(session, &info);
}

XrResult app_sync(XrSession session, uint32_t count)
{
    const XrActiveActionSet active = {app_input.set, XR_NULL_PATH};
    const XrActionsSyncInfo info = {
        .type = XR_TYPE_ACTIONS_SYNC_INFO, .countActiveActionSets = count, .activeActionSets = &active};

    return app.xr.xrSyncActions(session, &info);
}

void app_poll_events(void)
{
    XrEventDataBuffer event = {.type = XR_TYPE_EVENT_DATA_BUFFER};

    while (app.xr.xrPollEvent(app.instance, &event) == XR_SUCCESS)
        event = (XrEventDataBuffer){.type = XR_TYPE_EVENT_DATA_BUFFER};
}
