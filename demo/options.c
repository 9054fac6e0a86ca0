// SPDX-License-Identifier: Apache-2.0
#include "options.h"
#include "log.h"
#include "option_values.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help_text[] =
    "usage: artem-demo [OPTION]...\n"
    "\n"
    "A small animated gallery as an OpenXR app on Vulkan, to try and test Art'Em with.\n"
    "\n"
    "Swapchains and layers\n"
    "  --layout eyes|side-by-side|array   a swapchain per eye, both in one image, or an array image (eyes)\n"
    "  --format FORMAT         rgba8_srgb bgra8_srgb rgba8_unorm bgra8_unorm rgba16_unorm rgba16f a2b10g10r10\n"
    "                          (the first of these that the runtime offers)\n"
    "  --depth                 depth swapchains, submitted with the projection layer\n"
    "  --msaa 1|2|4            multisampling in the app, resolved into the swapchain image (1)\n"
    "  --msaa-swapchain 1|2|4  swapchain images that are multisampled themselves (1)\n"
    "  --static                render once into static swapchains and submit these for ever\n"
    "  --resubmit N            a new image every N-th frame only, the old one again in between (1)\n"
    "  --dynamic-rect          the part of the image in use changes with time\n"
    "  --layers 1|2            2: a second projection layer, transparent, above the first (1)\n"
    "  --alpha premultiplied|straight     how the second layer's alpha is meant (premultiplied)\n"
    "  --quad, --cylinder, --equirect     the text panel as a composition layer of that kind as well\n"
    "  --quad-views            four views (XR_VARJO_quad_views)\n"
    "  --blend opaque|additive|alpha      environment blend mode; the sky is left empty unless opaque (opaque)\n"
    "  --size WxH              pixels per eye (the runtime's recommendation; 1280x720 with --desktop)\n"
    "  --headset NAME          the same by name: index quest2 quest3 pro2 pico4 reverb-g2 crystal\n"
    "  --binding vulkan|vulkan2           XR_KHR_vulkan_enable or XR_KHR_vulkan_enable2 (vulkan2)\n"
    "\n"
    "What is shown\n"
    "  --scene FILE            instead of the built-in gallery; demo/scenes/README.md describes the format\n"
    "  --pose-path NAME        still, pan or walk: a fixed path of the head instead of the tracked one; none (none,\n"
    "                          still with --desktop)\n"
    "  --fixed-step[=HZ]       time advances by 1/HZ seconds a frame, whatever the clock says (90)\n"
    "  --seed N                of the noise in textures and of the teleports (1)\n"
    "  --cut-every N           the wearer is moved elsewhere in the scene every N frames\n"
    "  --fade                  fades to black and back, every eight seconds\n"
    "\n"
    "Running\n"
    "  --frames N              end after N frames        --seconds S   end after S seconds\n"
    "  --window                a desktop window that shows the left eye\n"
    "  --desktop               without OpenXR: one view in a window, or off screen with --frames or --screenshot\n"
    "  --screenshot FILE.ppm   what was rendered for all eyes, side by side, at the frame that --at names\n"
    "  --at N                  that frame; the first is 0 (0; with --frames N alone: the last)\n"
    "  --validate              Vulkan validation layers on; a complaint of theirs makes the exit status 1\n"
    "  --verbose               tell what the runtime offers and what is used\n"
    "  --help                  this text\n"
    "\n"
    "SIGINT and SIGTERM end the session cleanly, status 0. The end of standard input means nothing.\n"
    "Status: 0 all well, 1 failure, 2 wrong options, 3 the runtime or the device does not offer what is asked for.\n";

enum {
    OPT_FIRST = 256,
    OPT_LAYOUT,
    OPT_FORMAT,
    OPT_DEPTH,
    OPT_MSAA,
    OPT_MSAA_SWAPCHAIN,
    OPT_STATIC,
    OPT_RESUBMIT,
    OPT_DYNAMIC_RECT,
    OPT_LAYERS,
    OPT_ALPHA,
    OPT_QUAD,
    OPT_CYLINDER,
    OPT_EQUIRECT,
    OPT_QUAD_VIEWS,
    OPT_BLEND,
    OPT_SIZE,
    OPT_HEADSET,
    OPT_BINDING,
    OPT_SCENE,
    OPT_POSE_PATH,
    OPT_FIXED_STEP,
    OPT_SEED,
    OPT_CUT_EVERY,
    OPT_FADE,
    OPT_FRAMES,
    OPT_SECONDS,
    OPT_WINDOW,
    OPT_DESKTOP,
    OPT_SCREENSHOT,
    OPT_AT,
    OPT_VALIDATE,
    OPT_VERBOSE,
    OPT_HELP
};

