#define _GNU_SOURCE
#include "CTGBLAS.h"

#include "CTGFaults.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

/* CBLAS as its standard has it: enumerations are int, sizes 32-bit. */
enum { ROW_MAJOR = 101, AS_IT_IS = 111, TRANSPOSED = 112 };
typedef void (*sgemm_function)(int order, int left, int right, int32_t m, int32_t n, int32_t k,
                               float alpha, const float *a, int32_t lda, const float *b,
                               int32_t ldb, float beta, float *c, int32_t ldc);

enum { MOST_THREADS = 256, SPARE_BYTES = 64 << 20 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int is_loaded, is_absent;
static ptrdiff_t reserved;
static sgemm_function sgemm;
static char *(*core_name)(void), *(*configuration)(void);
static void *(*take_buffer)(int);
static void (*give_buffer)(void *);

/* True if the system would give so much address space now. */
static int is_to_be_had(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 0;
  munmap(memory, bytes);
  return 1;
}

/* Finds the functions; 0 if one is missing. */
static int find(void *library) {
  void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  sgemm = (sgemm_function)dlsym(library, "cblas_sgemm");
  core_name = (char *(*)(void))dlsym(library, "openblas_get_corename");
  configuration = (char *(*)(void))dlsym(library, "openblas_get_config");
  take_buffer = (void *(*)(int))dlsym(library, "blas_memory_alloc");
  give_buffer = (void (*)(void *))dlsym(library, "blas_memory_free");
  if (!set_threads || !sgemm || !core_name || !take_buffer || !give_buffer) return 0;
  /* For a process that had loaded it before us. */
  set_threads(1);
  return 1;
}

static tg_blas_state load(void) {
  if (is_loaded) return TG_BLAS_READY;
  if (is_absent) return TG_BLAS_ABSENT;
  tg_faults_allow(TG_BLAS_LIBRARY_BYTES + TG_BLAS_BUFFER_BYTES);
  if (!is_to_be_had(TG_BLAS_LIBRARY_BYTES + TG_BLAS_BUFFER_BYTES)) return TG_BLAS_NO_MEMORY;
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  is_loaded = library != NULL && find(library);
  is_absent = !is_loaded;
  return is_loaded ? TG_BLAS_READY : TG_BLAS_ABSENT;
}

tg_blas_state tg_blas_load(void) {
  pthread_mutex_lock(&mutex);
  tg_blas_state state = load();
  pthread_mutex_unlock(&mutex);
  return state;
}

const char *tg_blas_core(void) { return tg_blas_load() == TG_BLAS_READY ? core_name() : NULL; }

const char *tg_blas_configuration(void) {
  return tg_blas_load() == TG_BLAS_READY && configuration ? configuration() : NULL;
}

ptrdiff_t tg_blas_reserve(ptrdiff_t threads) {
  if (tg_blas_load() != TG_BLAS_READY) return 0;
  if (threads > MOST_THREADS) threads = MOST_THREADS;
  pthread_mutex_lock(&mutex);
  if (threads > reserved) {
    /* The library keeps a buffer for the next caller when one is given back: all of them have to be
     * taken at once. */
    void *buffers[MOST_THREADS];
    ptrdiff_t count = 0;
    /* Of a buffer little is ever touched. */
    tg_faults_allow((size_t)(threads - reserved) * TG_BLAS_BUFFER_BYTES);
    while (count < threads) {
      /* More than one only where something is left for all else. */
      size_t needed = TG_BLAS_BUFFER_BYTES + (count == 0 ? 0 : SPARE_BYTES);
      if (count >= reserved && !is_to_be_had(needed)) break;
      buffers[count] = take_buffer(0);
      if (buffers[count] == NULL) break;
      count += 1;
    }
    for (ptrdiff_t i = 0; i < count; i += 1) give_buffer(buffers[i]);
    if (count > reserved) reserved = count;
  }
  ptrdiff_t available = threads < reserved ? threads : reserved;
  pthread_mutex_unlock(&mutex);
  return available;
}

void tg_blas_product(int left_transposed, int right_transposed, int32_t height, int32_t width,
                     int32_t depth, const float *left, int32_t left_leading, const float *right,
                     int32_t right_leading, float *out, int32_t out_leading) {
  sgemm(ROW_MAJOR, left_transposed ? TRANSPOSED : AS_IT_IS,
        right_transposed ? TRANSPOSED : AS_IT_IS, height, width, depth, 1, left, left_leading,
        right, right_leading, 0, out, out_leading);
}
