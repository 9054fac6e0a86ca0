// SPDX-License-Identifier: Apache-2.0
// The part of OpenVINO's C API (2022.3 and newer) that the lab calls. The library is opened when it is asked for;
// nothing of OpenVINO is needed to build.
#ifndef ARTEM_LAB_OPENVINO_API_H
#define ARTEM_LAB_OPENVINO_API_H

#include <stddef.h>
#include <stdint.h>

struct openvino_shape {
    int64_t rank, *sizes;
};

// Handles are opaque; functions return 0 for success.
#define OPENVINO_FUNCTIONS(X)                                                                                          \
    X(int, ov_core_create, (void **core))                                                                              \
    X(void, ov_core_free, (void *core))                                                                                \
    X(int, ov_core_read_model_from_memory_buffer,                                                                      \
      (const void *core, const char *text, size_t length, const void *weights, void **model))                          \
    X(int, ov_core_compile_model,                                                                                      \
      (const void *core, const void *model, const char *device, size_t words, void **compiled, ...))                   \
    X(void, ov_model_free, (void *model))                                                                              \
    X(int, ov_compiled_model_create_infer_request, (const void *compiled, void **request))                             \
    X(void, ov_compiled_model_free, (void *compiled))                                                                  \
    X(int, ov_infer_request_set_tensor, (void *request, const char *name, const void *tensor))                         \
    X(int, ov_infer_request_infer, (void *request))                                                                    \
    X(void, ov_infer_request_free, (void *request))                                                                    \
    X(int, ov_tensor_create_from_host_ptr, (int type, struct openvino_shape shape, void *memory, void **tensor))       \
    X(int, ov_tensor_get_byte_size, (const void *tensor, size_t *bytes))                                               \
    X(void, ov_tensor_free, (void *tensor))                                                                            \
    X(const char *, ov_get_error_info, (int status))

struct openvino_api {
#define X(type, name, params) type(*name) params; // NOLINT(bugprone-macro-parentheses)
    OPENVINO_FUNCTIONS(X)
#undef X
    const char *(*ov_get_last_err_msg)(void); // NULL in old versions; the text is the caller's
    void (*ov_free)(const char *text);        // likewise
    int float_type;                           // 32-bit floats in ov_element_type_e
};

// NULL after a message. Looks for libopenvino_c.so in ARTEM_OPENVINO (a folder, or the file), where libraries are, and
// where OpenVINO's own packages put it. Stays open.
const struct openvino_api *openvino_open(void);

#endif
