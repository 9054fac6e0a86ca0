// SPDX-License-Identifier: Apache-2.0
// enable and disable: for every OpenXR app, by an implicit manifest; for one app, by its section in artem.conf.
#include <cjson/cJSON.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artem/file.h"
#include "cli.h"
#include "config_edit.h"
#include "layer_files.h"

static const char enable_help[] =
    "usage: artem enable [--system]\n"
    "       artem enable --app NAME | --exe NAME [--only]\n\n"
    "Without a name: every OpenXR app that starts from now on is painted, by a manifest in the user's folder of\n"
    "implicit API layers; artem disable takes it away again. " LAYER_DISABLE "=1 in an app's environment keeps the\n"
    "layer out of it.\n\n"
    "  --system     for all users: in /etc/openxr, as root\n"
    "  --app NAME   lets that OpenXR application be painted ([app:NAME] enabled = on in artem.conf)\n"
    "  --exe NAME   the same for an executable; under Wine and Proton, the Windows one\n"
    "  --only       and no other: enabled = off for all the rest";

static const char disable_help[] =
    "usage: artem disable [--system]\n"
    "       artem disable --app NAME | --exe NAME\n\n"
    "Undoes artem enable: no app that starts from now on loads the layer. With a name: that application or\n"
    "executable alone shows its own pictures, at once ([app:NAME] enabled = off in artem.conf).";

struct request {
    const char *app, *exe;
    bool system, only;
};

// CLI_OK, -1 after the help, or CLI_USAGE.
static int parse(int argc, char **argv, const char *help, struct request *r)
{
    static const struct option options[] = {
        {"app", required_argument, NULL, 'a'}, {"exe", required_argument, NULL, 'e'}, {"only", no_argument, NULL, 'o'},
        {"system", no_argument, NULL, 's'},    {"help", no_argument, NULL, 'h'},      {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'a')
            r->app = optarg;
        else if (option == 'e')
            r->exe = optarg;
        else if (option == 'o')
            r->only = true;
        else if (option == 's')
            r->system = true;
        else if (option == 'h')
            return puts(help), -1;
        else
            return CLI_USAGE;
    }
    if (optind < argc)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind]);
    const bool named = r->app != NULL || r->exe != NULL;
    if (r->system && named)
        return cli_usage_error(argv[0], "--system is for the manifest, which knows no single app");
    if (r->only && !named)
        return cli_usage_error(argv[0], "--only needs --app or --exe");
    return CLI_OK;
}

// The manifest's text, to be freed.
static char *write_manifest(const char *library)
{
    cJSON *root = cJSON_CreateObject(), *layer = cJSON_AddObjectToObject(root, "api_layer");

    cJSON_AddStringToObject(root, "file_format_version", "1.0.0");
    cJSON_AddStringToObject(layer, "name", LAYER_NAME);
    cJSON_AddStringToObject(layer, "library_path", library);
    cJSON_AddStringToObject(layer, "api_version", "1.0");
    cJSON_AddStringToObject(layer, "implementation_version", "1");
    cJSON_AddStringToObject(layer, "description", "Art'Em: repaints what any app shows in the style of a painting");
    cJSON_AddStringToObject(layer, "disable_environment", LAYER_DISABLE);
    char *json = cJSON_Print(root), *text = NULL;
    if (json != NULL && asprintf(&text, "%s\n", json) < 0)
        text = NULL;
    cJSON_free(json);
    cJSON_Delete(root);
    return text;
}

static int enable_all(const struct request *r)
{
    char path[PATH_MAX], library[PATH_MAX];

    if (!layer_find_library(library))
        return cli_error("the layer's library is neither installed nor built beside this command");
    if (!layer_implicit_path(r->system, path))
        return cli_error("there is no home: neither HOME nor XDG_DATA_HOME is set");
    char *text = write_manifest(library), *old = NULL;
    size_t size;
    int result = text != NULL ? CLI_OK : cli_error("out of memory");
    const bool same =
        text != NULL && artem_file_read(path, LAYER_MANIFEST_MAX, &old, &size) == ARTEM_OK && strcmp(old, text) == 0;
    if (result == CLI_OK && !same && !artem_file_make_folders(path, 0755))
        result = cli_error("%s: its folder cannot be made: %m", path);
    else if (result == CLI_OK && !same && !artem_file_replace(path, text, strlen(text), 0644))
        result = cli_error("%s: %m", path);
    if (result == CLI_OK)
        printf("%s: %s\n  layer: %s\n  for one app: artem disable --app NAME; out of one process: " LAYER_DISABLE
               "=1\n",
               same ? "already enabled" : "enabled", path, library);
    free(text);
    free(old);
    return result == CLI_OK ? cli_finish_output() : result;
}

// With the folders that are empty now, up to the one that is every OpenXR program's.
static int disable_all(const struct request *r)
{
    char path[PATH_MAX];

    if (!layer_implicit_path(r->system, path))
        return cli_error("there is no home: neither HOME nor XDG_DATA_HOME is set");
    if (unlink(path) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            return cli_error("%s: %m", path);
        printf("not enabled: %s is not there\n", path);
        return cli_finish_output();
    }
    printf("disabled: %s is gone; apps that run keep the layer until they end\n", path);
    for (int level = 0; level < 4; level++) { // implicit.d, api_layers, 1, openxr
        *strrchr(path, '/') = '\0';
        if (rmdir(path) != 0)
            break;
    }
    return cli_finish_output();
}

static int set_one(const char *command, const struct request *r, bool on)
{
    const char *section = config_edit_section(command, r->app, r->exe);

    if (section == NULL)
        return CLI_USAGE;
    int result = config_edit_set(section, "enabled", on ? "on" : "off");
    if (result == CLI_OK && r->only)
        result = config_edit_set("artem", "enabled", "off");
    if (result != CLI_OK)
        return result;
    printf("[%s] enabled = %s\n", section, on ? "on" : "off");
    if (r->only)
        puts("[artem] enabled = off");
    return cli_finish_output();
}

int cmd_enable(int argc, char **argv)
{
    struct request r = {0};
    const int result = parse(argc, argv, enable_help, &r);

    if (result != CLI_OK)
        return result < 0 ? cli_finish_output() : result;
    return r.app != NULL || r.exe != NULL ? set_one(argv[0], &r, true) : enable_all(&r);
}

int cmd_disable(int argc, char **argv)
{
    struct request r = {0};
    const int result = parse(argc, argv, disable_help, &r);

    if (result != CLI_OK)
        return result < 0 ? cli_finish_output() : result;
    if (r.only)
        return cli_usage_error(argv[0], "--only is for artem enable");
    return r.app != NULL || r.exe != NULL ? set_one(argv[0], &r, false) : disable_all(&r);
}
