// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/model.h"
#include "cli.h"
#include "json.h"
#include "styles/sheet.h"
#include "style_picture.h"
#include "styles/thumbnail.h"

static const char help[] =
    "usage: artem styles [--thumbnails WAY] [--sheet OUT.png] [--json]\n\n"
    "Lists the styles that are installed: name, size of the file in bytes, title; on a terminal that can show "
    "pictures,\n"
    "with a thumbnail of a scene in each. They are looked for in $ARTEM_MODELS, $XDG_DATA_HOME/artem/models\n"
    "(~/.local/share/artem/models), artem/models in each of $XDG_DATA_DIRS, and where Art'Em was installed or "
    "built.\n\n"
    "  --thumbnails WAY   auto (the terminal is asked), kitty, iterm2, sixel, blocks (true colours) or none (auto)\n"
    "  --sheet OUT.png    the scene in all styles with their names, as one picture (.png, .jpg)\n"
    "  --json             for programs";

struct listing {
    enum thumbnail_way way;
    cJSON *list;         // NULL: plain text
    struct sheet *sheet; // NULL: none
    int count, damaged;
};

static void add_json(cJSON *list, const char *name, const char *path, const char *title, long long size)
{
    cJSON *o = cJSON_CreateObject();
    char file[PATH_MAX];

    cJSON_AddStringToObject(o, "name", name);
    cJSON_AddStringToObject(o, "title", title);
    cJSON_AddNumberToObject(o, "bytes", (double)size);
    cJSON_AddStringToObject(o, "path", path);
    if (style_picture_find(path, "thumb", file))
        cJSON_AddStringToObject(o, "thumbnail", file);
    cJSON_AddItemToArray(list, o);
}

// Beside the picture, on lines of its own.
static void print_beside(enum thumbnail_way way, const struct image *image, const char *name, const char *title,
                         long long size)
{
    thumbnail_make_room();
    thumbnail_print(way, image);
    const int column = THUMBNAIL_COLUMNS + 3;
    printf("\n\033[%dG%s\n\033[%dG%s\n\033[%dG%lld bytes\n\n\n", column, name, column, title, column, size);
}

static void print_line(enum thumbnail_way way, const char *name, const char *path, const char *title, long long size)
{
    struct image image = {0};

    if (way != THUMBNAIL_NONE && style_picture_load(path, "thumb", &image))
        print_beside(way, &image, name, title, size);
    else
        printf("%-24s %8lld  %s\n", name, size, title);
    image_free(&image);
}

static void add_to_sheet(struct sheet *sheet, const char *name, const char *path)
{
    struct image image = {0};
    const bool found = style_picture_load(path, "preview", &image) || style_picture_load(path, "thumb", &image);

    sheet_add(sheet, found ? &image : NULL, name);
    image_free(&image);
}

// A style that cannot be read is no style: the library says why, and the others are still listed.
static int take_style(void *user, const char *name, const char *path)
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
    if (listing->sheet != NULL)
        add_to_sheet(listing->sheet, name, path);
    else if (listing->list != NULL)
        add_json(listing->list, name, path, style->title, (long long)st.st_size);
    else
        print_line(listing->way, name, path, style->title, (long long)st.st_size);
    listing->count++;
    artem_style_unref(&style);
    return 0;
}

static int count_style(void *user, const char *name, const char *path)
{
    (void)name, (void)path;
    ++*(unsigned *)user;
    return 0;
}

static int write_sheet(const char *out)
{
    struct listing listing = {0};
    struct sheet sheet = {0};
    unsigned count = 0;
    int result = CLI_ERROR;

    artem_library_list(count_style, &count);
    if (count == 0)
        return cli_error("no styles are installed; see artem styles --help");
    if (!image_can_save(out) || !sheet_create(&sheet, count))
        return CLI_ERROR; // image.h has said why
    listing.sheet = &sheet;
    artem_library_list(take_style, &listing);
    if (image_save(out, &sheet.image)) {
        printf("%s: %d styles\n", out, listing.count);
        result = cli_finish_output();
    }
    sheet_free(&sheet);
    return listing.damaged > 0 ? CLI_ERROR : result;
}

static int list_styles(const char *command, enum thumbnail_way way, bool json)
{
    cJSON *root = json ? json_begin(command) : NULL;
    struct listing listing = {.way = way, .list = json ? cJSON_AddArrayToObject(root, "styles") : NULL};
    const enum artem_result result = artem_library_list(take_style, &listing);

    if (result != ARTEM_OK) {
        cJSON_Delete(root);
        return cli_error("the styles cannot be listed: %s", artem_result_string(result));
    }
    if (listing.count == 0 && listing.damaged == 0 && !json)
        cli_error("no styles are installed; see artem styles --help");
    const int printed = json ? json_finish(root, false) : cli_finish_output();
    return listing.damaged || (listing.count == 0 && !json) ? CLI_ERROR : printed;
}

int cmd_styles(int argc, char **argv)
{
    static const struct option options[] = {{"thumbnails", required_argument, NULL, 't'},
                                            {"sheet", required_argument, NULL, 's'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    enum thumbnail_way way = THUMBNAIL_NONE;
    bool json = false, detect = true;
    const char *sheet = NULL;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h')
            return puts(help), cli_finish_output();
        if (option == 'j')
            json = true;
        else if (option == 's')
            sheet = optarg;
        else if (option != 't')
            return CLI_USAGE; // getopt has said why
        else if ((detect = strcmp(optarg, "auto") == 0) == false && !thumbnail_parse(optarg, &way))
            return cli_usage_error(
                argv[0], "--thumbnails: expected auto, kitty, iterm2, sixel, blocks or none, got '%s'", optarg);
    }
    if (optind < argc)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind]);
    if (sheet != NULL && json)
        return cli_usage_error(argv[0], "--sheet and --json exclude each other");
    if (sheet != NULL)
        return write_sheet(sheet);
    return list_styles(argv[0], detect && !json ? thumbnail_detect() : way, json);
}
