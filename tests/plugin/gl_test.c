// SPDX-License-Identifier: Apache-2.0
// Apps that draw with OpenGL: what is theirs stays as it is, what is missing or fails leaves their frames as they are,
// and with semaphores nobody waits for the GPU. What frames look like, the tests see that run with gl_app.h as well.
//
// With ARTEM_TEST_SEMAPHORES the Vulkan driver can export semaphores (tests/mock_cuda/vulkan_semaphores_layer.c), and
// GL_EXT_semaphore is played here, on what they are made of there; that layer ends the program where one is signalled
// twice in a row.
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "fake_engine.h"
#include "gl_app.h"
#include "gl_image.h"
#include "mock_cuda/mock_cuda.h"
#include "own_files.h"
#include "session.h"
#include "test.h"

enum { SEMAPHORES_MAX = 256 };

// The names that the layer asks for and does not get, the extension that it does not see, the call that fails.
static const char *missing_function, *missing_extension, *failing_function;
static unsigned failing_call; // 1: the next one
static bool failed;
static unsigned changed_uuid; // 1: of the device, 2: of the driver
static GLint devices;         // that a context says it has, 0: what it says
static unsigned finishes;     // calls of glFinish
static bool plays_semaphores, refuses_semaphores;
static struct mock_semaphore semaphores[SEMAPHORES_MAX];
static unsigned semaphore_count, semaphores_alive, waits, signals, to_signal_count;
static GLuint to_signal[SEMAPHORES_MAX];
static bool context_ended; // the app's: nobody may use it any more

static PFN_xrVoidFunction (*find_true)(const char *name);

static bool strikes(const char *function)
{
    if (failing_function == NULL || strcmp(failing_function, function) != 0 || failing_call == 0)
        return false;
    failed = failed || failing_call == 1;
    return --failing_call == 0;
}

// ---- Stand-ins ----

#define TRUE_ONE(name, type) ((type)find_true(#name))

static GLenum played_error;

static GLenum get_error(void)
{
    const GLenum error = played_error;

    played_error = GL_NO_ERROR;
    return error != GL_NO_ERROR ? error : TRUE_ONE(glGetError, GLenum(*)(void))();
}

static void get_integer(GLenum name, GLint *out)
{
    TRUE_ONE(glGetIntegerv, void (*)(GLenum, GLint *))(name, out);
    if (name == GL_NUM_EXTENSIONS && plays_semaphores)
        *out += 2;
    if (name == GL_NUM_DEVICE_UUIDS_EXT && devices != 0)
        *out = devices;
}

static const GLubyte *get_string(GLenum name, GLuint index)
{
    static const char *const played[] = {"GL_EXT_semaphore", "GL_EXT_semaphore_fd"};
    GLint count = 0;
    const GLubyte *text;

    TRUE_ONE(glGetIntegerv, void (*)(GLenum, GLint *))(GL_NUM_EXTENSIONS, &count);
    text = index < (GLuint)count ? TRUE_ONE(glGetStringi, PFNGLGETSTRINGIPROC)(name, index)
                                 : (const GLubyte *)played[index - (GLuint)count];
    if (missing_extension != NULL && strcmp((const char *)text, missing_extension) == 0)
        return (const GLubyte *)"GL_NOT_THIS_ONE";
    return text;
}

static void get_bytes(GLenum name, GLubyte *out)
{
    TRUE_ONE(glGetUnsignedBytevEXT, PFNGLGETUNSIGNEDBYTEVEXTPROC)(name, out);
    out[3] ^= changed_uuid == 2;
}

static void get_indexed_bytes(GLenum name, GLuint index, GLubyte *out)
{
    TRUE_ONE(glGetUnsignedBytei_vEXT, PFNGLGETUNSIGNEDBYTEI_VEXTPROC)(name, index, out);
    out[3] ^= changed_uuid == 1;
}

static void import_memory(GLuint memory, GLuint64 size, GLenum type, GLint fd)
{
    const bool fails = strikes("glImportMemoryFdEXT");

    TRUE_ONE(glImportMemoryFdEXT, PFNGLIMPORTMEMORYFDEXTPROC)(memory, size, fails ? GL_RGBA : type, fd);
}

