// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artem/log.h"
#include "cli.h"
#include "layer_files.h"
#include "loader_folders.h"

static const char help[] =
    "usage: artem run [--] COMMAND [ARGUMENT...]\n\n"
    "Runs an OpenXR app with the layer switched on, by XR_API_LAYER_PATH and XR_ENABLE_API_LAYERS.\n"
    "Exit status: the command's; 126 if it cannot be run, 127 if there is none.";

enum { LIST_MAX = 16384 };

// Adds an element to a list of the form a:b:c; false if it does not fit. An element that is there already is not added.
static bool add_to_list(char list[LIST_MAX], const char *element)
{
    size_t used = strlen(list), length = strlen(element);

    for (const char *p = list; *p;) {
        size_t n = strcspn(p, ":");
        if (n == length && memcmp(p, element, n) == 0)
            return true;
        p += n + (p[n] == ':');
    }
    int n = snprintf(list + used, LIST_MAX - used, "%s%s", used ? ":" : "", element);
    return n >= 0 && (size_t)n < LIST_MAX - used;
}

struct paths {
    char list[LIST_MAX];
    bool full;
};

static void add_folder(void *user, const char *folder)
{
    struct paths *paths = user;

    if (access(folder, R_OK) == 0 && !add_to_list(paths->list, folder))
        paths->full = true;
}

static int set_environment(void)
{
    char folder[PATH_MAX], layers[LIST_MAX] = "";
    struct paths paths = {.list = ""};
    const char *old_paths = getenv("XR_API_LAYER_PATH"), *old_layers = getenv("XR_ENABLE_API_LAYERS");

    if (!layer_find_manifest(folder))
        return cli_error("the layer's manifest " LAYER_MANIFEST " is neither installed nor built");
    bool good = add_to_list(paths.list, folder);
    // The variable replaces the places in which the loader looks by default: layers that the user enabled from there
    // stay found.
    if (old_paths && old_paths[0])
        good = good && add_to_list(paths.list, old_paths);
    else
        loader_layer_folders("explicit.d", add_folder, &paths);
    good = good && !paths.full && (!old_layers || !old_layers[0] || add_to_list(layers, old_layers));
    good = good && add_to_list(layers, LAYER_NAME);
    if (!good)
        return cli_error("XR_API_LAYER_PATH or XR_ENABLE_API_LAYERS is too long");
    if (setenv("XR_API_LAYER_PATH", paths.list, 1) != 0 || setenv("XR_ENABLE_API_LAYERS", layers, 1) != 0)
        return cli_error("out of memory");
    return CLI_OK;
}

int cmd_run(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        if (option != 'h')
            return CLI_USAGE;
        puts(help);
        return cli_finish_output();
    }
    if (optind == argc)
        return cli_usage_error(argv[0], "a command is missing");

    int result = set_environment();
    if (result != CLI_OK)
        return result;
    execvp(argv[optind], argv + optind);
    result = errno == ENOENT ? 127 : 126;
    cli_error("%s: %m", argv[optind]);
    return result;
}
