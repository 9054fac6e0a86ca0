// SPDX-License-Identifier: Apache-2.0
// enable and disable: for every OpenXR app, by an implicit manifest; for one app, by its section in artem.conf. allow
// and deny: always by artem.conf.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/config.h"
#include "artem/file.h"
#include "change.h"
#include "cli.h"
#include "json.h"
#include "layer_files.h"

static const char enable_help[] =
    "usage: artem enable [--system] [--json]\n"
    "       artem enable --app NAME | --exe NAME [--only] [--json]\n\n"
    "Without a name: every OpenXR app that starts from now on is painted, by a manifest in the user's folder of\n"
    "implicit API layers; artem disable takes it away again. " LAYER_DISABLE "=1 in an app's environment keeps the\n"
    "layer out of it.\n\n"
    "  --system     for all users: in /etc/openxr, as root\n"
    "  --app NAME   lets that OpenXR application be painted ([app:NAME] enabled = on in artem.conf)\n"
    "  --exe NAME   the same for an executable; under Wine and Proton, the Windows one\n"
    "  --only       and no other but those with a section that says so: enabled = off in [artem]\n"
    "  --json       what was done, for programs";

static const char disable_help[] =
    "usage: artem disable [--system] [--json]\n"
    "       artem disable --app NAME | --exe NAME [--json]\n\n"
    "Undoes artem enable: no app that starts from now on loads the layer. With a name: that application or\n"
    "executable alone shows its own pictures, at once ([app:NAME] enabled = off in artem.conf). artem deny keeps the\n"
    "layer out of it altogether.";

static const char allow_help[] =
    "usage: artem deny [--app NAME | --exe NAME] [--json]\n"
    "       artem allow [--app NAME | --exe NAME] [--only] [--json]\n\n"
    "Which apps the layer is in, by the key `allow` in artem.conf. In one that is denied it does nothing from the "
    "app's\n"
    "next start, not even look on; one that runs shows its own pictures at once. Without a name: all that have no\n"
    "section of their own.\n\n"
    "  --app NAME   that OpenXR application, [app:NAME]\n"
    "  --exe NAME   that executable, [exe:NAME]; under Wine and Proton the Windows one\n"
    "  --only       allow: that one, and no other but those with a section that says so\n"
    "  --json       what was done, for programs";

// CLI_OK, -1 after the help, or CLI_USAGE.
static int parse(int argc, char **argv, const char *help, struct change *c)
{
    const int parsed = change_parse(argc, argv, help, CHANGE_ONLY | CHANGE_SYSTEM, c);

    if (parsed != CLI_OK)
        return parsed;
    if (optind < argc)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind]);
    const bool named = c->app != NULL || c->exe != NULL;
    if (c->system && named)
        return cli_usage_error(argv[0], "--system is for the manifest, which knows no single app");
    if (c->only && !named)
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

static int tell_manifest(const struct change *c, const char *path, const char *library, bool enabled, bool changed)
{
    cJSON *root = json_begin(c->command);

    cJSON_AddStringToObject(root, "manifest", path);
    if (library != NULL)
        cJSON_AddStringToObject(root, "library", library);
    cJSON_AddBoolToObject(root, "enabled", enabled);
    cJSON_AddBoolToObject(root, "changed", changed);
    return json_finish(root, false);
}

// What else keeps the app, or all apps, from being painted.
static void tell_hindrances(const struct change *c)
{
    const struct artem_config_params params = {.app_name = c->app, .exe_name = c->exe, .quiet = true};
    const char *option = c->app != NULL   ? " --app "
                         : c->exe != NULL ? " --exe "
                                          : "",
               *name = c->app != NULL   ? c->app
                       : c->exe != NULL ? c->exe
                                        : "";
    struct artem_settings settings;
    char path[PATH_MAX];

    artem_config_load(&params, &settings, NULL); // of what cannot be read the defaults count
    if (!layer_is_enabled(false, path) && !layer_is_enabled(true, path))
        puts("  the layer itself is not enabled: artem enable; or, for one process, artem run");
    if (!settings.allow)
        printf("  allow = off in artem.conf keeps the layer out: artem allow%s%s\n", option, name);
    else if (!settings.enabled)
        puts("  enabled = off in artem.conf: apps without a section of their own show their own pictures");
}

