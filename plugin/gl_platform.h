// SPDX-License-Identifier: Apache-2.0
// How a context of OpenGL is made current: by GLX (gl_glx.c) or EGL (gl_egl.c).
#ifndef ARTEM_PLUGIN_GL_PLATFORM_H
#define ARTEM_PLUGIN_GL_PLATFORM_H

#include "gl_context.h"

typedef void (*gl_function)(void);

struct gl_platform {
    // ARTEM_ERROR_NOT_FOUND if `chain` has no binding of this platform. ARTEM_OK: *out_own is to be closed.
    enum artem_result (*open)(const void *chain, void **out_own, const char **out_why);
    void (*close)(void *own);
    gl_function (*find)(void *own, const char *name);
    bool (*enter)(void *own, struct gl_before *out_before);
    void (*leave)(void *own, const struct gl_before *before);
};

extern const struct gl_platform gl_platform_glx, gl_platform_egl;

#endif