static const struct option long_options[] = {
    {"layout", required_argument, NULL, OPT_LAYOUT},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"depth", no_argument, NULL, OPT_DEPTH},
    {"msaa", required_argument, NULL, OPT_MSAA},
    {"msaa-swapchain", required_argument, NULL, OPT_MSAA_SWAPCHAIN},
    {"static", no_argument, NULL, OPT_STATIC},
    {"resubmit", required_argument, NULL, OPT_RESUBMIT},
    {"dynamic-rect", no_argument, NULL, OPT_DYNAMIC_RECT},
    {"layers", required_argument, NULL, OPT_LAYERS},
    {"alpha", required_argument, NULL, OPT_ALPHA},
    {"quad", no_argument, NULL, OPT_QUAD},
    {"cylinder", no_argument, NULL, OPT_CYLINDER},
    {"equirect", no_argument, NULL, OPT_EQUIRECT},
    {"quad-views", no_argument, NULL, OPT_QUAD_VIEWS},
    {"blend", required_argument, NULL, OPT_BLEND},
    {"size", required_argument, NULL, OPT_SIZE},
    {"headset", required_argument, NULL, OPT_HEADSET},
    {"binding", required_argument, NULL, OPT_BINDING},
    {"scene", required_argument, NULL, OPT_SCENE},
    {"pose-path", required_argument, NULL, OPT_POSE_PATH},
    {"fixed-step", optional_argument, NULL, OPT_FIXED_STEP},
    {"seed", required_argument, NULL, OPT_SEED},
    {"cut-every", required_argument, NULL, OPT_CUT_EVERY},
    {"fade", no_argument, NULL, OPT_FADE},
    {"frames", required_argument, NULL, OPT_FRAMES},
    {"seconds", required_argument, NULL, OPT_SECONDS},
    {"window", no_argument, NULL, OPT_WINDOW},
    {"desktop", no_argument, NULL, OPT_DESKTOP},
    {"screenshot", required_argument, NULL, OPT_SCREENSHOT},
    {"at", required_argument, NULL, OPT_AT},
    {"validate", no_argument, NULL, OPT_VALIDATE},
    {"verbose", no_argument, NULL, OPT_VERBOSE},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

// In the order of enum demo_format.
static const char *const format_names[] = {"rgba8_srgb",   "bgra8_srgb", "rgba8_unorm", "bgra8_unorm",
                                           "rgba16_unorm", "rgba16f",    "a2b10g10r10", NULL};
_Static_assert(sizeof format_names / sizeof *format_names == FORMAT_COUNT + 1, "a name for each format");

static const struct {
    const char *name;
    uint32_t width, height;
} headsets[] = {
    {"index", 1440, 1600}, {"quest2", 1832, 1920},    {"quest3", 2064, 2208},  {"pro2", 2448, 2448},
    {"pico4", 2160, 2160}, {"reverb-g2", 2160, 2160}, {"crystal", 2880, 2880},
};

const char *options_format_name(enum demo_format format)
{
    return format_names[format];
}

static bool parse_samples(const char *option, const char *text, uint32_t *out)
{
    static const char *const names[] = {"1", "2", "4", NULL};
    int at = option_choose(option, text, names);
    if (at < 0)
        return false;
    *out = 1u << at;
    return true;
}

static bool parse_headset(const char *text, struct demo_options *o)
{
    const size_t count = sizeof headsets / sizeof *headsets;
    const char *names[sizeof headsets / sizeof *headsets + 1] = {NULL};
    for (size_t i = 0; i < count; i++)
        names[i] = headsets[i].name;
    int at = option_choose("headset", text, names);
    if (at < 0)
        return false;
    o->width = headsets[at].width;
    o->height = headsets[at].height;
    return true;
}

// Stores the place of the word in an enum; enums of this file are plain ints to gcc and clang.
#define CHOOSE(field, type, ...)                                                                                       \
    do {                                                                                                               \
        static const char *const words[] = {__VA_ARGS__, NULL};                                                        \
        int chosen = option_choose(name, optarg, words);                                                               \
        if (chosen < 0)                                                                                                \
            return false;                                                                                              \
        o->field = (type)chosen;                                                                                       \
        return true;                                                                                                   \
    } while (0)

static bool parse_choice(int option, const char *name, struct demo_options *o)
{
    switch (option) {
    case OPT_LAYOUT:
        CHOOSE(layout, enum demo_layout, "eyes", "side-by-side", "array");
    case OPT_ALPHA:
        CHOOSE(alpha, enum demo_alpha, "premultiplied", "straight");
    case OPT_BLEND:
        CHOOSE(blend, enum demo_blend, "opaque", "additive", "alpha");
    case OPT_BINDING:
        CHOOSE(binding, enum demo_binding, "vulkan", "vulkan2");
    case OPT_POSE_PATH:
        CHOOSE(path, enum pose_path, "none", "still", "pan", "walk");
    default: {
        int format = option_choose(name, optarg, format_names);
        if (format < 0)
            return false;
        o->format = (enum demo_format)format;
        o->format_given = true;
        return true;
    }
    }
}