static int enable_all(const struct change *c)
{
    char path[PATH_MAX], library[PATH_MAX];

    if (c->system)
        umask(022); // for everybody to read, whatever root's own files are
    if (!layer_find_library(library))
        return cli_error("the layer's library is neither installed nor built beside this command");
    if (!layer_implicit_path(c->system, path))
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
    if (result == CLI_OK && c->json)
        result = tell_manifest(c, path, library, true, !same);
    else if (result == CLI_OK)
        printf("%s: %s\n  layer: %s\n  for one app: artem disable --app NAME; out of one process: " LAYER_DISABLE
               "=1\n",
               same ? "already enabled" : "enabled", path, library);
    if (result == CLI_OK && !c->json)
        tell_hindrances(c);
    free(text);
    free(old);
    return result == CLI_OK ? cli_finish_output() : result;
}

// Folders that are empty now, up to the one that is every OpenXR program's.
static void remove_folders_of(const char *path)
{
    char folder[PATH_MAX];

    snprintf(folder, sizeof folder, "%s", path);
    for (int level = 0; level < 4; level++) { // implicit.d, api_layers, 1, openxr
        *strrchr(folder, '/') = '\0';
        if (rmdir(folder) != 0)
            break;
    }
}

static int disable_all(const struct change *c)
{
    char path[PATH_MAX];

    if (!layer_implicit_path(c->system, path))
        return cli_error("there is no home: neither HOME nor XDG_DATA_HOME is set");
    const bool was_there = unlink(path) == 0;
    if (!was_there && errno != ENOENT && errno != ENOTDIR)
        return cli_error("%s: %m", path);
    if (was_there)
        remove_folders_of(path);
    if (c->json)
        return tell_manifest(c, path, NULL, false, was_there);
    if (was_there)
        printf("disabled: %s is gone; apps that run keep the layer until they end\n", path);
    else
        printf("not enabled: %s is not there\n", path);
    return cli_finish_output();
}

static int set_one(const struct change *c, const char *key, bool on)
{
    char line[600];

    snprintf(line, sizeof line, "[%s] %s = %s%s%s%s", c->section, key, on ? "on" : "off", c->only ? "\n[artem] " : "",
             c->only ? key : "", c->only ? " = off" : "");
    return change_file(c, key, on ? "on" : "off", line);
}

int cmd_enable(int argc, char **argv)
{
    struct change c;
    const int result = parse(argc, argv, enable_help, &c);

    if (result != CLI_OK)
        return result < 0 ? cli_finish_output() : result;
    if (c.app == NULL && c.exe == NULL)
        return enable_all(&c);
    const int status = set_one(&c, "enabled", true);
    if (status != CLI_OK || c.json)
        return status;
    tell_hindrances(&c);
    return cli_finish_output();
}

int cmd_disable(int argc, char **argv)
{
    struct change c;
    const int result = parse(argc, argv, disable_help, &c);

    if (result != CLI_OK)
        return result < 0 ? cli_finish_output() : result;
    if (c.only)
        return cli_usage_error(argv[0], "--only is for artem enable");
    return c.app != NULL || c.exe != NULL ? set_one(&c, "enabled", false) : disable_all(&c);
}

// allow and deny: whether the layer is in an app at all.
static int set_allowed(int argc, char **argv, bool on)
{
    struct change c;
    const int result = parse(argc, argv, allow_help, &c);

    if (result != CLI_OK)
        return result < 0 ? cli_finish_output() : result;
    if (c.system)
        return cli_usage_error(argv[0], "unknown option --system");
    if (c.only && !on)
        return cli_usage_error(argv[0], "--only is for artem allow");
    return set_one(&c, "allow", on);
}

int cmd_allow(int argc, char **argv)
{
    return set_allowed(argc, argv, true);
}

int cmd_deny(int argc, char **argv)
{
    return set_allowed(argc, argv, false);
}