static void store(GLenum target, GLsizei levels, GLenum format, GLsizei width, GLsizei height, GLuint memory,
                  GLuint64 offset)
{
    const bool fails = strikes("glTexStorageMem2DEXT");

    TRUE_ONE(glTexStorageMem2DEXT, PFNGLTEXSTORAGEMEM2DEXTPROC)
    (target, fails ? 0 : levels, format, width, height, memory, offset);
}

static void copy(GLuint from, GLenum from_target, GLint from_level, GLint from_x, GLint from_y, GLint from_z, GLuint to,
                 GLenum to_target, GLint to_level, GLint to_x, GLint to_y, GLint to_z, GLsizei width, GLsizei height,
                 GLsizei depth)
{
    const bool fails = strikes("glCopyImageSubData");

    TRUE_ONE(glCopyImageSubData, PFNGLCOPYIMAGESUBDATAPROC)
    (from, from_target, fails ? 7 : from_level, from_x, from_y, from_z, to, to_target, to_level, to_x, to_y, to_z,
     width, height, depth);
}

static unsigned make_current(void *display, void *draw, void *read, void *context)
{
    CHECK(!context_ended);
    if (context != NULL && strikes("eglMakeCurrent"))
        return 0;
    return TRUE_ONE(eglMakeCurrent, unsigned (*)(void *, void *, void *, void *))(display, draw, read, context);
}

static void finish(void)
{
    finishes++;
    TRUE_ONE(glFinish, void (*)(void))();
}

// ---- GL_EXT_semaphore ----

static void generate(GLsizei count, GLuint *names)
{
    for (GLsizei i = 0; i < count; i++)
        names[i] = ++semaphore_count;
    CHECK(semaphore_count < SEMAPHORES_MAX);
}

static void import_semaphore(GLuint name, GLenum type, GLint fd)
{
    struct mock_semaphore *s = &semaphores[name];

    CHECK_INT(type, GL_HANDLE_TYPE_OPAQUE_FD_EXT);
    if (refuses_semaphores || strikes("glImportSemaphoreFdEXT")) {
        played_error = GL_INVALID_VALUE;
        return;
    }
    CHECK_INT(pread(fd, s, sizeof *s, 0), sizeof *s);
    CHECK(s->magic == MOCK_SEMAPHORE_MAGIC);
    s->retain(s->user);
    semaphores_alive++;
    close(fd);
}

static void forget(GLsizei count, const GLuint *names)
{
    for (GLsizei i = 0; i < count; i++) {
        struct mock_semaphore *s = &semaphores[names[i]];

        if (s->magic != 0) {
            s->release(s->user);
            semaphores_alive--;
        }
        *s = (struct mock_semaphore){.magic = 0};
    }
}

static void check_barriers(GLuint buffers, GLuint textures, const GLenum *layouts)
{
    CHECK_INT(buffers, 0);
    CHECK_INT(textures, 1);
    CHECK_INT(layouts[0], GL_LAYOUT_COLOR_ATTACHMENT_EXT);
}

static void wait_for(GLuint name, GLuint buffers, const GLuint *buffer, GLuint textures, const GLuint *texture,
                     const GLenum *layouts)
{
    (void)buffer;
    (void)texture;
    check_barriers(buffers, textures, layouts);
    CHECK(semaphores[name].wait(semaphores[name].user, 0));
    waits++;
}

static void signal_it(GLuint name, GLuint buffers, const GLuint *buffer, GLuint textures, const GLuint *texture,
                      const GLenum *layouts)
{
    (void)buffer;
    (void)texture;
    check_barriers(buffers, textures, layouts);
    to_signal[to_signal_count++] = name;
}

// Before that, what has been asked for need not be on its way.
static void flush(void)
{
    TRUE_ONE(glFinish, void (*)(void))();
    for (unsigned i = 0; i < to_signal_count; i++)
        semaphores[to_signal[i]].signal(semaphores[to_signal[i]].user, 0);
    signals += to_signal_count;
    to_signal_count = 0;
}

