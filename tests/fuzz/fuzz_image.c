// SPDX-License-Identifier: Apache-2.0
// Pictures that the command is given: PNG and JPEG by content.
#include "fuzz.h"
#include "image.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_file file = fuzz_make_file(data, size);
    struct image image;
    unsigned sum = 0;

    if (image_load(file.path, &image)) {
        FUZZ_REQUIRE(image.width > 0 && image.height > 0);
        FUZZ_REQUIRE((uint64_t)image.width * image.height <= IMAGE_PIXELS_MAX);
        for (size_t i = 0; i < (size_t)image.width * image.height; i++) {
            sum += image.rgba[4 * i] + image.rgba[4 * i + 1] + image.rgba[4 * i + 2]; // all of it is there
            FUZZ_REQUIRE(image.has_alpha || image.rgba[4 * i + 3] == 255);
        }
    } else {
        FUZZ_REQUIRE(image.rgba == NULL);
    }
    image_free(&image);
    fuzz_forget_file(&file);
    return sum > UINT32_MAX - 1; // never: but the compiler does not know
}
