#pragma once
/*
 * The last words of a process that the system fails: memory that is refused, a mapped file that
 * shrinks. Both may happen anywhere, in our code or in a library, so nothing is unwound: one error
 * is written as every other one, temporary files are removed, and the process ends with a status of
 * spec/tools.md.
 *
 * Until tg_faults_begin is called nothing here ends a process. All functions may be called by
 * several threads.
 */
#include <stddef.h>

/*
 * Begins to watch, for a command of this name; `json` chooses the form of errors. From here on a
 * write past the file size limit is an ordinary error of the call, and no signal. A second call
 * changes name and form.
 */
void tg_faults_begin(const char *_Nonnull command, int json);

/*
 * Has the system refuse more private memory than what is there now and so many bytes, whoever asks
 * for it: `--max-memory`. tg_faults_allow lets it be more by what is asked for and hardly used,
 * such as the buffers of a library; it does nothing where no limit was set here.
 */
void tg_faults_limit_memory(size_t bytes);
void tg_faults_allow(size_t bytes);

/* Ends the process with status 71; returns if nothing watches. */
void tg_faults_out_of_memory(size_t bytes);

/* Remembers the name of a mapped file, until tg_faults_unmapped is told its address. */
void tg_faults_mapped(const void *_Nonnull start, size_t count, const char *_Nonnull path);
void tg_faults_unmapped(const void *_Nonnull start);

/* Remembers a file that has to be removed when the process ends here, until it is forgotten. */
void tg_faults_temporary(const char *_Nonnull path);
void tg_faults_temporary_done(const char *_Nonnull path);

/* Removes all these files: of a process that ends without unwinding, where nothing writes any more.
 */
void tg_faults_remove_temporaries(void);

/*
 * The signals that ask the process to end (SIGINT, SIGTERM, and SIGHUP unless it is ignored), told
 * to one thread: after prepare it may wait; from begin to end each signal wakes tg_signals_wait,
 * which says which one it was, or 0 at the end. After the end the signals are ignored.
 */
void tg_signals_prepare(void);
void tg_signals_begin(void);
int tg_signals_wait(void);
void tg_signals_end(void);
