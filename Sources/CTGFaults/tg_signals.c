#define _GNU_SOURCE
#include "CTGFaults.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>

/* A set bit for each signal that has come and was not told; what wakes the thread that waits. */
static _Atomic(unsigned long) arrived;
static atomic_int is_over;
static unsigned long watched;
static sem_t wake;

static void on_signal(int signal) {
  int error = errno;
  atomic_fetch_or(&arrived, 1ul << signal);
  sem_post(&wake);
  errno = error;
}

/* A process may have been started by one that had signals blocked, and begins like that. */
static void set(void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal = 1; signal < 32; signal += 1) {
    if (!(watched >> signal & 1)) continue;
    sigaction(signal, &action, NULL);
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

void tg_signals_prepare(void) {
  sem_init(&wake, 0, 0);
  atomic_store(&arrived, 0);
  atomic_store(&is_over, 0);
}

void tg_signals_begin(void) {
  struct sigaction before = {.sa_handler = SIG_DFL};
  sigaction(SIGHUP, NULL, &before);
  watched = 1ul << SIGINT | 1ul << SIGTERM;
  if (before.sa_handler != SIG_IGN) watched |= 1ul << SIGHUP;
  set(on_signal);
}

int tg_signals_wait(void) {
  for (;;) {
    while (sem_wait(&wake) != 0 && errno == EINTR) {
    }
    for (int signal = 1; signal < 32; signal += 1) {
      unsigned long bit = 1ul << signal;
      if (atomic_fetch_and(&arrived, ~bit) & bit) return signal;
    }
    if (atomic_load(&is_over)) return 0;
  }
}

void tg_signals_end(void) {
  set(SIG_IGN);
  atomic_store(&is_over, 1);
  sem_post(&wake);
}
