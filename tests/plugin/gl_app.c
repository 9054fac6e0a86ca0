// SPDX-License-Identifier: Apache-2.0
#define EGL_NO_X11
#include <EGL/egl.h>
#include <EGL/eglext.h>
#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>

#define XR_USE_GRAPHICS_API_OPENGL
#define XR_USE_GRAPHICS_API_OPENGL_ES
#define XR_USE_GRAPHICS_API_VULKAN
#define XR_USE_PLATFORM_EGL
#define XR_USE_TIMESPEC
#include <time.h>
#include <vulkan/vulkan.h>
#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>

#include "gl_app.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

enum { SWAPCHAINS = 64, IMAGES = 3, VIEWS = 16, LAYERS = 16 };

struct gl_app_choice gl_app;
PFN_xrVoidFunction (*gl_app_find)(const char *name);

static struct {
    EGLDisplay display;
    EGLConfig config;
    EGLContext context;
    GLuint bound; // the app's texture
} egl;

// Swapchains with their textures.
static struct swapchain {
    XrSwapchain handle;
    XrSwapchainCreateInfo info; // of Vulkan
    GLuint textures[IMAGES];
} swapchains[SWAPCHAINS];

static struct {
    PFN_xrCreateSession xrCreateSession;
    PFN_xrCreateSwapchain xrCreateSwapchain;
    PFN_xrEnumerateSwapchainImages xrEnumerateSwapchainImages;
    PFN_xrReleaseSwapchainImage xrReleaseSwapchainImage;
    PFN_xrEndFrame xrEndFrame;
} layer;

