/* The threads and locks of the system that the shell needs. */
#ifndef THREAD_H
#define THREAD_H

#include <stdbool.h>
#include <time.h>

#ifdef _WIN32
#include <windows.h>
struct lock {
    SRWLOCK native;
};
#define LOCK_INITIALIZER {SRWLOCK_INIT}
static inline void lock_acquire(struct lock *lock) { AcquireSRWLockExclusive(&lock->native); }
static inline void lock_release(struct lock *lock) { ReleaseSRWLockExclusive(&lock->native); }
static inline void time_to_utc(const time_t *time, struct tm *utc) { gmtime_s(utc, time); }
#else
#include <pthread.h>
struct lock {
    pthread_mutex_t native;
};
#define LOCK_INITIALIZER {PTHREAD_MUTEX_INITIALIZER}
static inline void lock_acquire(struct lock *lock) { pthread_mutex_lock(&lock->native); }
static inline void lock_release(struct lock *lock) { pthread_mutex_unlock(&lock->native); }
static inline void time_to_utc(const time_t *time, struct tm *utc) { gmtime_r(time, utc); }
#endif

/* Runs run(context) on a detached thread. */
bool thread_start(void (*run)(void *context), void *context);

#endif
