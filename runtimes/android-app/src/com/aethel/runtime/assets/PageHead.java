package com.aethel.runtime.assets;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** The first bytes of a page: its encoding, and the place before its own scripts. Nothing else of it is read or changed. */
final class PageHead {
    static final int SIZE = 65_536; // bytes of comments before the doctype: nobody writes more
    private static final int DECLARATION_SIZE = 1024; // bytes in which a browser looks for the encoding

    private final byte[] head;
    private final int start;
    private final Charset charset;

    PageHead(byte[] head) {
        this.head = head;
        if (startsWith(0xEF, 0xBB, 0xBF)) {
            charset = StandardCharsets.UTF_8;
            start = 3;
        } else if (startsWith(0xFF, 0xFE)) {
            charset = StandardCharsets.UTF_16LE;
            start = 2;
        } else if (startsWith(0xFE, 0xFF)) {
            charset = StandardCharsets.UTF_16BE;
            start = 2;
        } else {
            charset = null;
            start = 0;
        }
    }

    /** The bytes of a tag in the page's encoding; all others than UTF-16 write its letters alike. */
    byte[] encoded(String tag) {
        return tag.getBytes(isWide() ? charset : StandardCharsets.US_ASCII);
    }

    /** The encoding to tell the browser: the mark's, none when the page declares one, else UTF-8. */
    String encoding() {
        if (charset != null) {
            return charset.name().toLowerCase(java.util.Locale.ROOT);
        }
        int end = Math.min(head.length, DECLARATION_SIZE);
        for (int at = 0; at < end; at++) {
            if (matches(at, "charset")) {
                return null;
            }
        }
        return "utf-8";
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

    /** The letter at an offset; no letter, -1, behind the end. */
    private int unit(int at) {
        if (at + width() > head.length) {
            return -1;
        }
        if (!isWide()) {
            return head[at] & 0xff;
        }
        int first = head[at] & 0xff;
        int second = head[at + 1] & 0xff;
        return charset == StandardCharsets.UTF_16BE ? first << 8 | second : second << 8 | first;
    }

    private int width() {
        return isWide() ? 2 : 1;
    }

    private boolean isWide() {
        return start == 2;
    }

    private boolean startsWith(int... mark) {
        for (int i = 0; i < mark.length; i++) {
            if (i >= head.length || (head[i] & 0xff) != mark[i]) {
                return false;
            }
        }
        return true;
    }
}