static PFN_xrVoidFunction find(const char *name)
{
    static const struct {
        const char *name;
        PFN_xrVoidFunction function;
        bool played;
    } standins[] = {
        {"eglMakeCurrent", (PFN_xrVoidFunction)make_current, false},
        {"glCopyImageSubData", (PFN_xrVoidFunction)copy, false},
        {"glDeleteSemaphoresEXT", (PFN_xrVoidFunction)forget, true},
        {"glFinish", (PFN_xrVoidFunction)finish, false},
        {"glFlush", (PFN_xrVoidFunction)flush, true},
        {"glGenSemaphoresEXT", (PFN_xrVoidFunction)generate, true},
        {"glGetError", (PFN_xrVoidFunction)get_error, false},
        {"glGetIntegerv", (PFN_xrVoidFunction)get_integer, false},
        {"glGetStringi", (PFN_xrVoidFunction)get_string, false},
        {"glGetUnsignedBytei_vEXT", (PFN_xrVoidFunction)get_indexed_bytes, false},
        {"glGetUnsignedBytevEXT", (PFN_xrVoidFunction)get_bytes, false},
        {"glImportMemoryFdEXT", (PFN_xrVoidFunction)import_memory, false},
        {"glImportSemaphoreFdEXT", (PFN_xrVoidFunction)import_semaphore, true},
        {"glSignalSemaphoreEXT", (PFN_xrVoidFunction)signal_it, true},
        {"glTexStorageMem2DEXT", (PFN_xrVoidFunction)store, false},
        {"glWaitSemaphoreEXT", (PFN_xrVoidFunction)wait_for, true},
    };

    if (missing_function != NULL && strcmp(name, missing_function) == 0)
        return NULL;
    for (size_t i = 0; i < sizeof standins / sizeof standins[0]; i++)
        if (strcmp(name, standins[i].name) == 0 && (plays_semaphores || !standins[i].played))
            return standins[i].function;
    return find_true(name);
}

// ---- Runs ----

static unsigned count_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void open_app(void)
{
    own_files_forget_log();
    CHECK(app_open(true) == NULL);
    find_true = gl_app_find;
    gl_app_find = find;
    finishes = waits = signals = semaphore_count = 0;
}

static void begin(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    open_app();
    CHECK(app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO));
    CHECK(gl_app_is_untouched());
    app_show_views(&info);
    CHECK(gl_app_is_untouched());
}

static void end(void)
{
    app_end_session();
    CHECK(gl_app_is_untouched());
    app_close();
    CHECK_INT(semaphores_alive, 0);
}

static void frames(unsigned count, enum expect_result expected)
{
    for (unsigned i = 0; i < count; i++) {
        app_frame();
        CHECK_INT(expect_frame(), expected);
        CHECK(gl_app_is_untouched());
    }
}

static void test_untouched(bool current)
{
    gl_app.current = current;
    begin();
    frames(1, EXPECT_ORIGINAL);
    frames(4, EXPECT_STYLED);
    CHECK_INT(own_files_count_lines("warn"), 0);
    end();
    gl_app.current = false;
}

// A runtime that leaves no context current after the calls that the layer makes in xrEndFrame: the app finds its own.
static void test_dropped(void)
{
    gl_app.current = true;
    begin();
    frames(1, EXPECT_ORIGINAL);
    for (unsigned i = 0; i < 3; i++) {
        app_begin_frame();
        app_draw_all();
        CHECK(gl_app_is_untouched());
        gl_app.drops = true;
        CHECK_INT(app_end(), XR_SUCCESS);
        CHECK(gl_app_is_untouched());
        gl_app.drops = false;
        CHECK_INT(expect_frame(), EXPECT_STYLED);
    }
    end();
    gl_app.current = false;
}

// Left to the instance's end, when the context may be gone.
static void test_no_end(void)
{
    begin();
    frames(1, EXPECT_ORIGINAL);
    frames(1, EXPECT_STYLED);
    for (GLuint name = 1; name <= semaphore_count; name++)
        forget(1, &name); // with the context
    context_ended = true;
    app_close();
    context_ended = false;
    CHECK_INT(semaphores_alive, 0);
}

