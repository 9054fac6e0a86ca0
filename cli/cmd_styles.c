// SPDX-License-Identifier: Apache-2.0
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "artem/model.h"
#include "cli.h"

static const char help[] =
    "usage: artem styles [--json]\n\n"
    "Lists the styles that are installed: name, size of the file in bytes, title.\n"
    "They are looked for in $ARTEM_MODELS, $XDG_DATA_HOME/artem/models (~/.local/share/artem/models),\n"
    "artem/models in each of $XDG_DATA_DIRS, and where Art'Em was installed or built.";

struct listing {
    bool json;
    int count, damaged;
};

static void print_json_text(const char *text)
{
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (*c < 0x20)
            printf("\\u%04x", *c);
        else
            putchar(*c);
    }
    putchar('"');
}

static void print_json(const struct listing *listing, const char *name, const char *path, const char *title,
                       long long size)
{
    printf("%s\n  {\"name\": ", listing->count ? "," : "");
    print_json_text(name);
    printf(", \"title\": ");
    print_json_text(title);
    printf(", \"bytes\": %lld, \"path\": ", size);
    print_json_text(path);
    putchar('}');
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
    if (listing->json)
        print_json(listing, name, path, style->title, (long long)st.st_size);
    else
        printf("%-24s %8lld  %s\n", name, (long long)st.st_size, style->title);
    listing->count++;
    artem_style_unref(&style);
    return 0;
}

int cmd_styles(int argc, char **argv)
{
    struct listing listing = {0};
    const int parsed = cli_parse_json(argc, argv, help, &listing.json);

    if (parsed != CLI_OK)
        return parsed < 0 ? cli_finish_output() : parsed;
    if (listing.json)
        putchar('[');
    enum artem_result result = artem_library_list(print_style, &listing);
    if (listing.json)
        puts(listing.count ? "\n]" : "]");
    if (result != ARTEM_OK)
        return cli_error("the styles cannot be listed: %s", artem_result_string(result));
    if (listing.count == 0 && listing.damaged == 0 && !listing.json)
        cli_error("no styles are installed; see artem styles --help");
    int printed = cli_finish_output();
    return listing.damaged || (listing.count == 0 && !listing.json) ? CLI_ERROR : printed;
}
