// SPDX-License-Identifier: Apache-2.0
// make_jpeg KIND WIDTH HEIGHT: a smooth JPEG picture to standard output; KIND is rgb, gray or cmyk.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int width = atoi(argv[2]), height = atoi(argv[3]);
    int channels = strcmp(argv[1], "rgb") == 0 ? 3 : strcmp(argv[1], "gray") == 0 ? 1 : 4;
    struct jpeg_compress_struct codec = {0};
    struct jpeg_error_mgr errors;
    JSAMPROW row = malloc((size_t)width * (size_t)channels);
    if (!row)
        return 1;

    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    jpeg_stdio_dest(&codec, stdout);
    codec.image_width = (JDIMENSION)width;
    codec.image_height = (JDIMENSION)height;
    codec.input_components = channels;
    codec.in_color_space = channels == 3 ? JCS_RGB : channels == 1 ? JCS_GRAYSCALE : JCS_CMYK;
    jpeg_set_defaults(&codec);
    jpeg_set_quality(&codec, 95, TRUE);
    jpeg_start_compress(&codec, TRUE);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++)
                row[x * channels + c] = (JSAMPLE)(c == 1 ? y * 255 / height : x * 255 / width);
        jpeg_write_scanlines(&codec, &row, 1);
    }
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);
    free(row);
    return 0;
}
