package com.aethel.dexer;

/** Input that has no translation; the message says where it stands and what it is. */
@SuppressWarnings("serial")
final class Refused extends RuntimeException {
    Refused(String message) {
        super(message);
    }
}
