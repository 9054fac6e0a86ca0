// SPDX-License-Identifier: Apache-2.0
// The one system: a headset, its view configurations and blend modes.
#include <stdio.h>

#include "dispatch.h"

enum { SYSTEM = 1 };

static XrResult check_system(XrInstance instance, XrSystemId system, const char *function)
{
    if (MOCK_FIND(mock_instance, MOCK_INSTANCE, instance) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "%s: unknown instance", function);
    if (system != SYSTEM)
        return mock_violation(XR_ERROR_SYSTEM_INVALID, "%s: unknown system", function);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrGetSystem)(XrInstance handle, const XrSystemGetInfo *info, XrSystemId *system)
{
    MOCK_ENTER("xrGetSystem");
    if (info->formFactor != XR_FORM_FACTOR_HEAD_MOUNTED_DISPLAY)
        return XR_ERROR_FORM_FACTOR_UNSUPPORTED;
    *system = SYSTEM;
    return check_system(handle, SYSTEM, "xrGetSystem");
}

MOCK_FUNCTION(xrGetSystemProperties)(XrInstance handle, XrSystemId system, XrSystemProperties *properties)
{
    XrResult result;

    MOCK_ENTER("xrGetSystemProperties");
    result = check_system(handle, system, "xrGetSystemProperties");
    if (XR_FAILED(result))
        return result;
    properties->systemId = SYSTEM;
    properties->vendorId = 0;
    snprintf(properties->systemName, sizeof properties->systemName, "Art'Em mock headset");
    properties->graphicsProperties = (XrSystemGraphicsProperties){8192, 8192, mock_settings.layers};
    properties->trackingProperties = (XrSystemTrackingProperties){XR_TRUE, XR_TRUE};
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrEnumerateEnvironmentBlendModes)
(XrInstance handle, XrSystemId system, XrViewConfigurationType views, uint32_t capacity, uint32_t *count,
 XrEnvironmentBlendMode *modes)
{
    XrResult result;

    MOCK_ENTER("xrEnumerateEnvironmentBlendModes");
    result = check_system(handle, system, "xrEnumerateEnvironmentBlendModes");
    (void)views;
    *count = 3;
    if (XR_FAILED(result) || capacity == 0)
        return result;
    if (capacity < *count)
        return XR_ERROR_SIZE_INSUFFICIENT;
    modes[0] = XR_ENVIRONMENT_BLEND_MODE_OPAQUE;
    modes[1] = XR_ENVIRONMENT_BLEND_MODE_ADDITIVE;
    modes[2] = XR_ENVIRONMENT_BLEND_MODE_ALPHA_BLEND;
    return XR_SUCCESS;
}

bool mock_view_count(XrViewConfigurationType views, uint32_t *out_count)
{
    switch ((int)views) {
    case XR_VIEW_CONFIGURATION_TYPE_PRIMARY_MONO:
    case XR_VIEW_CONFIGURATION_TYPE_SECONDARY_MONO_FIRST_PERSON_OBSERVER_MSFT:
        *out_count = 1;
        return true;
    case XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO:
        *out_count = 2;
        return true;
    case XR_VIEW_CONFIGURATION_TYPE_PRIMARY_QUAD_VARJO:
        *out_count = 4;
        return true;
    default:
        return false;
    }
}

// The preferred one first.
MOCK_FUNCTION(xrEnumerateViewConfigurations)
(XrInstance handle, XrSystemId system, uint32_t capacity, uint32_t *count, XrViewConfigurationType *types)
{
    static const XrViewConfigurationType all[] = {
        XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO,
        XR_VIEW_CONFIGURATION_TYPE_PRIMARY_MONO,
        XR_VIEW_CONFIGURATION_TYPE_PRIMARY_QUAD_VARJO,
    };
    const struct mock_instance *instance;
    XrResult result;

    MOCK_ENTER("xrEnumerateViewConfigurations");
    result = check_system(handle, system, "xrEnumerateViewConfigurations");
    if (XR_FAILED(result))
        return result;
    instance = MOCK_FIND(mock_instance, MOCK_INSTANCE, handle);
    *count = mock_is_enabled(instance, XR_VARJO_QUAD_VIEWS_EXTENSION_NAME) ? 3 : 2;
    if (capacity == 0)
        return XR_SUCCESS;
    if (capacity < *count)
        return XR_ERROR_SIZE_INSUFFICIENT;
    for (uint32_t i = 0; i < *count; i++)
        types[i] = all[i];
    for (uint32_t i = 1; i < *count; i++) {
        if (types[i] == mock_settings.views) {
            types[i] = types[0];
            types[0] = mock_settings.views;
        }
    }
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrGetViewConfigurationProperties)
(XrInstance handle, XrSystemId system, XrViewConfigurationType views, XrViewConfigurationProperties *properties)
{
    XrResult result;
    uint32_t count;

    MOCK_ENTER("xrGetViewConfigurationProperties");
    result = check_system(handle, system, "xrGetViewConfigurationProperties");
    if (XR_FAILED(result))
        return result;
    if (!mock_view_count(views, &count))
        return XR_ERROR_VIEW_CONFIGURATION_TYPE_UNSUPPORTED;
    properties->viewConfigurationType = views;
    properties->fovMutable = XR_TRUE;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrEnumerateViewConfigurationViews)
(XrInstance handle, XrSystemId system, XrViewConfigurationType views, uint32_t capacity, uint32_t *count,
 XrViewConfigurationView *out)
{
    XrResult result;

    MOCK_ENTER("xrEnumerateViewConfigurationViews");
    result = check_system(handle, system, "xrEnumerateViewConfigurationViews");
    if (XR_FAILED(result))
        return result;
    if (!mock_view_count(views, count))
        return XR_ERROR_VIEW_CONFIGURATION_TYPE_UNSUPPORTED;
    if (capacity == 0)
        return XR_SUCCESS;
    if (capacity < *count)
        return XR_ERROR_SIZE_INSUFFICIENT;
    for (uint32_t i = 0; i < *count; i++) {
        if (out[i].type != XR_TYPE_VIEW_CONFIGURATION_VIEW)
            return mock_violation(XR_ERROR_VALIDATION_FAILURE,
                                  "xrEnumerateViewConfigurationViews: wrong structure type");
        out[i].recommendedImageRectWidth = mock_settings.width;
        out[i].recommendedImageRectHeight = mock_settings.height;
        out[i].maxImageRectWidth = out[i].maxImageRectHeight = 8192;
        out[i].recommendedSwapchainSampleCount = 1;
        out[i].maxSwapchainSampleCount = 4;
    }
    return XR_SUCCESS;
}
