// SPDX-License-Identifier: Apache-2.0
// Where models are found, and that no name leads out of there. Built with a library.c of its own, without the models
// folders of this source tree and of an installation.
#include "artem/model.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"
#include "fixture.h"

static void put_style(const char *folder, const char *file, const char *name, uint32_t network_id)
{
    char path[600];
    uint8_t *style = fixture_style(name, network_id);

    snprintf(path, sizeof path, "%s/%s", folder, file);
    fixture_write(path, style, STYLE_SIZE);
    free(style);
}

static char listed[1000];
static int limit;

static int note(void *user, const char *name, const char *path)
{
    (void)path;
    size_t used = strlen(listed);
    snprintf(listed + used, sizeof listed - used, "%s ", name);
    return ++*(int *)user == limit;
}

static enum artem_result list(void)
{
    int count = 0;
    listed[0] = '\0';
    return artem_library_list(note, &count);
}

// The id tells which of several files was loaded.
static uint32_t id_of(const char *name)
{
    struct artem_style *style = NULL;
    enum artem_result result = artem_library_load_style(name, &style);
    uint32_t id = style ? style->network_id : 0;

    CHECK((result == ARTEM_OK) == (style != NULL));
    artem_style_unref(&style);
    return id;
}

static void test_order(const char *first, const char *home, const char *system1, const char *system2)
{
    CHECK_INT(list(), ARTEM_OK);
    CHECK_STR(listed, "");
    put_style(system2, "d.artstyle", "d", 4);
    CHECK_INT(id_of("d"), 4);
    put_style(system1, "d.artstyle", "d", 3);
    CHECK_INT(id_of("d"), 3);
    put_style(home, "d.artstyle", "d", 2);
    CHECK_INT(id_of("d"), 2);
    put_style(first, "d.artstyle", "d", 1);
    CHECK_INT(id_of("d"), 1);

    put_style(system1, "z.artstyle", "z", 3);
    put_style(system2, "a-1.artstyle", "renamed", 3);
    put_style(home, "M_2.artstyle", "m", 3);
    put_style(home, "not a name.artstyle", "m", 3);
    put_style(home, ".artstyle", "m", 3);
    put_style(home, "m.artstyle.bak", "m", 3);
    CHECK_INT(mkdir(fixture_path("home/folder.artstyle"), 0700), 0);
    CHECK_INT(list(), ARTEM_OK);
    CHECK_STR(listed, "M_2 a-1 d z ");
    limit = 2;
    CHECK_INT(list(), ARTEM_OK);
    CHECK_STR(listed, "M_2 a-1 ");
    CHECK_INT(artem_library_list(NULL, NULL), ARTEM_ERROR_ARGUMENT);
}

static void test_names(void)
{
    struct artem_style *style = NULL;
    static const char *const bad[] = {"../x",       "/etc/passwd", "",    ".",    "..", "a/b", "a b",
                                      "a.artstyle", "\xC3\xA4",    "a\n", "a\\b", "%s", "~"};
    char longest[80];

    put_style(fixture_folder(), "x.artstyle", "x", 9); // where ../x would lead
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_INT(artem_library_load_style(bad[i], &style), ARTEM_ERROR_ARGUMENT);
    memset(longest, 'a', sizeof longest);
    longest[64] = '\0';
    CHECK_INT(artem_library_load_style(longest, &style), ARTEM_ERROR_ARGUMENT);
    longest[63] = '\0';
    CHECK_INT(artem_library_load_style(longest, &style), ARTEM_ERROR_NOT_FOUND);
    CHECK_INT(artem_library_load_style(NULL, &style), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_library_load_style("d", NULL), ARTEM_ERROR_ARGUMENT);
    CHECK(style == NULL);
    CHECK_INT(artem_library_load_style("folder", &style), ARTEM_ERROR_FORMAT);
}

static void test_network(const char *home)
{
    struct artem_network *network = NULL;
    uint8_t *file = fixture_network();
    char path[600];

    CHECK_INT(artem_library_load_network(&network), ARTEM_ERROR_NOT_FOUND);
    CHECK_INT(artem_library_load_network(NULL), ARTEM_ERROR_ARGUMENT);
    snprintf(path, sizeof path, "%s/artem.artnet", home);
    fixture_write(path, file, NETWORK_SIZE);
    CHECK_INT(artem_library_load_network(&network), ARTEM_OK);
    artem_network_unref(&network);
    // A damaged file that comes first is said to be damaged; nothing else takes its place unseen.
    file[1000] ^= 1;
    fixture_write(fixture_path("first/artem.artnet"), file, NETWORK_SIZE);
    CHECK_INT(artem_library_load_network(&network), ARTEM_ERROR_FORMAT);
    free(file);
}

// However many folders the user names, those of the installation are looked into.
static void test_long_list(void)
{
    char dirs[700] = "/none";

    for (int i = 0; i < 60; i++)
        strcat(dirs, ":/none");
    setenv("XDG_DATA_DIRS", dirs, 1);
    CHECK(mkdir(ARTEM_INSTALLED_MODELS, 0700) == 0 || errno == EEXIST);
    put_style(ARTEM_INSTALLED_MODELS, "installed.artstyle", "installed", 5);
    CHECK_INT(id_of("installed"), 5);
    unlink(ARTEM_INSTALLED_MODELS "/installed.artstyle");
    rmdir(ARTEM_INSTALLED_MODELS);
}

int main(void)
{
    static const char *const folders[] = {
        "first",           "home", "data",     "data/artem",     "data/artem/models", "s1", "s1/artem",
        "s1/artem/models", "s2",   "s2/artem", "s2/artem/models"};
    char first[300], home[300], system1[300], system2[300], dirs[700];

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        CHECK_INT(mkdir(fixture_path(folders[i]), 0700), 0);
    CHECK_INT(rmdir(fixture_path("data/artem/models")), 0);
    CHECK_INT(symlink(fixture_path("home"), fixture_path("data/artem/models")), 0);
    snprintf(first, sizeof first, "%s", fixture_path("first"));
    snprintf(home, sizeof home, "%s", fixture_path("data/artem/models"));
    snprintf(system1, sizeof system1, "%s", fixture_path("s1/artem/models"));
    snprintf(system2, sizeof system2, "%s", fixture_path("s2/artem/models"));
    snprintf(dirs, sizeof dirs, "::relative:/nonexistent:%s:%s:", fixture_path("s1"), fixture_path("s2"));
    setenv("ARTEM_MODELS", first, 1);
    setenv("XDG_DATA_HOME", fixture_path("data"), 1);
    setenv("XDG_DATA_DIRS", dirs, 1);

    test_order(first, home, system1, system2);
    test_network(home);
    test_names();
    test_long_list();
    return test_result();
}
