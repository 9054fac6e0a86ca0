// SPDX-License-Identifier: Apache-2.0
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "artem/model.h"
#include "cli.h"
#include "json.h"

static const char help[] =
    "usage: artem styles [--json]\n\n"
    "Lists the styles that are installed: name, size of the file in bytes, title.\n"
    "They are looked for in $ARTEM_MODELS, $XDG_DATA_HOME/artem/models (~/.local/share/artem/models),\n"
    "artem/models in each of $XDG_DATA_DIRS, and where Art'Em was installed or built.";

struct listing {
    cJSON *list; // NULL: plain text
    int count, damaged;
};

static void add_json(cJSON *list, const char *name, const char *path, const char *title, long long size)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "name", name);
    cJSON_AddStringToObject(o, "title", title);
    cJSON_AddNumberToObject(o, "bytes", (double)size);
    cJSON_AddStringToObject(o, "path", path);
    cJSON_AddItemToArray(list, o);
}

// A style that cannot be read is no style: the library says why, and the others are still listed.
static int print_style(void *user, const char *name, const char *path)
{
    struct listing *listing = user;
    struct artem_style *style = NULL;
    struct stat st = {0};

    if (artem_style_load(path, &style) != ARTEM_OK) {
        listing->damaged++;
        return 0;
    }
    if (stat(path, &st) != 0)
        st.st_size = 0;
    if (listing->list != NULL)
        add_json(listing->list, name, path, style->title, (long long)st.st_size);
    else
        printf("%-24s %8lld  %s\n", name, (long long)st.st_size, style->title);
    listing->count++;
    artem_style_unref(&style);
    return 0;
}

int cmd_styles(int argc, char **argv)
{
    struct listing listing = {0};
    bool json;
    const int parsed = cli_parse_json(argc, argv, help, &json);

    if (parsed != CLI_OK)
        return parsed < 0 ? cli_finish_output() : parsed;
    cJSON *root = json ? json_begin(argv[0]) : NULL;
    listing.list = json ? cJSON_AddArrayToObject(root, "styles") : NULL;
    enum artem_result result = artem_library_list(print_style, &listing);
    if (result != ARTEM_OK) {
        cJSON_Delete(root);
        return cli_error("the styles cannot be listed: %s", artem_result_string(result));
    }
    if (listing.count == 0 && listing.damaged == 0 && !json)
        cli_error("no styles are installed; see artem styles --help");
    const int printed = json ? json_finish(root, false) : cli_finish_output();
    return listing.damaged || (listing.count == 0 && !json) ? CLI_ERROR : printed;
}
