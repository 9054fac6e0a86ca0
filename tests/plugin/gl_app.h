// SPDX-License-Identifier: Apache-2.0
// Has an app that draws with Vulkan, and the mock runtime, speak OpenGL with the layer between them: above the layer,
// pictures that the app releases are copied into textures; below it, textures that the layer releases are copied into
// the runtime's images. Rows are turned around both ways, since OpenGL's images begin at the bottom, and so are rects:
// what the runtime gets is what it gets of the same app with Vulkan. The context is one of EGL, without a surface.
#ifndef ARTEM_TEST_GL_APP_H
#define ARTEM_TEST_GL_APP_H

#include "app.h"

// Linked in, it is the app's dialect where the environment has ARTEM_TEST_GL: "gl", or "gles" for OpenGL ES.
struct gl_app_choice {
    bool es;
    bool current; // the app leaves its context current in the thread that it calls from
    bool drops;   // the runtime leaves none current after it has used it
};
extern struct gl_app_choice gl_app; // of the next app_open

// The names of OpenGL for the context, as the layer gets them: a test may stand in for some.
extern PFN_xrVoidFunction (*gl_app_find)(const char *name);
// Whether the context is as the app left it: current or not, nothing else bound, no error.
bool gl_app_is_untouched(void);

#endif
