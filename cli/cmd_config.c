// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <stdio.h>

#include "cli.h"

static const char help[] = "usage: artem config [--app NAME] [--exe NAME] [--check FILE]\n\n"
                           "Prints the settings in force and the file that they come from: $ARTEM_CONFIG, else "
                           "$XDG_CONFIG_HOME/artem/artem.conf,\n"
                           "else ~/.config/artem/artem.conf.\n\n"
                           "  --app NAME     with the section of that OpenXR application, [app:NAME]\n"
                           "  --exe NAME     with the section of that executable, [exe:NAME]\n"
                           "  --check FILE   says what is wrong with a file; exit status 0 if it is good";

// In quotes, since a path may look like a comment.
static void print_path(const char *key, const char *path)
{
    printf("%s = %s%s%s\n", key, path[0] ? "\"" : "", path, path[0] ? "\"" : "");
}

static int print_settings(const struct artem_settings *s, const char *origin, const char *path)
{
    printf("# %s%s\n[artem]\n", origin, path);
    printf("enabled = %s\nstyle = %s\n", s->enabled ? "on" : "off", s->style);
    printf("blend_style = %s\nblend = %.4g\n", s->blend_style, s->blend / 256.0);
    printf("strength = %.4g\nkeep_color = %.4g\n", s->strength / 256.0, s->keep_color / 256.0);
    printf("keep_text = %.4g\n", s->keep_text / 256.0);
    printf("resolution = %u\nbudget_ms = %.10g\n", s->resolution, s->budget_ms);
    print_path("log_file", s->log_file);
    printf("backend = %s\nthreads = %u\nar = %s\n", s->backend, s->threads, s->ar ? "on" : "off");
    print_path("record", s->record);
    printf("record_frames = %u\n", s->record_frames);
    return cli_finish_output();
}

int cmd_config(int argc, char **argv)
{
    static const struct option options[] = {{"app", required_argument, NULL, 'a'},
                                            {"exe", required_argument, NULL, 'e'},
                                            {"check", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct artem_config_params params = {0};
    struct artem_settings settings;
    char path[ARTEM_PATH_MAX];
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'a')
            params.app_name = optarg;
        else if (option == 'e')
            params.exe_name = optarg;
        else if (option == 'c')
            params.path = optarg;
        else if (option != 'h')
            return CLI_USAGE;
        else
            return puts(help), cli_finish_output();
    }
    if (optind < argc)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind]);

    // Faults in the file are reported by the library.
    enum artem_result result = artem_config_load(&params, &settings, path);
    if (params.path) {
        if (result == ARTEM_OK)
            return printf("%s: good\n", params.path), cli_finish_output();
        return result == ARTEM_ERROR_NOT_FOUND ? cli_error("%s: no such file", params.path) : CLI_ERROR;
    }
    if (result == ARTEM_ERROR_NOT_FOUND)
        return print_settings(&settings, path[0] ? "defaults; no " : "defaults; no place to look for artem.conf", path);
    if (result != ARTEM_OK)
        return cli_error("%s: not used; the defaults are in force", path);
    return print_settings(&settings, "", path);
}
