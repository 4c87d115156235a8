#define _GNU_SOURCE
#include "CTGFaults.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { STATUS_MEMORY = 71, STATUS_INPUT_OUTPUT = 74 };

/* What a stack grows by, about. */
enum { STACK_STEP = 4096 };

/* ---- What is remembered ---- */

enum { ENTRIES = 64, PATH_BYTES = 4096 };

/* A name in a table. The state says whether the rest may be read. */
typedef struct entry {
  _Atomic(int) state;
  uintptr_t start;
  size_t count;
  char path[PATH_BYTES];
} entry;

enum { FREE = 0, CHANGING = 1, VALID = 2 };

static entry mappings[ENTRIES], temporaries[ENTRIES];
static char command_name[64];
static int is_json;
static atomic_int is_watching, is_limited;

/* A table that is full forgets the newest: its file has no name in the message. */
static void add(entry *table, const void *start, size_t count, const char *path) {
  for (int i = 0; i < ENTRIES; i += 1) {
    int expected = FREE;
    if (!atomic_compare_exchange_strong(&table[i].state, &expected, CHANGING)) continue;
    table[i].start = (uintptr_t)start;
    table[i].count = count;
    size_t length = strnlen(path, PATH_BYTES - 1);
    memcpy(table[i].path, path, length);
    table[i].path[length] = 0;
    atomic_store(&table[i].state, VALID);
    return;
  }
}

void tg_faults_mapped(const void *start, size_t count, const char *path) {
  add(mappings, start, count, path);
}

void tg_faults_unmapped(const void *start) {
  for (int i = 0; i < ENTRIES; i += 1) {
    if (atomic_load(&mappings[i].state) != VALID || mappings[i].start != (uintptr_t)start) continue;
    atomic_store(&mappings[i].state, FREE);
    return;
  }
}

/* A path that does not fit cannot be removed later, and is not remembered. */
void tg_faults_temporary(const char *path) {
  if (strnlen(path, PATH_BYTES) < PATH_BYTES) add(temporaries, NULL, 0, path);
}

void tg_faults_temporary_done(const char *path) {
  for (int i = 0; i < ENTRIES; i += 1) {
    if (atomic_load(&temporaries[i].state) != VALID || strcmp(temporaries[i].path, path) != 0) {
      continue;
    }
    atomic_store(&temporaries[i].state, FREE);
    return;
  }
}

void tg_faults_remove_temporaries(void) {
  for (int i = 0; i < ENTRIES; i += 1) {
    if (atomic_load(&temporaries[i].state) == VALID) unlink(temporaries[i].path);
  }
}

/* ---- What is said; only what a signal handler may do ---- */

typedef struct words {
  size_t count;
  char text[2 * PATH_BYTES + 1024];
} words;

static void put(words *line, const char *text) {
  size_t length = strlen(text);
  if (length > sizeof line->text - line->count) length = sizeof line->text - line->count;
  memcpy(line->text + line->count, text, length);
  line->count += length;
}

/* A text from outside: in JSON with its escapes. */
static void put_foreign(words *line, const char *text) {
  static const char digits[] = "0123456789abcdef";
  for (; *text != 0; text += 1) {
    unsigned char byte = (unsigned char)*text;
    char plain[2] = {*text, 0};
    char code[7] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15], 0};
    if (is_json && (byte == '"' || byte == '\\')) put(line, "\\");
    put(line, is_json && byte < 0x20 ? code : plain);
  }
}

static void put_number(words *line, size_t value) {
  char digits[24];
  size_t position = sizeof digits - 1;
  digits[position] = 0;
  do {
    position -= 1;
    digits[position] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  put(line, digits + position);
}

static void begin_error(words *line, size_t status) {
  line->count = 0;
  if (is_json) {
    put(line, "{\"schema_version\":1,\"error\":{\"code\":");
    put_number(line, status);
    put(line, ",\"message\":\"");
  } else {
    put(line, command_name);
    put(line, ": error: ");
  }
}

static _Noreturn void end(words *line, const char *hint, int status) {
  put(line, is_json ? "\",\"hint\":\"" : "\nhint: ");
  put(line, hint);
  put(line, is_json ? "\"}}\n" : "\n");
  size_t offset = 0;
  while (offset < line->count) {
    ssize_t written = write(STDERR_FILENO, line->text + offset, line->count - offset);
    if (written <= 0) break;
    offset += (size_t)written;
  }
  tg_faults_remove_temporaries();
  _exit(status);
}

/* Only the first thread speaks; the others wait for the end. */
static void take_the_word(void) {
  static atomic_int taken;
  if (atomic_exchange(&taken, 1) != 0) {
    for (;;) pause();
  }
}

/* The sixth number of /proc/self/statm: pages of private memory that may be written. */
static size_t private_bytes(void) {
  char text[256];
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t count = read(file, text, sizeof text);
  close(file);
  size_t number = 0;
  int field = 0;
  for (ssize_t i = 0; i < count && field < 6; i += 1) {
    if (text[i] >= '0' && text[i] <= '9') {
      if (field == 5) number = number * 10 + (size_t)(text[i] - '0');
    } else {
      field += 1;
    }
  }
  return number * (size_t)sysconf(_SC_PAGESIZE);
}

static void limit_to(size_t bytes) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_DATA, &limit) != 0) return;
  if (limit.rlim_max != RLIM_INFINITY && bytes > limit.rlim_max) bytes = limit.rlim_max;
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_DATA, &limit);
}

