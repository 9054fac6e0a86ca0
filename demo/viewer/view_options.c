// SPDX-License-Identifier: Apache-2.0
#include "view_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "option_values.h"

static const char help_text[] =
    "usage: artem view [OPTION]... [PICTURE|FOLDER]...\n"
    "\n"
    "Shows pictures (PNG, JPEG), or without any a small animated scene in stereo, painted in a style, in a window.\n"
    "Needs no headset and no OpenXR. The keys are told by F1; files can be dropped on the window.\n"
    "\n"
    "How it is painted (first set as artem.conf says)\n"
    "  --style NAME         one of those that artem styles lists\n"
    "  --blend-style NAME   a second style to mix in\n"
    "  --blend X            its share: 0 is the first style, 1 the second (0.5)\n"
    "  --strength X         0 is the original, 1 the painting (1)\n"
    "  --keep-color X       0 takes the colours of the painting, 1 those of the original (0)\n"
    "  --keep-text X        how much writing and other fine, strong detail keeps its own brightness (0)\n"
    "  --resolution N       style pixels along the longer side, 64 to 2048; more means finer strokes (512)\n"
    "  --backend NAME       what the network runs on: cpu, vulkan (the window's own device) or auto (auto)\n"
    "  --threads N          threads of the CPU backend, 0 means automatic (0)\n"
    "\n"
    "What is shown\n"
    "  --split[=X]          before and after, divided at X, 0 to 1 (0.5)\n"
    "  --show LIST          what lies over the picture: list, text, times, help, with commas between; or none\n"
    "                       (list,text)\n"
    "  --play[=FPS]         a folder as a film, painted as a live one (24)\n"
    "  --eyes both|left|right             of the scene (both)\n"
    "  --scene FILE         another scene; demo/scenes/README.md describes the format\n"
    "  --pose-path still|pan|walk         how the head moves in the scene (walk)\n"
    "  --paused             the scene stands still\n"
    "\n"
    "Window and files\n"
    "  --size WxH           pixels of the window (those of the picture; 1280x720 for the scene)\n"
    "  --full-screen\n"
    "  --output FOLDER      where the keys S and W save pictures (.)\n"
    "  --screenshot FILE    saves the window's content (.png, .jpg) once something is painted, and ends\n"
    "  --frames N           the number of painted frames before that (1)\n"
    "  --validate           Vulkan validation layers on; a complaint of theirs makes the exit status 1\n"
    "  --verbose            tell which device is used\n"
    "  --help               this text\n"
    "\n"
    "Status: 0 all well, 1 failure, 2 wrong options.\n";

enum {
    OPT_FIRST = 256,
    OPT_STYLE,
    OPT_BLEND_STYLE,
    OPT_BLEND,
    OPT_STRENGTH,
    OPT_KEEP_COLOR,
    OPT_KEEP_TEXT,
    OPT_RESOLUTION,
    OPT_BACKEND,
    OPT_THREADS,
    OPT_SPLIT,
    OPT_SHOW,
    OPT_PLAY,
    OPT_EYES,
    OPT_SCENE,
    OPT_POSE_PATH,
    OPT_PAUSED,
    OPT_SIZE,
    OPT_FULL_SCREEN,
    OPT_OUTPUT,
    OPT_SCREENSHOT,
    OPT_FRAMES,
    OPT_VALIDATE,
    OPT_VERBOSE,
    OPT_HELP
};

static const struct option long_options[] = {
    {"style", required_argument, NULL, OPT_STYLE},
    {"blend-style", required_argument, NULL, OPT_BLEND_STYLE},
    {"blend", required_argument, NULL, OPT_BLEND},
    {"strength", required_argument, NULL, OPT_STRENGTH},
    {"keep-color", required_argument, NULL, OPT_KEEP_COLOR},
    {"keep-text", required_argument, NULL, OPT_KEEP_TEXT},
    {"resolution", required_argument, NULL, OPT_RESOLUTION},
    {"backend", required_argument, NULL, OPT_BACKEND},
    {"threads", required_argument, NULL, OPT_THREADS},
    {"split", optional_argument, NULL, OPT_SPLIT},
    {"show", required_argument, NULL, OPT_SHOW},
    {"play", optional_argument, NULL, OPT_PLAY},
    {"eyes", required_argument, NULL, OPT_EYES},
    {"scene", required_argument, NULL, OPT_SCENE},
    {"pose-path", required_argument, NULL, OPT_POSE_PATH},
    {"paused", no_argument, NULL, OPT_PAUSED},
    {"size", required_argument, NULL, OPT_SIZE},
    {"full-screen", no_argument, NULL, OPT_FULL_SCREEN},
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"screenshot", required_argument, NULL, OPT_SCREENSHOT},
    {"frames", required_argument, NULL, OPT_FRAMES},
    {"validate", no_argument, NULL, OPT_VALIDATE},
    {"verbose", no_argument, NULL, OPT_VERBOSE},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

