// SPDX-License-Identifier: Apache-2.0
// Model files: what is valid is read as it is written, everything else is refused whole.
#include "artem/model.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"
#include "crc32.h"
#include "fixture.h"
#include "text.h"

struct kind {
    const char *name;
    uint8_t *file;
    size_t size;
};

// Parses a copy in a block of its exact size, so that a sanitizer sees every read beyond the end.
static enum artem_result parse(const struct kind *kind, const uint8_t *data, size_t size)
{
    struct artem_network *network = NULL;
    struct artem_style *style = NULL;
    uint8_t *copy = malloc(size ? size : 1);

    memcpy(copy, data, size);
    enum artem_result result = kind->size == NETWORK_SIZE ? artem_network_parse(copy, size, "test", &network)
                                                          : artem_style_parse(copy, size, "test", &style);
    free(copy);
    CHECK((result == ARTEM_OK) == (network || style));
    artem_network_unref(&network);
    artem_style_unref(&style);
    return result;
}

static void test_checksum(void)
{
    CHECK_INT(artem_crc32("123456789", 9), 0xCBF43926);
    CHECK_INT(artem_crc32("", 0), 0);
}

static void test_network_content(const uint8_t *file)
{
    struct artem_network *network = NULL;

    CHECK_INT(artem_network_parse(file, NETWORK_SIZE, "test", &network), ARTEM_OK);
    if (!network)
        return;
    CHECK_INT(network->id, artem_crc32(file + 28, NETWORK_SIZE - 28));
    CHECK_INT(network->adapt, file[28]);
    CHECK_INT(network->enc_shift, file[29]);
    CHECK(memcmp(network->enc_weights, file + 64, 73728) == 0);
    CHECK(memcmp(network->trunk_bits, file + 73792, 184320) == 0);
    CHECK(memcmp(network->lut, file + 258112, 1024) == 0);
    CHECK_INT((uintptr_t)network->enc_weights % 64, 0);
    CHECK_INT((uintptr_t)network->trunk_bits % 64, 0);

    struct artem_network *second = artem_network_ref(network);
    CHECK(second == network);
    artem_network_unref(&network);
    CHECK(network == NULL);
    CHECK_INT(second->lut[1023], file[NETWORK_SIZE - 1]);
    artem_network_unref(&second);
    artem_network_unref(&second);
    artem_network_unref(NULL);
}

static int64_t get(const uint8_t *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | at[i];
    return (int64_t)(value << (64 - 8 * bytes)) >> (64 - 8 * bytes);
}

static void test_style_content(const uint8_t *file)
{
    struct artem_style *style = NULL;

    CHECK_INT(artem_style_parse(file, STYLE_SIZE, "test", &style), ARTEM_OK);
    if (!style)
        return;
    CHECK_STR(style->name, "sea");
    CHECK_STR(style->title, (const char *)file + 128);
    CHECK_INT(style->network_id, (uint32_t)get(file + 24, 4));
    CHECK_INT(style->checksum, artem_crc32(file + 12, STYLE_SIZE - 12));
    CHECK_INT(style->d0_shift * 10000 + style->d1_shift * 100 + style->d2_shift,
              file[28] * 10000 + file[29] * 100 + file[30]);
    for (size_t i = 0; i < 11; i++)
        for (size_t c = 0; c < 128; c++) {
            const uint8_t *at = file + 256 + 2560 * i;
            CHECK_INT(style->norms[i].gain[c], get(at + 2 * c, 2));
            CHECK_INT(style->norms[i].bias[c], get(at + 256 + 2 * c, 2));
            CHECK_INT(style->norms[i].mean[c], get(at + 512 + 8 * c, 8));
            CHECK_INT(style->norms[i].square[c], get(at + 1536 + 8 * c, 8));
        }
    for (size_t i = 0; i < 10; i++)
        for (size_t c = 0; c < 128; c++) {
            const uint8_t *at = file + 28416 + 640 * i;
            CHECK_INT(style->units[i].threshold[c], get(at + c, 1));
            CHECK_INT(style->units[i].slope[c], get(at + 128 + 2 * c, 2));
            CHECK_INT(style->units[i].shift[c], get(at + 384 + 2 * c, 2));
        }
    CHECK_INT(style->dec_gain[127], get(file + 35070, 2));
    CHECK_INT(style->dec_bias[0], get(file + 35072, 2));
    CHECK(memcmp(style->d0_weights, file + 35328, 36864) == 0);
    CHECK_INT(style->d0_mul[31], get(file + 72254, 2));
    CHECK_INT(style->d0_bias[31], get(file + 72318, 2));
    CHECK(memcmp(style->d1_weights, file + 72320, 3456) == 0);
    CHECK_INT(style->d1_mul[11], get(file + 75798, 2));
    CHECK_INT(style->d1_bias[11], get(file + 75830, 2));
    CHECK(memcmp(style->d2_weights, file + 75840, 432) == 0);
    CHECK_INT(style->d2_mul[2], get(file + 76276, 2));
    CHECK_INT(style->d2_bias[2], get(file + 76292, 2));
    artem_style_unref(&style);
}

