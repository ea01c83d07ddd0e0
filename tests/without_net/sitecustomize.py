"""Takes the net away: services that start with this folder on their path redact nothing.

So a test sees whether a secret would have been in a log line, and not that it was caught.
"""

import shared.log_values

shared.log_values.redacted = lambda text: text
shared.log_values.names_a_secret = lambda name: not name
