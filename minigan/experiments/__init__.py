"""Named, reproducible runs, one a file: configuration in, result out."""