static void test_missing(void)
{
    static const char *const functions[] = {"glImportMemoryFdEXT", "glTexStorageMem3DEXT", "glGetUnsignedBytevEXT",
                                            "eglQueryContext", "glCreateMemoryObjectsEXT"};
    static const char *const extensions[] = {"GL_EXT_memory_object", "GL_EXT_memory_object_fd", "GL_ARB_copy_image"};
    enum { FUNCTIONS = sizeof functions / sizeof functions[0], EXTENSIONS = sizeof extensions / sizeof extensions[0] };

    for (unsigned i = 0; i < FUNCTIONS + EXTENSIONS + 3; i++) {
        missing_function = i < FUNCTIONS ? functions[i] : NULL;
        missing_extension = i >= FUNCTIONS && i < FUNCTIONS + EXTENSIONS ? extensions[i - FUNCTIONS] : NULL;
        changed_uuid = i >= FUNCTIONS + EXTENSIONS ? i - FUNCTIONS - EXTENSIONS + 1 : 0;
        devices = changed_uuid == 3 ? 2 : 0;
        if (missing_extension != NULL && strcmp(missing_extension, "GL_ARB_copy_image") == 0 && !gl_app.es)
            continue; // part of the version that this driver has
        begin();
        frames(3, EXPECT_ORIGINAL);
        if (own_files_count_lines("OpenGL cannot share images with Vulkan") != 1)
            TEST_FAIL("%s: not one line in the log", missing_function != NULL    ? missing_function
                                                     : missing_extension != NULL ? missing_extension
                                                                                 : "another device");
        end();
    }
    missing_function = missing_extension = NULL;
    changed_uuid = 0;
    devices = 0;
}

// One call fails: a frame is right, or the app's own; nothing is left behind.
static void test_failing_calls(void)
{
    static const char *const functions[] = {"glImportMemoryFdEXT", "glTexStorageMem2DEXT", "glCopyImageSubData",
                                            "glImportSemaphoreFdEXT", "eglMakeCurrent"};
    const unsigned files = count_files();
    unsigned runs = 0;

    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        failing_function = functions[i];
        // Nobody asks whether a copy has worked that did before: the first ones are into two images, and out of two.
        const unsigned last = strcmp(failing_function, "glCopyImageSubData") == 0 ? 4 : 1000;
        for (unsigned call = 1; call <= last; call++) {
            failing_call = call;
            failed = false;
            begin();
            unsigned styled = 0;
            for (unsigned f = 0; f < 5; f++) {
                app_frame();
                const enum expect_result result = expect_frame();
                if (result == EXPECT_WRONG)
                    TEST_FAIL("%s, call %u, frame %u is wrong", failing_function, call, f);
                styled += result == EXPECT_STYLED;
                CHECK(gl_app_is_untouched());
            }
            const bool ended = !failed;
            failing_call = 0;
            if (ended)
                CHECK_INT(styled, 4);
            end();
            runs++;
            if (ended)
                break;
        }
    }
    failing_function = NULL;
    CHECK(runs > 10);
    CHECK_INT(count_files(), files);
}

// The layer's Vulkan device fails once. Where Vulkan does not take its turn, OpenGL takes it back.
static struct vulkan_device true_device;