static const struct {
    VkFormat vulkan;
    GLenum internal, format, type; // format 0: not copied
} formats[] = {
    {VK_FORMAT_R8G8B8A8_SRGB, GL_SRGB8_ALPHA8, GL_RGBA, GL_UNSIGNED_BYTE},
    {VK_FORMAT_R8G8B8A8_UNORM, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE},
    {VK_FORMAT_A2B10G10R10_UNORM_PACK32, GL_RGB10_A2, GL_RGBA, GL_UNSIGNED_INT_2_10_10_10_REV},
    {VK_FORMAT_R16G16B16A16_UNORM, GL_RGBA16, GL_RGBA, GL_UNSIGNED_SHORT},
    {VK_FORMAT_R16G16B16A16_SFLOAT, GL_RGBA16F, GL_RGBA, GL_HALF_FLOAT},
    {VK_FORMAT_R32_SFLOAT, GL_R32F, GL_RED, GL_FLOAT},
    {VK_FORMAT_D32_SFLOAT, GL_DEPTH_COMPONENT32F, 0, 0},
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

static int find_format(int64_t format, bool vulkan)
{
    for (int i = 0; i < FORMATS; i++)
        if (format == (vulkan ? (int64_t)formats[i].vulkan : (int64_t)formats[i].internal))
            return i;
    return -1;
}

static struct swapchain *find_swapchain(XrSwapchain handle)
{
    for (int i = 0; i < SWAPCHAINS; i++)
        if (swapchains[i].handle == handle)
            return &swapchains[i];
    return NULL;
}

// ---- The context ----

static void enter(void)
{
    CHECK(eglMakeCurrent(egl.display, EGL_NO_SURFACE, EGL_NO_SURFACE, egl.context) == EGL_TRUE);
}

static void leave(void)
{
    if (!gl_app.current || gl_app.drops)
        CHECK(eglMakeCurrent(egl.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT) == EGL_TRUE);
}

static PFN_xrVoidFunction find_name(const char *name)
{
    return (PFN_xrVoidFunction)eglGetProcAddress(name);
}

static const char *gl_app_open(void)
{
    const PFNEGLGETPLATFORMDISPLAYEXTPROC get_display =
        (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
    const EGLint config_wish[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
                                  gl_app.es ? EGL_OPENGL_ES3_BIT : EGL_OPENGL_BIT, EGL_NONE};
    const EGLint wish[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, gl_app.es ? 2 : 3, EGL_NONE};
    EGLint count = 0;

    if (get_display == NULL)
        return "EGL has no platforms";
    egl.display = get_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
    if (egl.display == EGL_NO_DISPLAY || eglInitialize(egl.display, NULL, NULL) != EGL_TRUE)
        return "EGL has no display without a surface";
    if (eglBindAPI(gl_app.es ? EGL_OPENGL_ES_API : EGL_OPENGL_API) != EGL_TRUE ||
        eglChooseConfig(egl.display, config_wish, &egl.config, 1, &count) != EGL_TRUE || count == 0)
        return "EGL has no configuration";
    egl.context = eglCreateContext(egl.display, egl.config, EGL_NO_CONTEXT, wish);
    if (egl.context == EGL_NO_CONTEXT)
        return "EGL makes no context";
    eglBindAPI(EGL_OPENGL_ES_API); // whichever; the layer has to leave it so
    gl_app_find = find_name;
    enter();
    glGenTextures(1, &egl.bound);
    glBindTexture(GL_TEXTURE_2D, egl.bound);
    leave();
    return NULL;
}

static void gl_app_close(void)
{
    eglMakeCurrent(egl.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroyContext(egl.display, egl.context);
    // The display stays: each end of one loses some of Mesa's memory.
    memset(swapchains, 0, sizeof swapchains);
}

bool gl_app_is_untouched(void)
{
    GLint bound = 0, array = 0;
    bool good = eglQueryAPI() == EGL_OPENGL_ES_API;
    const bool drops = gl_app.drops;

    gl_app.drops = false;
    eglBindAPI(gl_app.es ? EGL_OPENGL_ES_API : EGL_OPENGL_API);
    good = good && eglGetCurrentContext() == (gl_app.current ? egl.context : EGL_NO_CONTEXT);
    enter();
    glGetIntegerv(GL_TEXTURE_BINDING_2D, &bound);
    glGetIntegerv(GL_TEXTURE_BINDING_2D_ARRAY, &array);
    good = good && (GLuint)bound == egl.bound && array == 0 && glGetError() == GL_NO_ERROR;
    leave();
    gl_app.drops = drops;
    eglBindAPI(EGL_OPENGL_ES_API);
    return good;
}

// ---- Pixels ----

static void turn_rows(const struct swapchain *swapchain, uint8_t *pixels)
{
    const size_t row = swapchain->info.width * mock_pixel_size(swapchain->info.format);
    const uint32_t height = swapchain->info.height;
    uint8_t *other = malloc(row);

    for (uint32_t slice = 0; slice < swapchain->info.arraySize; slice++) {
        uint8_t *first = pixels + (size_t)slice * height * row;

        for (uint32_t y = 0; y < height / 2; y++) {
            memcpy(other, first + y * row, row);
            memcpy(first + y * row, first + (height - 1 - y) * row, row);
            memcpy(first + (height - 1 - y) * row, other, row);
        }
    }
    free(other);
}

static size_t bytes_of(const struct swapchain *swapchain)
{
    const XrSwapchainCreateInfo *info = &swapchain->info;

    return (size_t)info->width * info->height * info->arraySize * mock_pixel_size(info->format);
}

static GLenum target_of(const struct swapchain *swapchain)
{
    if (swapchain->info.sampleCount > 1)
        return GL_TEXTURE_2D_MULTISAMPLE;
    return swapchain->info.arraySize > 1 ? GL_TEXTURE_2D_ARRAY : GL_TEXTURE_2D;
}

static void bind(GLenum target, GLuint texture)
{
    glBindTexture(target, texture != 0 ? texture : target == GL_TEXTURE_2D ? egl.bound : 0);
}

static void make_textures(struct swapchain *swapchain)
{
    const XrSwapchainCreateInfo *info = &swapchain->info;
    const GLenum internal = formats[find_format(info->format, true)].internal, target = target_of(swapchain);

    enter();
    glGenTextures(IMAGES, swapchain->textures);
    for (int i = 0; i < IMAGES; i++) {
        bind(target, swapchain->textures[i]);
        if (info->sampleCount > 1)
            glTexStorage2DMultisample(target, (GLsizei)info->sampleCount, internal, (GLsizei)info->width,
                                      (GLsizei)info->height, GL_TRUE);
        else if (info->arraySize > 1)
            glTexStorage3D(target, 1, internal, (GLsizei)info->width, (GLsizei)info->height, (GLsizei)info->arraySize);
        else
            glTexStorage2D(target, 1, internal, (GLsizei)info->width, (GLsizei)info->height);
    }
    bind(target, 0);
    CHECK_INT(glGetError(), GL_NO_ERROR);
    leave();
}

static void write_texture(const struct swapchain *swapchain, unsigned image, const uint8_t *pixels)
{
    const XrSwapchainCreateInfo *info = &swapchain->info;
    const int format = find_format(info->format, true);
    const GLenum pixels_of = formats[format].format, type = formats[format].type, target = target_of(swapchain);
    const GLsizei width = (GLsizei)info->width, height = (GLsizei)info->height;

    enter();
    bind(target, swapchain->textures[image]);
    if (info->arraySize > 1)
        glTexSubImage3D(target, 0, 0, 0, 0, width, height, (GLsizei)info->arraySize, pixels_of, type, pixels);
    else
        glTexSubImage2D(target, 0, 0, 0, width, height, pixels_of, type, pixels);
    bind(target, 0);
    CHECK_INT(glGetError(), GL_NO_ERROR);
    leave();
}

// OpenGL ES reads framebuffers only, and those of sRGB textures as code values, too.
static void read_texture(const struct swapchain *swapchain, unsigned image, uint8_t *pixels)
{
    const XrSwapchainCreateInfo *info = &swapchain->info;
    const GLenum type = formats[find_format(info->format, true)].type;
    GLuint framebuffer;

    enter();
    if (!gl_app.es) {
        bind(target_of(swapchain), swapchain->textures[image]);
        glGetTexImage(target_of(swapchain), 0, GL_RGBA, type, pixels);
        bind(target_of(swapchain), 0);
    } else {
        glGenFramebuffers(1, &framebuffer);
        glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
        for (uint32_t slice = 0; slice < info->arraySize; slice++) {
            if (info->arraySize > 1)
                glFramebufferTextureLayer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, swapchain->textures[image], 0,
                                          (GLint)slice);
            else
                glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, swapchain->textures[image],
                                       0);
            glReadPixels(0, 0, (GLsizei)info->width, (GLsizei)info->height, GL_RGBA, type,
                         pixels + slice * (bytes_of(swapchain) / info->arraySize));
        }
        glBindFramebuffer(GL_FRAMEBUFFER, 0);
        glDeleteFramebuffers(1, &framebuffer);
    }
    CHECK_INT(glGetError(), GL_NO_ERROR);
    leave();
}

static struct mock_gpu_image image_of(const struct swapchain *swapchain, unsigned index)
{
    struct mock_swapchain_info info;

    CHECK(mock_get_swapchain(swapchain->handle, &info));
    return (struct mock_gpu_image){
        .image = info.images[index],
        .format = (VkFormat)swapchain->info.format,
        .width = swapchain->info.width,
        .height = swapchain->info.height,
        .layers = swapchain->info.arraySize,
        .samples = 1,
        .aspects = VK_IMAGE_ASPECT_COLOR_BIT,
    };
}

static bool is_copied(const struct swapchain *swapchain)
{
    return formats[find_format(swapchain->info.format, true)].format != 0 && swapchain->info.sampleCount == 1;
}

// The image that is released next; false if there is none.
static bool find_next(XrSwapchain handle, unsigned *out_index)
{
    struct mock_swapchain_info info;

    if (!mock_get_swapchain(handle, &info) || info.waits == info.releases)
        return false;
    *out_index = info.releases % info.image_count;
    return true;
}

static void image_to_texture(const struct swapchain *swapchain, unsigned index)
{
    struct mock_gpu_image image = image_of(swapchain, index);
    uint8_t *pixels = malloc(bytes_of(swapchain));
    const struct mock_gpu_copy copy = {&image, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, pixels, bytes_of(swapchain)};

    mock_gpu_read(&app.gpu, &copy, 1);
    mock_gpu_barrier(mock_gpu_begin(&app.gpu), &image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                     VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL);
    mock_gpu_finish(&app.gpu);
    turn_rows(swapchain, pixels);
    write_texture(swapchain, index, pixels);
    free(pixels);
}

static void texture_to_image(const struct swapchain *swapchain, unsigned index)
{
    const struct mock_gpu_image image = image_of(swapchain, index);
    const VkBufferImageCopy region = {
        .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, image.layers},
        .imageExtent = {image.width, image.height, 1},
    };
    uint8_t *pixels = mock_gpu_stage(&app.gpu, bytes_of(swapchain));
    VkCommandBuffer commands;

    read_texture(swapchain, index, pixels);
    turn_rows(swapchain, pixels);
    commands = mock_gpu_begin(&app.gpu);
    mock_gpu_barrier(commands, &image, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    vkCmdCopyBufferToImage(commands, app.gpu.staging, image.image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
    mock_gpu_barrier(commands, &image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL);
    mock_gpu_finish(&app.gpu);
}

// ---- Frames with rects that count from the other side ----

struct turned {
    XrFrameEndInfo info;
    const XrCompositionLayerBaseHeader *layers[LAYERS];
    XrCompositionLayerProjection projections[LAYERS];
    XrCompositionLayerProjectionView views[LAYERS][VIEWS];
};

static void turn_rect(XrSwapchainSubImage *sub)
{
    const struct swapchain *swapchain = find_swapchain(sub->swapchain);

    if (swapchain != NULL)
        sub->imageRect.offset.y =
            (int32_t)swapchain->info.height - sub->imageRect.offset.y - sub->imageRect.extent.height;
}

static const XrFrameEndInfo *turn_frame(const XrFrameEndInfo *info, struct turned *out)
{
    if (info == NULL || info->layers == NULL || info->layerCount > LAYERS)
        return info;
    out->info = *info;
    out->info.layers = out->layers;
    for (uint32_t i = 0; i < info->layerCount; i++) {
        const XrCompositionLayerProjection *projection = (const XrCompositionLayerProjection *)info->layers[i];

        out->layers[i] = info->layers[i];
        if (projection == NULL || projection->type != XR_TYPE_COMPOSITION_LAYER_PROJECTION ||
            projection->views == NULL || projection->viewCount > VIEWS)
            continue;
        out->projections[i] = *projection;
        out->projections[i].views = out->views[i];
        out->layers[i] = (const XrCompositionLayerBaseHeader *)&out->projections[i];
        for (uint32_t v = 0; v < projection->viewCount; v++) {
            out->views[i][v] = projection->views[v];
            turn_rect(&out->views[i][v].subImage);
        }
    }
    return &out->info;
}

// ---- Below the layer ----

// What it stands in for, as it was handed out below.
static struct {
    PFN_xrCreateSession xrCreateSession;
    PFN_xrDestroySession xrDestroySession;
    PFN_xrEnumerateSwapchainFormats xrEnumerateSwapchainFormats;
    PFN_xrCreateSwapchain xrCreateSwapchain;
    PFN_xrDestroySwapchain xrDestroySwapchain;
    PFN_xrEnumerateSwapchainImages xrEnumerateSwapchainImages;
    PFN_xrReleaseSwapchainImage xrReleaseSwapchainImage;
    PFN_xrEndFrame xrEndFrame;
} below;

static XRAPI_ATTR XrResult XRAPI_CALL below_create_session(XrInstance instance, const XrSessionCreateInfo *info,
                                                           XrSession *session)
{
    XrGraphicsBindingVulkanKHR binding = app_binding();
    XrSessionCreateInfo changed = *info;

    CHECK_INT(((const XrBaseInStructure *)info->next)->type, XR_TYPE_GRAPHICS_BINDING_EGL_MNDX);
    binding.next = ((const XrBaseInStructure *)info->next)->next;
    changed.next = &binding;
    return below.xrCreateSession(instance, &changed, session);
}

static XRAPI_ATTR XrResult XRAPI_CALL below_enumerate_formats(XrSession session, uint32_t capacity, uint32_t *count,
                                                              int64_t *list)
{
    const XrResult result = below.xrEnumerateSwapchainFormats(session, 0, count, NULL);

    if (XR_FAILED(result))
        return result;
    *count = FORMATS;
    for (uint32_t i = 0; i < FORMATS && capacity >= FORMATS; i++)
        list[i] = formats[i].internal;
    return capacity != 0 && capacity < FORMATS ? XR_ERROR_SIZE_INSUFFICIENT : XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL below_create_swapchain(XrSession session, const XrSwapchainCreateInfo *info,
                                                             XrSwapchain *handle)
{
    const int format = find_format(info->format, false);
    XrSwapchainCreateInfo changed = *info;
    struct swapchain *swapchain = find_swapchain(XR_NULL_HANDLE);
    XrResult result;

    if (format < 0)
        return XR_ERROR_SWAPCHAIN_FORMAT_UNSUPPORTED;
    changed.format = formats[format].vulkan;
    result = below.xrCreateSwapchain(session, &changed, handle);
    if (XR_FAILED(result))
        return result;
    CHECK(swapchain != NULL);
    *swapchain = (struct swapchain){.handle = *handle, .info = changed};
    make_textures(swapchain);
    return result;
}

static void forget(struct swapchain *swapchain)
{
    enter();
    glDeleteTextures(IMAGES, swapchain->textures);
    leave();
    *swapchain = (struct swapchain){.handle = XR_NULL_HANDLE};
}

static XRAPI_ATTR XrResult XRAPI_CALL below_destroy_swapchain(XrSwapchain handle)
{
    struct swapchain *swapchain = find_swapchain(handle);

    if (swapchain != NULL)
        forget(swapchain);
    return below.xrDestroySwapchain(handle);
}

static XRAPI_ATTR XrResult XRAPI_CALL below_destroy_session(XrSession session)
{
    const XrResult result = below.xrDestroySession(session);
    struct mock_swapchain_info info;

    for (int i = 0; i < SWAPCHAINS; i++)
        if (swapchains[i].handle != XR_NULL_HANDLE && !mock_get_swapchain(swapchains[i].handle, &info))
            forget(&swapchains[i]);
    return result;
}

static XRAPI_ATTR XrResult XRAPI_CALL below_enumerate_images(XrSwapchain handle, uint32_t capacity, uint32_t *count,
                                                             XrSwapchainImageBaseHeader *images)
{
    const struct swapchain *swapchain = find_swapchain(handle);
    XrSwapchainImageOpenGLKHR *out = (XrSwapchainImageOpenGLKHR *)images;

    const XrResult result = below.xrEnumerateSwapchainImages(handle, 0, count, NULL);

    if (XR_FAILED(result) || capacity == 0)
        return result;
    CHECK(swapchain != NULL && *count <= IMAGES && capacity >= *count);
    for (uint32_t i = 0; i < *count; i++) {
        CHECK_INT(out[i].type, gl_app.es ? XR_TYPE_SWAPCHAIN_IMAGE_OPENGL_ES_KHR : XR_TYPE_SWAPCHAIN_IMAGE_OPENGL_KHR);
        out[i].image = swapchain->textures[i];
    }
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL below_release(XrSwapchain handle, const XrSwapchainImageReleaseInfo *info)
{
    const struct swapchain *swapchain = find_swapchain(handle);
    unsigned index;

    if (swapchain != NULL && !mock_is_claimed(handle) && find_next(handle, &index))
        texture_to_image(swapchain, index);
    return below.xrReleaseSwapchainImage(handle, info);
}

static XRAPI_ATTR XrResult XRAPI_CALL below_end_frame(XrSession session, const XrFrameEndInfo *info)
{
    struct turned turned;

    return below.xrEndFrame(session, turn_frame(info, &turned));
}

static XRAPI_ATTR XrResult XRAPI_CALL gl_app_below(XrInstance instance, const char *name, PFN_xrVoidFunction *function)
{
    const XrResult result = app_below(instance, name, function);

#define BELOW(known, standin)                                                                                          \
    if (result == XR_SUCCESS && *function != NULL && strcmp(name, #known) == 0) {                                      \
        below.known = (PFN_##known) * function;                                                                        \
        *function = (PFN_xrVoidFunction)standin;                                                                       \
    }
    BELOW(xrCreateSession, below_create_session)
    BELOW(xrDestroySession, below_destroy_session)
    BELOW(xrEnumerateSwapchainFormats, below_enumerate_formats)
    BELOW(xrCreateSwapchain, below_create_swapchain)
    BELOW(xrDestroySwapchain, below_destroy_swapchain)
    BELOW(xrEnumerateSwapchainImages, below_enumerate_images)
    BELOW(xrReleaseSwapchainImage, below_release)
    BELOW(xrEndFrame, below_end_frame)
#undef BELOW
    return result;
}

// ---- Above the layer ----

static __eglMustCastToProperFunctionPointerType get_proc_address(const char *name)
{
    return (__eglMustCastToProperFunctionPointerType)gl_app_find(name);
}

static XRAPI_ATTR XrResult XRAPI_CALL above_create_session(XrInstance instance, const XrSessionCreateInfo *info,
                                                           XrSession *session)
{
    const XrBaseInStructure *vulkan = info->next;
    const XrGraphicsBindingEGLMNDX binding = {
        .type = XR_TYPE_GRAPHICS_BINDING_EGL_MNDX,
        .next = vulkan->next,
        .getProcAddress = get_proc_address,
        .display = egl.display,
        .config = egl.config,
        .context = egl.context,
    };
    XrSessionCreateInfo changed = *info;

    changed.next = &binding;
    return layer.xrCreateSession(instance, &changed, session);
}

static XRAPI_ATTR XrResult XRAPI_CALL above_create_swapchain(XrSession session, const XrSwapchainCreateInfo *info,
                                                             XrSwapchain *handle)
{
    const int format = find_format(info->format, true);
    XrSwapchainCreateInfo changed = *info;

    if (format < 0)
        return XR_ERROR_SWAPCHAIN_FORMAT_UNSUPPORTED;
    changed.format = formats[format].internal;
    return layer.xrCreateSwapchain(session, &changed, handle);
}

// The app draws in the runtime's true images.
static XRAPI_ATTR XrResult XRAPI_CALL above_enumerate_images(XrSwapchain handle, uint32_t capacity, uint32_t *count,
                                                             XrSwapchainImageBaseHeader *images)
{
    const XrStructureType type = gl_app.es ? XR_TYPE_SWAPCHAIN_IMAGE_OPENGL_ES_KHR : XR_TYPE_SWAPCHAIN_IMAGE_OPENGL_KHR;
    XrSwapchainImageOpenGLKHR textures[IMAGES] = {{.type = type}, {.type = type}, {.type = type}};
    struct mock_swapchain_info info;
    const XrResult result = layer.xrEnumerateSwapchainImages(handle, capacity < IMAGES ? capacity : IMAGES, count,
                                                             (XrSwapchainImageBaseHeader *)textures);

    if (XR_SUCCEEDED(result) && capacity > 0 && mock_get_swapchain(handle, &info))
        for (uint32_t i = 0; i < *count; i++)
            ((XrSwapchainImageVulkanKHR *)images)[i].image = info.images[i];
    return result;
}

static XRAPI_ATTR XrResult XRAPI_CALL above_release(XrSwapchain handle, const XrSwapchainImageReleaseInfo *info)
{
    const struct swapchain *swapchain = find_swapchain(handle);
    unsigned index;

    if (swapchain != NULL && is_copied(swapchain) && find_next(handle, &index))
        image_to_texture(swapchain, index);
    return layer.xrReleaseSwapchainImage(handle, info);
}

static XRAPI_ATTR XrResult XRAPI_CALL above_end_frame(XrSession session, const XrFrameEndInfo *info)
{
    struct turned turned;

    return layer.xrEndFrame(session, turn_frame(info, &turned));
}

static void gl_app_stand_above(void)
{
#define ABOVE(name, function)                                                                                          \
    layer.name = app.xr.name;                                                                                          \
    app.xr.name = function;
    ABOVE(xrCreateSession, above_create_session)
    ABOVE(xrCreateSwapchain, above_create_swapchain)
    ABOVE(xrEnumerateSwapchainImages, above_enumerate_images)
    ABOVE(xrReleaseSwapchainImage, above_release)
    ABOVE(xrEndFrame, above_end_frame)
#undef ABOVE
}

__attribute__((constructor)) static void choose_dialect(void)
{
    static const struct app_dialect dialect = {gl_app_open, gl_app_close, gl_app_below, gl_app_stand_above};
    const char *wish = getenv("ARTEM_TEST_GL");

    if (wish == NULL)
        return;
    gl_app.es = strcmp(wish, "gles") == 0;
    app_dialect = &dialect;
}
