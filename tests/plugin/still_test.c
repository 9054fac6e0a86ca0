// SPDX-License-Identifier: Apache-2.0
// Apps that stand still, pause, or show something new now and then; and styles that are not there at once.
#include <string.h>

#include "paced.h"
#include "test.h"

static void resubmit(void)
{
    paced_pass(11 * MS);
    app_begin_frame();
    CHECK_INT(app_end(), XR_SUCCESS);
}

// The app's last picture is let go of while the engine is at work for another one, and then shown on and on: after half
// a second there is that picture, painted or as it is, and not the one before.
static void test_last_picture(const char *settings)
{
    for (unsigned frames = 20; frames < 24; frames++) {
        paced_start(settings);
        paced.full_ms = 15;
        for (unsigned i = 0; i < frames; i++)
            paced_frame(90);
        for (unsigned i = 0; i < 50; i++)
            resubmit();
        for (unsigned i = 0; i < 50; i++) {
            resubmit();
            CHECK(expect_view(0, 0)->claimed || paced_shown_frame() == (int)paced.frames - 1);
        }
        for (unsigned i = 0; i < 10; i++)
            paced_frame(90);
        CHECK(paced_shown_frame() >= 0);
        CHECK_INT(mock_take_violations(), 0);
        paced_stop();
    }
}

// Nothing of before a pause is shown after it.
static void test_pause(void)
{
    paced_start("mode = async\nbudget_ms = 0\n");
    paced.full_ms = 15;
    for (unsigned i = 0; i < 20; i++)
        paced_frame(90);
    CHECK(paced_shown_frame() >= 0);
    const int before = (int)paced.frames;
    paced_pass(30000 * MS);
    for (unsigned i = 0; i < 10; i++) {
        paced_frame(90);
        const int shown = paced_shown_frame();
        CHECK(shown < 0 || shown >= before);
    }
    CHECK(paced_shown_frame() >= before);
    paced_stop();
}

// A new picture a second: the one before is shown until it is painted.
static void test_slides(void)
{
    unsigned originals = 0;

    paced_start("mode = async\nbudget_ms = 11.1\n");
    paced.full_ms = 15;
    for (unsigned slide = 0; slide < 6; slide++) {
        paced_frame(90);
        for (unsigned i = 0; i < 90; i++) {
            resubmit();
            originals += slide > 0 && expect_view(0, 0)->claimed;
        }
        CHECK_INT(paced_shown_frame(), (int)paced.frames - 1);
    }
    CHECK_INT(originals, 0);
    paced_stop();
}

static const char *broken; // function that fails; NULL: none
static unsigned tries;

static enum artem_result fail(const char *function)
{
    if (broken == NULL || strcmp(function, broken) != 0)
        return ARTEM_OK;
    tries++;
    return ARTEM_ERROR_FORMAT;
}

// What fails when it is first needed is tried again, ever less often.
static void test_late(const char *function)
{
    paced.fault = fail;
    broken = function;
    tries = 0;
    paced_start("mode = sync\nbudget_ms = 0\n");
    for (unsigned i = 0; i < 9 * 20; i++)
        paced_frame(9);
    CHECK(paced_shown_frame() < 0);
    if (tries < 3 || tries > 8)
        TEST_FAIL("%s was tried %u times in 20 seconds", function, tries);
    broken = NULL;
    for (unsigned i = 0; i < 9 * 20 && paced_shown_frame() < 0; i++)
        paced_frame(9);
    CHECK(paced_shown_frame() >= 0);
    paced_stop();
    paced.fault = NULL;
}

int main(void)
{
    if (!paced_begin())
        return TEST_SKIPPED;
    test_last_picture("mode = async\nbudget_ms = 0\n");
    test_last_picture("mode = async\nbudget_ms = 11.1\n");
    test_pause();
    test_slides();
    test_late("artem_library_load_blend");
    test_late("artem_library_load_network");
    test_late("artem_engine_create");
    paced_end();
    return test_result();
}
