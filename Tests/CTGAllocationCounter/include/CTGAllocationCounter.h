/* Counts the heap allocations of the whole process, all threads, while it is asked to; and lets
 * single allocations of C code fail. */
#pragma once

/** 1 if allocations can be counted here: with glibc, without sanitizer. */
int tg_allocations_countable(void);

/** Starts counting from 0. */
void tg_allocations_start(void);

/** Stops counting and returns how many allocations there were. */
long tg_allocations_stop(void);

/** From now on, allocations of C code in this thread are numbered from 0, and the one of that
 * number fails; with a negative number none does. C code is libpng, zlib, protobuf-c and the
 * program itself but for its calls of malloc, which are Swift's. What Swift allocates is left out,
 * unless it asks for `large` bytes or more. */
void tg_failure_start(long number, unsigned long large);

/** Ends that; returns how many allocations of C code there were. */
long tg_failure_stop(void);

/** How many of the allocations since the start are not given back. */
long tg_failure_kept(void);