// The keys of the settings are the options' names with a low line.
static bool set(const char *name, struct artem_settings *settings)
{
    char key[32], error[256];

    snprintf(key, sizeof key, "%s", name);
    for (char *c = key; *c; c++)
        *c = *c == '-' ? '_' : *c;
    return artem_settings_set(settings, key, optarg, error, sizeof error) == ARTEM_OK ||
           demo_error("--%s: %s", name, error);
}

static bool parse_show(const char *text, unsigned *out)
{
    static const char *const words[] = {"list", "text", "times", "help", NULL}; // in the order of SHOW_
    char word[16];

    *out = 0;
    if (strcmp(text, "none") == 0)
        return true;
    for (;;) {
        const size_t length = strcspn(text, ",");
        snprintf(word, sizeof word, "%.*s", length < sizeof word ? (int)length : 0, text);
        const int at = option_choose("show", word, words);
        if (at < 0)
            return false;
        *out |= 1u << at;
        if (!text[length])
            return true;
        text += length + 1;
    }
}

static bool parse_choice(int option, const char *name, struct view_options *o)
{
    static const char *const eyes[] = {"both", "left", "right", NULL};
    static const char *const paths[] = {"none", "still", "pan", "walk", NULL};
    const int at = option_choose(name, optarg, option == OPT_EYES ? eyes : paths);

    if (at < 0)
        return false;
    if (option == OPT_EYES)
        o->eyes = (enum view_eyes)at;
    else
        o->path = (enum pose_path)at;
    return true;
}

static bool parse_split(const char *text, struct view_options *o)
{
    char rest;

    o->split_on = true;
    return !text || (sscanf(text, "%lf%c", &o->split, &rest) == 1 && o->split >= 0 && o->split <= 1) ||
           demo_error("--split needs a number from 0 to 1, not '%s'", text);
}

static bool parse_value(int option, const char *name, struct view_options *o)
{
    switch (option) {
    case OPT_SPLIT:
        return parse_split(optarg, o);
    case OPT_SHOW:
        return parse_show(optarg, &o->show);
    case OPT_PLAY:
        o->play = true;
        return !optarg || option_real(name, optarg, 1000, &o->fps);
    case OPT_EYES:
    case OPT_POSE_PATH:
        return parse_choice(option, name, o);
    case OPT_SIZE:
        return option_size(name, optarg, &o->width, &o->height);
    case OPT_SCENE:
        o->scene = optarg;
        return true;
    case OPT_OUTPUT:
        o->output = optarg;
        return true;
    case OPT_SCREENSHOT:
        o->screenshot = optarg;
        return true;
    case OPT_FRAMES:
        return option_number(name, optarg, 1, 1000000000, &o->frames);
    case OPT_PAUSED:
        return o->paused = true;
    case OPT_FULL_SCREEN:
        return o->full_screen = true;
    case OPT_VALIDATE:
        return o->validate = true;
    case OPT_VERBOSE:
        return o->verbose = true;
    default:
        return set(name, &o->settings);
    }
}

static bool check(const struct view_options *o, bool has_blend, bool has_frames)
{
    if (has_blend && !o->settings.blend_style[0])
        return demo_error("--blend needs --blend-style");
    if (has_frames && !o->screenshot)
        return demo_error("--frames needs --screenshot FILE");
    if (o->scene && o->name_count > 0)
        return demo_error("--scene does not go with pictures");
    return o->name_count > 0 || !o->play || demo_error("--play needs a folder or pictures");
}

enum options_result view_options_parse(int argc, char **argv, struct view_options *out)
{
    const struct artem_config_params params = {.exe_name = "artem-view"};
    struct view_options *o = out;
    bool has_blend = false, has_frames = false;
    int option, index = 0;

    *o = (struct view_options){
        .split = 0.5, .fps = 24, .path = POSE_PATH_WALK, .show = SHOW_LIST | SHOW_HUD, .output = ".", .frames = 1};
    artem_config_load(&params, &o->settings, NULL); // a file with a mistake: the library says so, these are defaults
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", long_options, &index)) != -1) {
        if (option == '?' || option == ':') {
            demo_error(option == ':' ? "%s needs a value" : "%s is not an option; see --help", argv[optind - 1]);
            return OPTIONS_BAD;
        }
        if (option == OPT_HELP)
            return demo_print(help_text) ? OPTIONS_HELP : OPTIONS_BAD;
        has_blend |= option == OPT_BLEND;
        has_frames |= option == OPT_FRAMES;
        if (!parse_value(option, long_options[index].name, o))
            return OPTIONS_BAD;
    }
    o->names = argv + optind;
    o->name_count = (size_t)(argc - optind);
    return check(o, has_blend, has_frames) ? OPTIONS_RUN : OPTIONS_BAD;
}
