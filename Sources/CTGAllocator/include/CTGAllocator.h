#pragma once
/*
 * The C library's allocation functions for a command: each passes on to the C library, and ends the
 * process with a sentence and status 71 where that has no memory (tg_faults_out_of_memory).
 *
 * Swift's arrays and strings, and some libraries, have no other answer than a signal or to wait for
 * ever. A program that links this module needs no call of its own: its functions stand before those
 * of the C library, for all shared libraries too.
 */
