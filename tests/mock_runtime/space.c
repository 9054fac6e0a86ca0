// SPDX-License-Identifier: Apache-2.0
// Spaces and views. The head turns slowly, as a function of time alone.
#include <math.h>
#include <string.h>

#include "dispatch.h"

MOCK_FUNCTION(xrEnumerateReferenceSpaces)
(XrSession handle, uint32_t capacity, uint32_t *count, XrReferenceSpaceType *types)
{
    XrResult result;

    MOCK_ENTER("xrEnumerateReferenceSpaces");
    if (mock_find_session(handle, "xrEnumerateReferenceSpaces", &result) == NULL)
        return result;
    *count = 3;
    if (capacity == 0)
        return XR_SUCCESS;
    if (capacity < *count)
        return XR_ERROR_SIZE_INSUFFICIENT;
    types[0] = XR_REFERENCE_SPACE_TYPE_VIEW;
    types[1] = XR_REFERENCE_SPACE_TYPE_LOCAL;
    types[2] = XR_REFERENCE_SPACE_TYPE_STAGE;
    return XR_SUCCESS;
}

static XrResult create_space(XrSession handle, const XrPosef *pose, const char *function, XrSpace *out_space)
{
    XrResult result;
    struct mock_session *session = mock_find_session(handle, function, &result);
    struct mock_space *space;

    if (session == NULL)
        return result;
    space = mock_object_new(MOCK_SPACE, sizeof *space, session, NULL);
    space->pose = *pose;
    *out_space = (XrSpace)space;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrCreateReferenceSpace)(XrSession handle, const XrReferenceSpaceCreateInfo *info, XrSpace *space)
{
    MOCK_ENTER("xrCreateReferenceSpace");
    return create_space(handle, &info->poseInReferenceSpace, "xrCreateReferenceSpace", space);
}

MOCK_FUNCTION(xrCreateActionSpace)(XrSession handle, const XrActionSpaceCreateInfo *info, XrSpace *space)
{
    MOCK_ENTER("xrCreateActionSpace");
    return create_space(handle, &info->poseInActionSpace, "xrCreateActionSpace", space);
}

MOCK_FUNCTION(xrGetReferenceSpaceBoundsRect)(XrSession handle, XrReferenceSpaceType type, XrExtent2Df *bounds)
{
    XrResult result;

    MOCK_ENTER("xrGetReferenceSpaceBoundsRect");
    (void)type;
    *bounds = (XrExtent2Df){0, 0};
    return mock_find_session(handle, "xrGetReferenceSpaceBoundsRect", &result) != NULL ? XR_SPACE_BOUNDS_UNAVAILABLE
                                                                                       : result;
}

MOCK_FUNCTION(xrLocateSpace)(XrSpace handle, XrSpace base, XrTime time, XrSpaceLocation *location)
{
    const struct mock_space *space;

    MOCK_ENTER("xrLocateSpace");
    (void)time;
    space = MOCK_FIND(mock_space, MOCK_SPACE, handle);
    if (space == NULL || MOCK_FIND(mock_space, MOCK_SPACE, base) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrLocateSpace: unknown space");
    location->pose = space->pose;
    location->locationFlags = XR_SPACE_LOCATION_ORIENTATION_VALID_BIT | XR_SPACE_LOCATION_POSITION_VALID_BIT;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrDestroySpace)(XrSpace handle)
{
    MOCK_ENTER("xrDestroySpace");
    if (MOCK_FIND(mock_space, MOCK_SPACE, handle) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrDestroySpace: unknown space");
    mock_object_destroy((void *)handle);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrLocateViews)
(XrSession handle, const XrViewLocateInfo *info, XrViewState *state, uint32_t capacity, uint32_t *count, XrView *views)
{
    double angle;
    XrResult result;

    MOCK_ENTER("xrLocateViews");
    if (mock_find_session(handle, "xrLocateViews", &result) == NULL)
        return result;
    if (info->type != XR_TYPE_VIEW_LOCATE_INFO || MOCK_FIND(mock_space, MOCK_SPACE, info->space) == NULL)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrLocateViews: bad info");
    if (!mock_view_count(info->viewConfigurationType, count))
        return XR_ERROR_VIEW_CONFIGURATION_TYPE_UNSUPPORTED;
    if (capacity == 0)
        return XR_SUCCESS;
    if (capacity < *count)
        return XR_ERROR_SIZE_INSUFFICIENT;
    angle = 0.3 * sin((double)(info->displayTime % 60000000000) / 1e9);
    for (uint32_t i = 0; i < *count; i++) {
        bool right = i % 2 == 1, inner = i >= 2;
        float wide = inner ? 0.25f : right ? 0.80f : 0.90f, narrow = inner ? 0.25f : right ? 0.90f : 0.80f;

        views[i].pose = (XrPosef){{0, (float)sin(angle / 2), 0, (float)cos(angle / 2)},
                                  {*count == 1 ? 0
                                   : right     ? 0.032f
                                               : -0.032f,
                                   1.6f, 0}};
        views[i].fov = (XrFovf){-wide, narrow, inner ? 0.25f : 0.85f, inner ? -0.25f : -0.9f};
    }
    state->viewStateFlags = XR_VIEW_STATE_ORIENTATION_VALID_BIT | XR_VIEW_STATE_POSITION_VALID_BIT;
    return XR_SUCCESS;
}
