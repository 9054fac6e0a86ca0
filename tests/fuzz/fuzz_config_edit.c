// SPDX-License-Identifier: Apache-2.0
// `artem set` on any artem.conf: a file that is taken still is afterwards, and the setting is what was asked for; a
// file with a mistake stays as it is. The input: which section and value, then the file.
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/config.h"
#include "cli.h"
#include "config_edit.h"
#include "fuzz.h"

static char folder[] = "/tmp/artem-fuzz.XXXXXX", path[64];

static void clean_up(void)
{
    unlink(path);
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    FUZZ_REQUIRE(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/artem.conf", folder);
    setenv("ARTEM_CONFIG", path, 1);
    atexit(clean_up);
    return 0;
}

static void write_config(const uint8_t *data, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    FUZZ_REQUIRE(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const logs[] = {"/plain", "/with # in it", "/with ; and \xC3\xA4", "/trailing#x",
                                       "",       "/\"quoted"};
    static const char *const sections[] = {"artem", "app:App", "exe:exe"};
    struct fuzz_input in = {data, size};
    const char *section = sections[fuzz_take8(&in) % 3], *log = logs[fuzz_take8(&in) % 6];
    const struct artem_config_params params = {.app_name = section[0] == 'a' && section[1] == 'p' ? "App" : NULL,
                                               .exe_name = section[0] == 'e' ? "exe" : NULL};
    struct artem_settings before, after, again;

    write_config(in.at, in.left);
    const bool good = artem_config_load(&params, &before, NULL) == ARTEM_OK;
    const int status = config_edit_set(section, "log_file", log);
    size_t now;
    uint8_t *text = fuzz_read_file(path, &now);

    if (!good)
        FUZZ_REQUIRE(status == CLI_ERROR);
    if (status != CLI_OK) {
        FUZZ_REQUIRE(now == in.left && memcmp(text, in.at, now) == 0);
    } else {
        FUZZ_REQUIRE(artem_config_load(&params, &after, NULL) == ARTEM_OK);
        FUZZ_REQUIRE(strcmp(after.log_file, log) == 0);
        // Nothing else has changed.
        memcpy(before.log_file, after.log_file, sizeof before.log_file);
        FUZZ_REQUIRE(strcmp(after.style, before.style) == 0 && after.strength == before.strength &&
                     after.resolution == before.resolution && strcmp(after.record, before.record) == 0);
        FUZZ_REQUIRE(config_edit_remove(section, "log_file") == CLI_OK);
        FUZZ_REQUIRE(artem_config_load(&params, &again, NULL) == ARTEM_OK);
    }
    free(text);
    return 0;
}
