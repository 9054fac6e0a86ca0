// SPDX-License-Identifier: Apache-2.0
// The loader's interface to API layers, version 1, written from the OpenXR loader specification: distributions that
// ship headers older than 1.0.33 have no openxr_loader_negotiation.h.
#ifndef ARTEM_PLUGIN_NEGOTIATION_H
#define ARTEM_PLUGIN_NEGOTIATION_H

#include <stddef.h>
#include <stdint.h>
#include <openxr/openxr.h>

enum loader_struct_type {
    LOADER_STRUCT_LOADER_INFO = 1,
    LOADER_STRUCT_API_LAYER_REQUEST = 2,
    LOADER_STRUCT_API_LAYER_CREATE_INFO = 4,
    LOADER_STRUCT_API_LAYER_NEXT_INFO = 5,
};

enum {
    LOADER_STRUCT_VERSION = 1, // of each struct below
    LOADER_INTERFACE_VERSION = 1,
    LOADER_SETTINGS_PATH_SIZE = 512,
};

struct loader_info {
    enum loader_struct_type struct_type;
    uint32_t struct_version;
    size_t struct_size;
    uint32_t min_interface_version, max_interface_version;
    XrVersion min_api_version, max_api_version;
};

struct api_layer_create_info;
typedef XrResult(XRAPI_PTR *pfn_create_api_layer_instance)(const XrInstanceCreateInfo *info,
                                                           const struct api_layer_create_info *layer_info,
                                                           XrInstance *instance);

struct api_layer_request {
    enum loader_struct_type struct_type;
    uint32_t struct_version;
    size_t struct_size;
    uint32_t layer_interface_version;
    XrVersion layer_api_version;
    PFN_xrGetInstanceProcAddr get_instance_proc_addr;
    pfn_create_api_layer_instance create_api_layer_instance;
};

// One element per layer, ours first: its name, and the functions of the layer (or loader) below it.
struct api_layer_next_info {
    enum loader_struct_type struct_type;
    uint32_t struct_version;
    size_t struct_size;
    char layer_name[XR_MAX_API_LAYER_NAME_SIZE];
    PFN_xrGetInstanceProcAddr next_get_instance_proc_addr;
    pfn_create_api_layer_instance next_create_api_layer_instance;
    struct api_layer_next_info *next;
};

struct api_layer_create_info {
    enum loader_struct_type struct_type;
    uint32_t struct_version;
    size_t struct_size;
    void *loader_instance;
    char settings_file_location[LOADER_SETTINGS_PATH_SIZE];
    struct api_layer_next_info *next_info;
};

_Static_assert(sizeof(void *) != 8 || sizeof(struct loader_info) == 40, "the loader's layout");
_Static_assert(sizeof(void *) != 8 || sizeof(struct api_layer_request) == 48, "the loader's layout");
_Static_assert(sizeof(void *) != 8 || sizeof(struct api_layer_next_info) == 296, "the loader's layout");
_Static_assert(sizeof(void *) != 8 || sizeof(struct api_layer_create_info) == 544, "the loader's layout");

// The one exported symbol.
__attribute__((visibility("default"))) XRAPI_ATTR XrResult XRAPI_CALL xrNegotiateLoaderApiLayerInterface(
    const struct loader_info *loader_info, const char *layer_name, struct api_layer_request *request);

#endif