static void test_truncation(const struct kind *kind)
{
    for (size_t size = 0; size < kind->size; size += size < 400 ? 1 : 997)
        CHECK_INT(parse(kind, kind->file, size), ARTEM_ERROR_FORMAT);
    CHECK_INT(parse(kind, kind->file, kind->size - 1), ARTEM_ERROR_FORMAT);

    uint8_t *longer = calloc(1, kind->size + 16);
    memcpy(longer, kind->file, kind->size);
    CHECK_INT(parse(kind, longer, kind->size + 1), ARTEM_ERROR_FORMAT);
    fixture_put(longer + 20, kind->size + 16, 4); // says so itself, with a checksum
    fixture_seal(longer, kind->size + 16);
    CHECK_INT(parse(kind, longer, kind->size + 16), ARTEM_ERROR_FORMAT);
    free(longer);
}

static void test_flips(const struct kind *kind)
{
    uint8_t *file = malloc(kind->size);
    memcpy(file, kind->file, kind->size);
    for (size_t i = 0; i < 364; i++) {
        size_t at = i < 64 ? i : 64 + fixture_random() % (kind->size - 64);
        uint8_t bit = (uint8_t)(1u << fixture_random() % 8);
        file[at] ^= bit;
        CHECK_INT(parse(kind, file, kind->size), ARTEM_ERROR_FORMAT);
        file[at] ^= bit;
    }
    CHECK_INT(parse(kind, file, kind->size), ARTEM_OK);
    free(file);
}

// A file with one value changed and a right checksum.
static enum artem_result with(const struct kind *kind, size_t at, uint64_t value, int bytes)
{
    uint8_t *file = malloc(kind->size);
    memcpy(file, kind->file, kind->size);
    fixture_put(file + at, value, bytes);
    fixture_seal(file, kind->size);
    enum artem_result result = parse(kind, file, kind->size);
    free(file);
    return result;
}

static void test_header_fields(const struct kind *kind)
{
    CHECK_INT(with(kind, 12, 2, 4), ARTEM_ERROR_VERSION);
    CHECK_INT(with(kind, 12, 0, 4), ARTEM_ERROR_VERSION);
    CHECK_INT(with(kind, 16, 80, 4), ARTEM_ERROR_VERSION);
    CHECK_INT(with(kind, 32, 256, 2), ARTEM_ERROR_VERSION);
    CHECK_INT(with(kind, 46, 1, 2), ARTEM_ERROR_VERSION);
    CHECK_INT(with(kind, 48, 1, 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 63, 1, 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 31, 1, 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 20, 0xFFFFFFFF, 4), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 0, 'X', 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 7, 2, 1), ARTEM_ERROR_FORMAT);
}

