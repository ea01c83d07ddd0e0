/* Where a script may be put into a page so that it runs before the page's own. */
#ifndef HTML_H
#define HTML_H

#include "bytes.h"

/* Returns the offset just after the doctype (before it the page would be in quirks mode), else the start of the page. A
 * parser then opens <html> and <head> by itself and merges the attributes of the page's own <html> into it.
 * Source: HTML Standard 13.2.6.4.1 to 13.2.6.4.3. */
size_t html_script_offset(struct bytes page);

/* Whether the page names its encoding where a browser looks for it (HTML Standard 13.2.3.2). A header would overrule
 * that. */
bool html_names_encoding(struct bytes page);

/* Whether the page is UTF-16, by its byte order mark: no ASCII can be put into it then. */
bool html_is_utf16(struct bytes page);

#endif
