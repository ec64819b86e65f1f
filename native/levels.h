/* Names of what is compiled once for each instruction set, and which of them this machine can run. */
#ifndef EVENTSTUDY_LEVELS_H
#define EVENTSTUDY_LEVELS_H
#define JOINED(name, level) name##_##level
#define NAMED(name, level) JOINED(name, level)

int best_form(void);         /* 0 baseline, 1 AVX2, 2 AVX-512 */

/* Ask for memory that is needed soon; changes no figure. */
#ifdef __GNUC__
#define SOON(address) __builtin_prefetch(address)
#else
#define SOON(address) ((void)0)
#endif
#endif
