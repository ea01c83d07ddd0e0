/* aethel-shell.json, in which the exporter describes the game. */
#ifndef CONFIG_H
#define CONFIG_H

#include "bytes.h"

struct config {
    char id[129];        /* names the instance lock, the window class */
    char title[257];     /* of the window, UTF-8 */
    char version[129];   /* the game's, for people */
    char data_name[129]; /* the game's folder among the user's application data */
    char entry[513];     /* the page shown first, a path in the payload */
    char icon[513];      /* a PNG in the payload, or empty */
    int width, height;   /* of the page at first, CSS pixels */
    bool fullscreen;     /* start so */
    bool resizable;
    bool debug;    /* developer tools, and the page's console in the log */
    bool isolated; /* COOP and COEP, for shared memory */
};

/* Reads and checks the whole text. Returns NULL, or what is wrong. Once accepted, the text may be passed on as JSON. */
const char *config_read(struct config *config, struct bytes json);

#endif
