/* madvise. */
#define _DEFAULT_SOURCE

#include "CTGAllocator.h"

#include "CTGFaults.h"

#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TG_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(TG_SANITIZED)
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

/* Before the libraries' own beginnings, which take memory too. */
static void begin(int count, char **words, char **environment) {
  (void)environment;
  int json = 0;
  for (int i = 1; i < count; i += 1) json |= strcmp(words[i], "--json") == 0;
  const char *name = count > 0 ? words[0] : "";
  const char *slash = strrchr(name, '/');
  tg_faults_begin(slash != NULL ? slash + 1 : name, json);
}

__attribute__((section(".preinit_array"), used)) static void (*const beginning)(int, char **,
                                                                                char **) = begin;

static void *checked(void *memory, size_t size) {
  if (__builtin_expect(memory == NULL && size != 0, 0)) tg_faults_out_of_memory(size);
  return memory;
}

enum { LARGE = 8 << 20, PAGE = 4096 };

/* Asks for pages of megabytes, each of which costs one visit to the system and not hundreds. A
 * wish: small pages do as well. */
static void *in_large_pages(void *memory, size_t size) {
  if (memory == NULL || size < LARGE) return memory;
  const uintptr_t start = ((uintptr_t)memory + PAGE - 1) / PAGE * PAGE;
  const int error = errno;
  (void)madvise((void *)start, size - (start - (uintptr_t)memory), MADV_HUGEPAGE);
  errno = error;
  return memory;
}

void *malloc(size_t size) { return in_large_pages(checked(__libc_malloc(size), size), size); }

void *calloc(size_t number, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(number, size, &bytes)) bytes = SIZE_MAX;
  return in_large_pages(checked(__libc_calloc(number, size), bytes), bytes);
}

void *realloc(void *memory, size_t size) {
  return in_large_pages(checked(__libc_realloc(memory, size), size), size);
}

void *memalign(size_t alignment, size_t size) {
  return checked(__libc_memalign(alignment, size), size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return checked(__libc_memalign(alignment, size), size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *result = checked(__libc_memalign(alignment, size), size);
  if (result == NULL) return ENOMEM;
  *memory = result;
  return 0;
}
#endif