void tg_faults_limit_memory(size_t bytes) {
  size_t now = private_bytes();
  atomic_store(&is_limited, 1);
  limit_to(bytes > SIZE_MAX - now ? SIZE_MAX : now + bytes);
}

void tg_faults_allow(size_t bytes) {
  struct rlimit limit;
  if (!atomic_load(&is_limited) || getrlimit(RLIMIT_DATA, &limit) != 0) return;
  if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < SIZE_MAX - bytes) {
    limit_to(limit.rlim_cur + bytes);
  }
}

void tg_faults_out_of_memory(size_t bytes) {
  if (!atomic_load_explicit(&is_watching, memory_order_relaxed)) return;
  take_the_word();
  static words line;
  begin_error(&line, STATUS_MEMORY);
  int own = atomic_load(&is_limited);
  put(&line, own ? "another " : "the system refused ");
  put_number(&line, bytes);
  put(&line, own ? " bytes would be more memory than --max-memory allows" : " bytes of memory");
  end(&line,
      own ? "raise --max-memory"
          : "allow it more memory (ulimit -v), or use fewer threads or a smaller batch",
      STATUS_MEMORY);
}

static void on_bus_error(int signal, siginfo_t *info, void *context) {
  (void)context;
  uintptr_t address = (uintptr_t)info->si_addr;
  for (int i = 0; i < ENTRIES; i += 1) {
    if (atomic_load(&mappings[i].state) != VALID || address < mappings[i].start ||
        address - mappings[i].start >= mappings[i].count) {
      continue;
    }
    take_the_word();
    static words line;
    begin_error(&line, STATUS_INPUT_OUTPUT);
    put_foreign(&line, mappings[i].path);
    put(&line, " became shorter while it was read, or its disk failed");
    end(&line, "give a file that nothing writes to; make or copy it again if it is cut off",
        STATUS_INPUT_OUTPUT);
  }
  /* No file of ours: the instruction fails again, as if nothing watched. */
  struct sigaction standard = {.sa_handler = SIG_DFL};
  sigaction(signal, &standard, NULL);
}

/* The part of the address space that the stack of the main thread may grow into. */
static uintptr_t stack_low, stack_high;
static struct sigaction before_segv;

/* The stack grows when it is used: where the system has no memory for that, all it sends is this.
 */
static void on_segv(int signal, siginfo_t *info, void *context) {
  (void)context;
  uintptr_t address = (uintptr_t)info->si_addr;
  if (address >= stack_low && address < stack_high) tg_faults_out_of_memory(STACK_STEP);
  sigaction(signal, &before_segv, NULL);
}

static void watch_stack(void) {
  static char room[1 << 16];
  stack_t other = {.ss_sp = room, .ss_size = sizeof room};
  struct rlimit limit;
  if (sigaltstack(&other, NULL) != 0 || getrlimit(RLIMIT_STACK, &limit) != 0) return;
  size_t size = limit.rlim_cur < ((size_t)1 << 30) ? (size_t)limit.rlim_cur : (size_t)1 << 30;
  stack_high = (uintptr_t)__builtin_frame_address(0);
  /* Near the end of what is allowed it is a recursion that does not end. */
  stack_low = stack_high - size + ((size_t)1 << 20);
  struct sigaction action = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  struct sigaction before;
  if (sigaction(SIGSEGV, &action, &before) == 0 && before.sa_sigaction != on_segv) {
    before_segv = before;
  }
}

void tg_faults_begin(const char *command, int json) {
  size_t length = strnlen(command, sizeof command_name - 1);
  memcpy(command_name, command, length);
  command_name[length] = 0;
  is_json = json;
  /* Each time: a library may have set handlers of its own between. */
  watch_stack();
  struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGBUS, &action, NULL);
  struct sigaction ignored = {.sa_handler = SIG_IGN};
  sigaction(SIGXFSZ, &ignored, NULL);
  /* Blocked, as a process may be started, they would end it without a word. */
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGBUS);
  sigaddset(&signals, SIGSEGV);
  sigprocmask(SIG_UNBLOCK, &signals, NULL);
  atomic_store(&is_watching, 1);
}
