// SPDX-License-Identifier: Apache-2.0
#include "layer_file.h"

#include <dlfcn.h>
#include <stdio.h>

#include "app.h"
#include "negotiation.h"

const char *layer_file;
static void *library;
static PFN_xrDestroyInstance destroy_instance;

XrResult XRAPI_CALL xrNegotiateLoaderApiLayerInterface(const struct loader_info *info, const char *name,
                                                       struct api_layer_request *request)
{
    library = dlopen(layer_file, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return XR_ERROR_FILE_ACCESS_ERROR;
    }
    __typeof__(&xrNegotiateLoaderApiLayerInterface) negotiate =
        (__typeof__(&xrNegotiateLoaderApiLayerInterface))dlsym(library, "xrNegotiateLoaderApiLayerInterface");
    return negotiate(info, name, request);
}

static XRAPI_ATTR XrResult XRAPI_CALL destroy_and_unload(XrInstance instance)
{
    const XrResult result = destroy_instance(instance);

    if (library != NULL)
        dlclose(library);
    library = NULL;
    return result;
}

void layer_file_follow_instance(void)
{
    destroy_instance = app.xr.xrDestroyInstance;
    app.xr.xrDestroyInstance = destroy_and_unload;
}

bool layer_file_is_loaded(void)
{
    void *found = layer_file != NULL ? dlopen(layer_file, RTLD_NOW | RTLD_NOLOAD) : NULL;

    if (found != NULL)
        dlclose(found);
    return found != NULL;
}
