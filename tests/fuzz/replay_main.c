// SPDX-License-Identifier: Apache-2.0
// usage: fuzz_TARGET FILE-OR-FOLDER...
// Runs a fuzz target on each file once, where there is no libFuzzer.
#include <dirent.h>

#include "fuzz.h"

static unsigned files;

static void run_file(const char *path)
{
    size_t size;
    uint8_t *data = fuzz_read_file(path, &size);
    uint8_t *exact = fuzz_copy(data, size);

    free(data);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    files++;
}

static void run_path(const char *path)
{
    char name[1024];
    struct dirent *entry;
    DIR *folder = opendir(path);

    if (folder == NULL) {
        run_file(path);
        return;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        FUZZ_REQUIRE(snprintf(name, sizeof name, "%s/%s", path, entry->d_name) < (int)sizeof name);
        run_file(name);
    }
    closedir(folder);
}

int main(int argc, char **argv)
{
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++)
        run_path(argv[i]);
    printf("%u inputs\n", files);
    return files == 0;
}
