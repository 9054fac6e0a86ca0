// SPDX-License-Identifier: Apache-2.0
// Stands for an app with the layer in it, before its first frame: steerable APP EXE. Prints a line when it can be
// steered, answers each line "KEY" of standard input with the value that an app would have at its next frame, ends with
// the input.
#include <stdio.h>
#include <string.h>

#include "artem/config.h"
#include "artem/ring.h"

int main(int argc, char **argv)
{
    const struct artem_config_params params = {
        .app_name = argc > 1 ? argv[1] : NULL, .exe_name = argc > 2 ? argv[2] : NULL, .watch = true, .control = true};
    struct artem_config *config = NULL;
    struct artem_settings settings;
    char line[256], value[ARTEM_PATH_MAX];

    if (artem_config_open(&params, &config) != ARTEM_OK)
        return 1;
    struct artem_ring *ring = artem_ring_create(params.app_name, params.exe_name, "test");
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        artem_config_get(config, &settings);
        artem_settings_get(&settings, line, value);
        puts(value);
        fflush(stdout);
    }
    artem_ring_destroy(&ring);
    artem_config_close(&config);
    return 0;
}
