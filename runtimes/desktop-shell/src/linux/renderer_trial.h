/* A page of the shell's own, shown for a moment before the game's first start. What is to be seen of it is known
 * beforehand: a game that is black at first is never taken for a window that stays empty, or the other way round. */
#ifndef RENDERER_TRIAL_H
#define RENDERER_TRIAL_H

/* The only argument of the process that makes the trial. */
#define RENDERER_TRIAL "--renderer-trial"

enum trial_result {
    TRIAL_DRAWN,   /* the page's picture is in the window */
    TRIAL_BLANK,   /* the page ran, long enough for any picture, and the window got none */
    TRIAL_CRASHED, /* the page's process did */
    TRIAL_UNKNOWN, /* nobody could have seen the window */
};

/* Makes the trial and returns its result, the status with which this process is to end. */
int renderer_trial_run(void);

#endif
