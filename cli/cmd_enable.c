// SPDX-License-Identifier: Apache-2.0
// enable and disable: for every OpenXR app, by an implicit manifest; for one app, by its section in artem.conf.
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

// The manifest's text, to be freed with cJSON_free.
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
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

static bool make_folders(const char *path)
{
    char folder[PATH_MAX];

    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0755) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

// As a whole: a loader that looks on never sees half of it.
static int write_file(const char *path, const char *text)
{
    char temporary[PATH_MAX + 16];

    if (!make_folders(path))
        return cli_error("%s: its folder cannot be made: %m", path);
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    const int file = mkostemp(temporary, O_CLOEXEC);
    FILE *f = file >= 0 ? fdopen(file, "w") : NULL;
    if (f == NULL)
        return cli_error("%s: %m", path);
    fchmod(file, 0644);
    const bool failed = fprintf(f, "%s\n", text) < 0;
    if (fclose(f) == 0 && !failed && rename(temporary, path) == 0)
        return CLI_OK;
    cli_error("%s: %m", path);
    unlink(temporary);
    return CLI_ERROR;
}

static int enable_all(const struct request *r)
{
    char path[PATH_MAX], library[PATH_MAX];

    if (!layer_find_library(library))
        return cli_error("the layer's library is neither installed nor built beside this command");
    if (!layer_implicit_path(r->system, path))
        return cli_error("there is no home: neither HOME nor XDG_DATA_HOME is set");
    char *text = write_manifest(library), *old = layer_read_text(path);
    int result = text != NULL ? CLI_OK : cli_error("out of memory");
    const bool same =
        text != NULL && old != NULL && strncmp(old, text, strlen(text)) == 0 && strcmp(old + strlen(text), "\n") == 0;
    if (result == CLI_OK && !same)
        result = write_file(path, text);
    if (result == CLI_OK)
        printf("%s: %s\n  layer: %s\n  for one app: artem disable --app NAME; out of one process: " LAYER_DISABLE
               "=1\n",
               same ? "already enabled" : "enabled", path, library);
    cJSON_free(text);
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
