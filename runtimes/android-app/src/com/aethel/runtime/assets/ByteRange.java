package com.aethel.runtime.assets;

/** The part of a file that a Range header asks for (RFC 9110, section 14): a single range, or the whole file. */
final class ByteRange {
    private static final String UNIT = "bytes=";

    final long first;
    final long last;
    /** Whether a part was asked for; false means the whole file, which a status of 200 tells. */
    final boolean isPart;

    private ByteRange(long first, long last, boolean isPart) {
        this.first = first;
        this.last = last;
        this.isPart = isPart;
    }

    /**
     * Reads a Range header. What cannot be read, and several ranges at once, are answered with the whole file, as the RFC
     * allows.
     *
     * @return null when no byte of the file is in the range: a status of 416.
     */
    static ByteRange of(String header, long length) {
        ByteRange whole = new ByteRange(0, length - 1, false);
        if (header == null || !header.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
            return whole;
        }
        String range = header.substring(UNIT.length()).trim();
        int dash = range.indexOf('-');
        if (dash < 0) {
            return whole;
        }
        long start = number(range.substring(0, dash));
        long end = number(range.substring(dash + 1));
        if (dash == 0) {
            return end < 0 ? whole : part(end == 0 ? length : Math.max(0, length - end), length - 1, length);
        }
        boolean isOpen = dash == range.length() - 1;
        if (start < 0 || (!isOpen && end < start)) {
            return whole;
        }
        return part(start, isOpen ? length - 1 : Math.min(end, length - 1), length);
    }

    /** The header Content-Range of an answer with this part. */
    String contentRange(long length) {
        return "bytes " + first + "-" + last + "/" + length;
    }

    private static ByteRange part(long first, long last, long length) {
        return first >= length ? null : new ByteRange(first, last, true);
    }

    /** Digits as a number, the largest one when there are too many; -1 for anything else. */
    private static long number(String digits) {
        if (digits.isEmpty()) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE : number * 10 + digit;
        }
        return number;
    }
}
