// SPDX-License-Identifier: Apache-2.0
// A clock of the test's own for one thread that waits in poll(): it stands still until the test moves it, and the test
// goes on only when the thread has done all that was to be done by then. So a test of times does not depend on the
// machine's speed. Link with -Wl,--wrap=poll and -Wl,--wrap=clock_gettime.
#ifndef ARTEM_TEST_LOCKSTEP_H
#define ARTEM_TEST_LOCKSTEP_H

// The thread must be running. Returns when it waits in poll() with nothing to read and its time-out to come.
void lockstep_sync(void);
// lockstep_sync, and `ms` milliseconds on, with each time-out on the way at its moment.
void lockstep_advance(int ms);

#endif
