/* Counts the heap allocations of the whole process, all threads, while it is asked to. */
#pragma once

/** 1 if allocations can be counted here: with glibc, without sanitizer. */
int tg_allocations_countable(void);

/** Starts counting from 0. */
void tg_allocations_start(void);

/** Stops counting and returns how many allocations there were. */
long tg_allocations_stop(void);
