package com.aethel.runtime.assets;

import java.nio.charset.StandardCharsets;

/** The first bytes of a page: its encoding, and the place before its own scripts. Nothing else of it is read or changed. */
final class PageHead {
    static final int SIZE = 65_536; // bytes of comments before the doctype: nobody writes more
    private static final int DECLARATION_SIZE = 1024; // bytes in which a browser looks for the encoding

    private final byte[] head;
    private final int start; // behind the byte order mark
    private final boolean isWide; // UTF-16: two bytes for a letter
    private final boolean isBigFirst;

    PageHead(byte[] head) {
        this.head = head;
        int first = at(0);
        int second = at(1);
        isBigFirst = first == 0xFE && second == 0xFF;
        isWide = isBigFirst || (first == 0xFF && second == 0xFE);
        start = isWide ? 2 : first == 0xEF && second == 0xBB && at(2) == 0xBF ? 3 : 0;
    }

    /** The bytes of a tag in the page's encoding; all others than UTF-16 write its letters alike. */
    byte[] encoded(String tag) {
        return tag.getBytes(
            !isWide ? StandardCharsets.US_ASCII : isBigFirst ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE);
    }

    /** The encoding to tell the browser: none where a mark or a declaration in the page does, else UTF-8. */
    String encoding() {
        int end = Math.min(head.length, DECLARATION_SIZE);
        for (int at = 0; at < end; at++) {
            if (matches(at, "charset")) {
                return null;
            }
        }
        return start > 0 ? null : "utf-8";
    }

    /**
     * The offset of the first place where a script runs before all others: behind the doctype, without which the page
     * would be shown as one of the nineties; at the very start of a page that has none.
     */
    int scriptOffset() {
        int at = start;
        while (at < head.length) {
            if (" \t\r\n\f".indexOf(unit(at)) >= 0) {
                at += width();
            } else if (matches(at, "<!--")) {
                at = after(at + 4 * width(), "-->");
            } else {
                return matches(at, "<!doctype") ? after(at, ">") : start;
            }
        }
        return start;
    }

    private int after(int at, String mark) {
        while (at < head.length && !matches(at, mark)) {
            at += width();
        }
        return Math.min(head.length, at + mark.length() * width());
    }

    private boolean matches(int at, String lowered) {
        for (int i = 0; i < lowered.length(); i++) {
            int unit = unit(at + i * width());
            if ((unit >= 'A' && unit <= 'Z' ? unit | 0x20 : unit) != lowered.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The letter at an offset; no letter, a negative number, behind the end. */
    private int unit(int at) {
        if (!isWide) {
            return at(at);
        }
        return isBigFirst ? at(at) << 8 | at(at + 1) : at(at + 1) << 8 | at(at);
    }

    private int at(int at) {
        return at < head.length ? head[at] & 0xff : -1;
    }

    private int width() {
        return isWide ? 2 : 1;
    }
}