#define WEAK(name, parameters, arguments)                                                                              \
    static VKAPI_ATTR VkResult VKAPI_CALL weak_##name parameters                                                       \
    {                                                                                                                  \
        return strikes(#name) ? VK_ERROR_OUT_OF_HOST_MEMORY : true_device.name arguments;                              \
    }
WEAK(vkQueueSubmit, (VkQueue q, uint32_t n, const VkSubmitInfo *i, VkFence f), (q, n, i, f))
WEAK(vkCreateImage, (VkDevice d, const VkImageCreateInfo *i, const VkAllocationCallbacks *a, VkImage *o), (d, i, a, o))
WEAK(vkAllocateMemory, (VkDevice d, const VkMemoryAllocateInfo *i, const VkAllocationCallbacks *a, VkDeviceMemory *o),
     (d, i, a, o))
WEAK(vkBindImageMemory, (VkDevice d, VkImage i, VkDeviceMemory m, VkDeviceSize o), (d, i, m, o))
WEAK(vkGetMemoryFdKHR, (VkDevice d, const VkMemoryGetFdInfoKHR *i, int *o), (d, i, o))
WEAK(vkGetSemaphoreFdKHR, (VkDevice d, const VkSemaphoreGetFdInfoKHR *i, int *o), (d, i, o))
WEAK(vkCreateFence, (VkDevice d, const VkFenceCreateInfo *i, const VkAllocationCallbacks *a, VkFence *o), (d, i, a, o))
WEAK(vkCreateCommandPool,
     (VkDevice d, const VkCommandPoolCreateInfo *i, const VkAllocationCallbacks *a, VkCommandPool *o), (d, i, a, o))

static void weaken(void)
{
    struct vulkan_device *device = layer_session_find(app.session)->gl->device->device;

    true_device = *device;
#define X(name)                                                                                                        \
    if (device->name != NULL)                                                                                          \
        device->name = weak_##name;
    X(vkQueueSubmit)
    X(vkCreateImage)
    X(vkAllocateMemory)
    X(vkBindImageMemory)
    X(vkGetMemoryFdKHR)
    X(vkGetSemaphoreFdKHR)
    X(vkCreateFence)
    X(vkCreateCommandPool)
#undef X
}

static unsigned run_weak(const char *function, unsigned call)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();
    unsigned styled = 0;

    failing_function = function;
    failing_call = call;
    failed = false;
    open_app();
    CHECK(app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO));
    weaken();
    app_show_views(&info);
    for (unsigned f = 0; f < 6; f++) {
        app_frame();
        const enum expect_result result = expect_frame();
        if (result == EXPECT_WRONG)
            TEST_FAIL("%s, call %u, frame %u is wrong", function, call, f);
        styled += result == EXPECT_STYLED;
        CHECK(gl_app_is_untouched());
    }
    failing_call = 0;
    end();
    return styled;
}

static void test_weak_device(void)
{
    static const char *const functions[] = {"vkCreateImage",      "vkAllocateMemory",    "vkBindImageMemory",
                                            "vkGetMemoryFdKHR",   "vkGetSemaphoreFdKHR", "vkCreateFence",
                                            "vkCreateCommandPool"};
    const unsigned files = count_files();

    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        unsigned call = 1;

        while (run_weak(functions[i], call), failed)
            call++;
        CHECK(call > 1 || (!plays_semaphores && strcmp(functions[i], "vkGetSemaphoreFdKHR") == 0));
    }
    // Of submissions a frame is lost, or two; but for the four that give images their layout, without which nothing can
    // be painted.
    unsigned lasting = 0;
    for (unsigned call = 1; call <= 16; call++) {
        lasting += run_weak("vkQueueSubmit", call) < 3;
        CHECK(failed);
    }
    CHECK(lasting <= 4);
    failing_function = NULL;
    CHECK_INT(count_files(), files);
}

static void test_semaphores(void)
{
    begin();
    frames(1, EXPECT_ORIGINAL);
    frames(4, EXPECT_STYLED);
    CHECK_INT(finishes, 0);
    CHECK_INT(waits, 2 * 4 * 2); // both eyes, in and out
    CHECK_INT(signals, waits);
    end();
    // Not for the CPU to give up on.
    refuses_semaphores = true;
    begin();
    frames(1, EXPECT_ORIGINAL);
    frames(2, EXPECT_STYLED);
    CHECK(finishes > 0);
    CHECK_INT(waits + signals, 0);
    end();
    refuses_semaphores = false;
}

int main(void)
{
    plays_semaphores = getenv("ARTEM_TEST_SEMAPHORES") != NULL;
    own_files_begin("warn");
    const char *missing = app_open(true);
    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    app_close();
    test_untouched(false);
    test_untouched(true);
    test_dropped();
    test_no_end();
    if (plays_semaphores)
        test_semaphores();
    test_missing();
    test_failing_calls();
    test_weak_device();
    own_files_end();
    return test_result();
}
