"""The bucket's own settings as code: what ``aethel-export storage apply`` sees to."""