static void test_network_ranges(const struct kind *kind)
{
    CHECK_INT(with(kind, 28, 16, 1), ARTEM_OK);
    CHECK_INT(with(kind, 28, 17, 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 29, 15, 1), ARTEM_OK);
    CHECK_INT(with(kind, 29, 16, 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 30, 1, 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 64, (uint8_t)-64, 1), ARTEM_OK);
    CHECK_INT(with(kind, 64, (uint8_t)-65, 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 73791, 64, 1), ARTEM_OK);
    CHECK_INT(with(kind, 73791, 65, 1), ARTEM_ERROR_FORMAT);

    uint8_t *file = malloc(kind->size); // an id that does not belong to the content
    memcpy(file, kind->file, kind->size);
    file[24] ^= 1;
    fixture_put(file + 8, artem_crc32(file + 12, kind->size - 12), 4);
    CHECK_INT(parse(kind, file, kind->size), ARTEM_ERROR_FORMAT);
    free(file);
}

static void test_moments(const struct kind *kind)
{
    const size_t mean = 256 + 2560 * 10 + 512 + 8 * 127, square = mean + 1024;
    uint8_t *file = malloc(kind->size);
    const struct {
        int64_t mean, square;
        enum artem_result result;
    } cases[] = {
        {0, 1, ARTEM_OK},
        {0, 0, ARTEM_ERROR_FORMAT},
        {0, -1, ARTEM_ERROR_FORMAT},
        {0, ((int64_t)1 << 46) - 1, ARTEM_OK},
        {0, (int64_t)1 << 46, ARTEM_ERROR_FORMAT},
        {-((int64_t)1 << 31) + 1, ((int64_t)1 << 46) - 1, ARTEM_OK},
        {-((int64_t)1 << 31), ((int64_t)1 << 46) - 1, ARTEM_ERROR_FORMAT}, // no variance is left
        {((int64_t)1 << 31) - 1, ((int64_t)1 << 46) - 1, ARTEM_OK},
        {(int64_t)1 << 31, ((int64_t)1 << 46) - 1, ARTEM_ERROR_FORMAT},
        {-((int64_t)1 << 31) - 1, ((int64_t)1 << 46) - 1, ARTEM_ERROR_FORMAT},
        {INT64_MIN, 1, ARTEM_ERROR_FORMAT},
        {0, INT64_MAX, ARTEM_ERROR_FORMAT},
        {-65536, 65536, ARTEM_ERROR_FORMAT}, // no variance
        {-65536, 65537, ARTEM_OK},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memcpy(file, kind->file, kind->size);
        fixture_put(file + mean, (uint64_t)cases[i].mean, 8);
        fixture_put(file + square, (uint64_t)cases[i].square, 8);
        fixture_seal(file, kind->size);
        CHECK_INT(parse(kind, file, kind->size), cases[i].result);
    }
    free(file);
}

static void test_style_ranges(const struct kind *kind)
{
    static const size_t factors[] = {28416 + 128, 28416 + 640 * 9 + 382, 34816, 72192, 75776, 76276};
    static const size_t anything[] = {256, 256 + 510, 28416 + 384, 35072, 72256, 75808, 76288};
    static const size_t weights[] = {35328, 72191, 72320, 75840, 76271};
    static const size_t padding[] = {75800, 75807, 75839, 76278, 76287, 76294, 76303};

    for (int i = 0; i < 3; i++) {
        CHECK_INT(with(kind, 28 + (size_t)i, 15, 1), ARTEM_OK);
        CHECK_INT(with(kind, 28 + (size_t)i, 16, 1), ARTEM_ERROR_FORMAT);
    }
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        CHECK_INT(with(kind, factors[i], 0x8000, 2), ARTEM_ERROR_FORMAT);
    for (size_t i = 0; i < sizeof anything / sizeof *anything; i++)
        CHECK_INT(with(kind, anything[i], 0x8000, 2), ARTEM_OK);
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        CHECK_INT(with(kind, weights[i], 65, 1), ARTEM_ERROR_FORMAT);
        CHECK_INT(with(kind, weights[i], 0x80, 1), ARTEM_ERROR_FORMAT);
    }
    CHECK_INT(with(kind, 28416, 0x80, 1), ARTEM_OK); // a threshold may be -128
    for (size_t i = 0; i < sizeof padding / sizeof *padding; i++)
        CHECK_INT(with(kind, padding[i], 1, 1), ARTEM_ERROR_FORMAT);
}

