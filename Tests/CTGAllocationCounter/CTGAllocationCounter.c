/* The functions below take the place of the C library's in the process that links them, for all
 * its shared libraries too, and pass everything on. */
#define _GNU_SOURCE
#include "CTGAllocationCounter.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

static atomic_int counting;
static atomic_long allocations;

void tg_allocations_start(void) {
  atomic_store(&allocations, 0);
  atomic_store(&counting, 1);
}

long tg_allocations_stop(void) {
  atomic_store(&counting, 0);
  return atomic_load(&allocations);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TG_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(TG_SANITIZED)
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

int tg_allocations_countable(void) { return 1; }

static void count(void) {
  if (atomic_load_explicit(&counting, memory_order_relaxed)) atomic_fetch_add(&allocations, 1);
}

/* ---- Failures, in one thread ---- */

enum { MOST_KEPT = 1 << 14 };

static _Thread_local int watching;
static _Thread_local long seen, failing, kept;
static _Thread_local unsigned long large_bytes;
/* What was allocated and is not given back. */
static _Thread_local void *memories[MOST_KEPT];

void tg_failure_start(long number, unsigned long large) {
  seen = 0;
  kept = 0;
  failing = number;
  large_bytes = large;
  watching = 1;
}

long tg_failure_stop(void) {
  watching = 0;
  return seen;
}

long tg_failure_kept(void) { return kept; }

/* Whether a call comes from code whose memory is watched. The program's own calls of malloc are
 * not: Swift makes them where it suspends a function, and our C code makes none. */
static int is_ours(const void *caller, int is_malloc) {
  Dl_info info;
  watching = 0; /* dladdr itself may allocate. */
  const int found = dladdr(caller, &info);
  Dl_info own;
  dladdr((const void *)&is_ours, &own);
  watching = 1;
  if (!found || info.dli_fname == NULL) return 0;
  if (info.dli_fbase == own.dli_fbase) return !is_malloc;
  static const char *const names[] = {"/libpng", "/libz.", "/libprotobuf-c"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strstr(info.dli_fname, names[i]) != NULL) return 1;
  return 0;
}

/* Whether an allocation of so many bytes is watched; numbers it. 2 if it is to fail. */
static int watched(const void *caller, unsigned long size, int is_malloc) {
  if (!watching || !(is_ours(caller, is_malloc) || size >= large_bytes)) return 0;
  return seen++ == failing ? 2 : 1;
}

static void *counted(int state, void *memory) {
  if (state == 1 && memory != NULL && kept < MOST_KEPT) memories[kept++] = memory;
  return memory;
}

/* Whoever gives it back: the youngest is looked at first. */
static void forget(void *memory, void *replacement) {
  if (!watching || memory == NULL) return;
  for (long i = kept - 1; i >= 0; i--)
    if (memories[i] == memory) {
      memories[i] = replacement != NULL ? replacement : memories[--kept];
      return;
    }
}

#define CALLER __builtin_return_address(0)
#define FAIL_IF_ASKED(size, is_malloc)                                                             \
  const int state = watched(CALLER, size, is_malloc);                                              \
  if (state == 2) {                                                                                \
    errno = ENOMEM;                                                                                \
    return NULL;                                                                                   \
  }

void *malloc(size_t size) {
  count();
  FAIL_IF_ASKED(size, 1)
  return counted(state, __libc_malloc(size));
}

void *calloc(size_t number, size_t size) {
  count();
  FAIL_IF_ASKED(number * size, 0)
  return counted(state, __libc_calloc(number, size));
}

void *realloc(void *memory, size_t size) {
  count();
  FAIL_IF_ASKED(size, 0)
  void *larger = __libc_realloc(memory, size);
  if (memory == NULL) return counted(state, larger);
  if (larger != NULL) forget(memory, larger);
  return larger;
}

void *memalign(size_t alignment, size_t size) {
  count();
  FAIL_IF_ASKED(size, 0)
  return counted(state, __libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
  count();
  FAIL_IF_ASKED(size, 0)
  return counted(state, __libc_memalign(alignment, size));
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  count();
  const int state = watched(CALLER, size, 0);
  if (state == 2) return ENOMEM;
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *result = __libc_memalign(alignment, size);
  if (!result) return ENOMEM;
  *memory = counted(state, result);
  return 0;
}

void free(void *memory) {
  forget(memory, NULL);
  __libc_free(memory);
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
  const int state = watched(CALLER, size, 0);
  if (state == 2) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  void *memory = (void *)syscall(SYS_mmap, address, size, protection, flags, file, offset);
  return memory == MAP_FAILED ? memory : counted(state, memory);
}

int munmap(void *memory, size_t size) {
  forget(memory, NULL);
  return (int)syscall(SYS_munmap, memory, size);
}
#else
int tg_allocations_countable(void) { return 0; }

void tg_failure_start(long number, unsigned long large) {
  (void)number;
  (void)large;
}

long tg_failure_stop(void) { return 0; }

long tg_failure_kept(void) { return 0; }
#endif
