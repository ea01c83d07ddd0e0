/* Threads and locks of the system, as little as the shell needs. */
#ifndef THREAD_H
#define THREAD_H

#include <stdbool.h>
#include <time.h>

#ifdef _WIN32
#include <windows.h>
struct lock {
    SRWLOCK native;
};
#define LOCK_READY {SRWLOCK_INIT}
static inline void lock_take(struct lock *lock) { AcquireSRWLockExclusive(&lock->native); }
static inline void lock_give(struct lock *lock) { ReleaseSRWLockExclusive(&lock->native); }
static inline void time_to_utc(const time_t *time, struct tm *utc) { gmtime_s(utc, time); }
#else
#include <pthread.h>
struct lock {
    pthread_mutex_t native;
};
#define LOCK_READY {PTHREAD_MUTEX_INITIALIZER}
static inline void lock_take(struct lock *lock) { pthread_mutex_lock(&lock->native); }
static inline void lock_give(struct lock *lock) { pthread_mutex_unlock(&lock->native); }
static inline void time_to_utc(const time_t *time, struct tm *utc) { gmtime_r(time, utc); }
#endif

/* Runs run(context) on a thread that nobody waits for. */
bool thread_start(void (*run)(void *context), void *context);

#endif
