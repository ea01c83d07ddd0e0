/* Where a script may be put into a page so that it runs before the page's own. */
#ifndef HTML_H
#define HTML_H

#include "bytes.h"

/* Just behind the doctype (in front of it the page would fall into quirks mode), else at the start of the page:
 * a parser then opens <html> and <head> by itself and merges the attributes of the page's own <html> into it.
 * Source: HTML Standard 13.2.6.4.1 to 13.2.6.4.3. */
size_t html_script_offset(struct bytes page);

/* Does the page say early (HTML Standard 13.2.3.2) how it is encoded? The header would overrule it. */
bool html_names_encoding(struct bytes page);

/* Is it UTF-16, by its byte order mark? Then nothing can be put into it byte by byte. */
bool html_is_utf16(struct bytes page);

#endif
