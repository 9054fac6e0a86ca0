// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <stdio.h>

#include "cli.h"
#include "json.h"

static const char help[] =
    "usage: artem config [--app NAME] [--exe NAME] [--json]\n"
    "       artem config --check [FILE]\n\n"
    "Prints the settings in force and the file that they come from: $ARTEM_CONFIG, else "
    "$XDG_CONFIG_HOME/artem/artem.conf,\n"
    "else ~/.config/artem/artem.conf.\n\n"
    "  --app NAME     with the section of that OpenXR application, [app:NAME]\n"
    "  --exe NAME     with the section of that executable, [exe:NAME]\n"
    "  --check        says what is wrong with that file, or another; exit status 0 if it is good\n"
    "  --json         the settings for programs";

static int print_settings(const struct artem_settings *s, const char *origin, const char *path)
{
    char value[ARTEM_PATH_MAX];
    const char *key;

    printf("# %s%s\n[artem]\n", origin, path);
    for (unsigned i = 0; (key = artem_settings_key(i)) != NULL; i++) {
        artem_settings_get(s, key, value);
        const char *quote = value[0] == '/' ? "\"" : ""; // a path may look like a comment
        printf("%s = %s%s%s\n", key, quote, value, quote);
    }
    return cli_finish_output();
}

static int print_json(const char *command, const struct artem_settings *s, const char *path, bool has_file)
{
    cJSON *root = json_begin(command), *settings;
    char value[ARTEM_PATH_MAX];
    const char *key;

    cJSON_AddStringToObject(root, "config", path);
    cJSON_AddBoolToObject(root, "exists", has_file);
    settings = cJSON_AddObjectToObject(root, "settings");
    for (unsigned i = 0; (key = artem_settings_key(i)) != NULL; i++) {
        artem_settings_get(s, key, value);
        cJSON_AddStringToObject(settings, key, value);
    }
    return json_finish(root, false);
}

// Faults in the file are reported by the library.
static int check_file(const struct artem_config_params *params)
{
    struct artem_settings settings;
    char path[ARTEM_PATH_MAX];
    const enum artem_result result = artem_config_load(params, &settings, path);
    const char *shown = params->path != NULL ? params->path : path;

    if (result == ARTEM_OK)
        printf("%s: good\n", shown);
    else if (result != ARTEM_ERROR_NOT_FOUND)
        return CLI_ERROR;
    else if (params->path != NULL)
        return cli_error("%s: no such file", shown);
    else
        printf("defaults; no %s\n", path[0] ? path : "place to look for artem.conf");
    return cli_finish_output();
}

int cmd_config(int argc, char **argv)
{
    static const struct option options[] = {
        {"app", required_argument, NULL, 'a'},   {"exe", required_argument, NULL, 'e'},
        {"check", optional_argument, NULL, 'c'}, {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    struct artem_config_params params = {0};
    struct artem_settings settings;
    char path[ARTEM_PATH_MAX];
    bool json = false, check = false;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'a')
            params.app_name = optarg;
        else if (option == 'e')
            params.exe_name = optarg;
        else if (option == 'c')
            check = true, params.path = optarg;
        else if (option == 'j')
            json = true;
        else if (option != 'h')
            return CLI_USAGE;
        else
            return puts(help), cli_finish_output();
    }
    if (check && params.path == NULL && optind < argc)
        params.path = argv[optind++];
    if (optind < argc)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind]);

    if (check)
        return check_file(&params);

    const enum artem_result result = artem_config_load(&params, &settings, path);
    if (json && (result == ARTEM_OK || result == ARTEM_ERROR_NOT_FOUND))
        return print_json(argv[0], &settings, path, result == ARTEM_OK);
    if (result == ARTEM_ERROR_NOT_FOUND)
        return print_settings(&settings, path[0] ? "defaults; no " : "defaults; no place to look for artem.conf", path);
    if (result != ARTEM_OK)
        return cli_error("%s: not used; the defaults are in force", path);
    return print_settings(&settings, "", path);
}
