"""What every other package stands on: devices, random streams, errors, checked input, files."""