static bool parse_value(int option, const char *name, struct demo_options *o)
{
    double hz = 90;
    switch (option) {
    case OPT_MSAA:
        return parse_samples(name, optarg, &o->msaa);
    case OPT_MSAA_SWAPCHAIN:
        return parse_samples(name, optarg, &o->msaa_swapchain);
    case OPT_RESUBMIT:
        return option_u32(name, optarg, 1, 1000000, &o->resubmit);
    case OPT_LAYERS:
        return option_u32(name, optarg, 1, 2, &o->layers);
    case OPT_SIZE:
        return option_size(name, optarg, &o->width, &o->height);
    case OPT_HEADSET:
        return parse_headset(optarg, o);
    case OPT_FIXED_STEP:
        if (optarg && !option_real(name, optarg, 10000, &hz))
            return false;
        o->step = 1 / hz;
        return true;
    case OPT_SEED:
        return option_u32(name, optarg, 0, UINT32_MAX, &o->seed);
    case OPT_CUT_EVERY:
        return option_u32(name, optarg, 1, 1000000, &o->cut_every);
    case OPT_FRAMES:
        return option_number(name, optarg, 1, 1000000000, &o->frames);
    case OPT_SECONDS:
        return option_real(name, optarg, 1e9, &o->seconds);
    case OPT_AT:
        return option_number(name, optarg, 0, 1000000000, &o->screenshot_at);
    case OPT_SCREENSHOT:
        o->screenshot = optarg;
        return true;
    case OPT_SCENE:
        o->scene = optarg;
        return true;
    default:
        return parse_choice(option, name, o);
    }
}

static bool *find_switch(int option, struct demo_options *o)
{
    switch (option) {
    case OPT_DEPTH:
        return &o->depth;
    case OPT_STATIC:
        return &o->is_static;
    case OPT_DYNAMIC_RECT:
        return &o->dynamic_rect;
    case OPT_QUAD:
        return &o->quad;
    case OPT_CYLINDER:
        return &o->cylinder;
    case OPT_EQUIRECT:
        return &o->equirect;
    case OPT_QUAD_VIEWS:
        return &o->quad_views;
    case OPT_FADE:
        return &o->fade;
    case OPT_WINDOW:
        return &o->window;
    case OPT_DESKTOP:
        return &o->desktop;
    case OPT_VALIDATE:
        return &o->validate;
    case OPT_VERBOSE:
        return &o->verbose;
    default:
        return NULL;
    }
}

static bool check_combination(struct demo_options *o, bool at_given)
{
    if (o->msaa > 1 && o->msaa_swapchain > 1)
        return demo_error("--msaa and --msaa-swapchain exclude each other");
    if (o->depth && o->msaa > 1)
        return demo_error("--depth does not go with --msaa: depth is not resolved; --msaa-swapchain does");
    if (o->is_static && (o->resubmit > 1 || o->dynamic_rect))
        return demo_error("--static renders one image: --resubmit and --dynamic-rect do not go with it");
    if (o->desktop && (o->depth || o->layers > 1 || o->quad || o->cylinder || o->equirect || o->quad_views ||
                       o->msaa_swapchain > 1 || o->is_static || o->dynamic_rect))
        return demo_error("--desktop shows one plain view: it has no swapchain or layer options");
    if (at_given && !o->screenshot)
        return demo_error("--at needs --screenshot FILE");
    if (o->screenshot && !at_given)
        o->screenshot_at = o->frames ? o->frames - 1 : 0;
    if (o->screenshot && o->frames && o->screenshot_at >= o->frames)
        return demo_error("--at %llu comes after the last of %llu frames", (unsigned long long)o->screenshot_at,
                          (unsigned long long)o->frames);
    if (o->desktop && o->path == POSE_PATH_NONE)
        o->path = POSE_PATH_STILL;
    return true;
}

enum options_result options_parse(int argc, char **argv, struct demo_options *out)
{
    struct demo_options *o = out;
    bool at_given = false;
    int option, index = 0;
    *o = (struct demo_options){
        .msaa = 1, .msaa_swapchain = 1, .resubmit = 1, .layers = 1, .seed = 1, .binding = BINDING_VULKAN2};
    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", long_options, &index)) != -1) {
        bool *flag;
        if (option == '?' || option == ':') {
            demo_error(option == ':' ? "%s needs a value" : "%s is not an option; see --help", argv[optind - 1]);
            return OPTIONS_BAD;
        }
        if (option == OPT_HELP)
            return demo_print(help_text) ? OPTIONS_HELP : OPTIONS_BAD;
        at_given |= option == OPT_AT;
        if ((flag = find_switch(option, o)))
            *flag = true;
        else if (!parse_value(option, long_options[index].name, o))
            return OPTIONS_BAD;
    }
    if (optind < argc) {
        demo_error("'%s' is not an option; see --help", argv[optind]);
        return OPTIONS_BAD;
    }
    return check_combination(o, at_given) ? OPTIONS_RUN : OPTIONS_BAD;
}