static void test_style_text(const struct kind *kind)
{
    CHECK_INT(with(kind, 64, 0, 3), ARTEM_ERROR_FORMAT); // no name
    CHECK_INT(with(kind, 64, '/', 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 64, '.', 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 127, 'x', 1), ARTEM_ERROR_FORMAT); // text after the end
    CHECK_INT(with(kind, 255, 'x', 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 130, '\n', 1), ARTEM_ERROR_FORMAT);
    CHECK_INT(with(kind, 130, 0x80, 1), ARTEM_ERROR_FORMAT);

    CHECK(artem_text_printable(""));
    CHECK(artem_text_printable("a\xC2\xA0z \xF0\x9F\x8E\xA8"));
    static const char *const bad[] = {"\t",       "\x7F",         "\xC2\x80",        "\xC2",
                                      "\xC1\x81", "\xE0\x80\x80", "\xED\xA0\x80",    "\xF4\x90\x80\x80",
                                      "\xF8\x88", "\xE2\x82",     "\xF0\x80\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!artem_text_printable(bad[i]));
}

static void test_files(const struct kind *network, const struct kind *style)
{
    struct artem_network *n = NULL;
    struct artem_style *s = NULL;
    char path[512];

    snprintf(path, sizeof path, "%s", fixture_path("a.artnet"));

    fixture_write(path, network->file, network->size);
    CHECK_INT(artem_network_load(path, &n), ARTEM_OK);
    artem_network_unref(&n);
    CHECK_INT(artem_style_load(path, &s), ARTEM_ERROR_FORMAT); // the other kind
    fixture_write(path, style->file, style->size);
    CHECK_INT(artem_style_load(path, &s), ARTEM_OK);
    artem_style_unref(&s);
    CHECK_INT(artem_network_load(path, &n), ARTEM_ERROR_FORMAT);

    fixture_write(path, "", 0);
    CHECK_INT(artem_network_load(path, &n), ARTEM_ERROR_FORMAT);
    CHECK_INT(artem_network_load(fixture_path("missing"), &n), ARTEM_ERROR_IO);
    CHECK_INT(fixture_log_count("No such file"), 1);
    CHECK_INT(artem_network_load(fixture_folder(), &n), ARTEM_ERROR_FORMAT);
    CHECK_INT(artem_network_load("/dev/zero", &n), ARTEM_ERROR_FORMAT);
    mkfifo(fixture_path("fifo"), 0600);
    CHECK_INT(artem_network_load(fixture_path("fifo"), &n), ARTEM_ERROR_FORMAT);
    if (geteuid() != 0) { // root reads everything
        chmod(path, 0);
        CHECK_INT(artem_network_load(path, &n), ARTEM_ERROR_IO);
        chmod(path, 0600);
    }
    fixture_write(path, "x", 1);
    CHECK_INT(truncate(path, (off_t)1 << 33), 0);
    CHECK_INT(artem_style_load(path, &s), ARTEM_ERROR_FORMAT);

    CHECK_INT(artem_network_load(NULL, &n), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_style_load(path, NULL), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_style_parse(NULL, 0, "x", &s), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_network_parse(network->file, network->size, NULL, &n), ARTEM_ERROR_ARGUMENT);
    CHECK(n == NULL && s == NULL);
}

int main(void)
{
    struct kind network = {"network", fixture_network(), NETWORK_SIZE};
    struct kind style = {"style", fixture_style("sea", 0x89ABCDEF), STYLE_SIZE};

    fixture_folder();
    test_checksum();
    test_network_content(network.file);
    test_style_content(style.file);
    test_truncation(&network);
    test_truncation(&style);
    test_flips(&network);
    test_flips(&style);
    test_header_fields(&network);
    test_header_fields(&style);
    test_network_ranges(&network);
    test_style_ranges(&style);
    test_moments(&style);
    test_style_text(&style);
    test_files(&network, &style);
    free(network.file);
    free(style.file);
    return test_result();
}
