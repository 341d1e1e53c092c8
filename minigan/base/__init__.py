"""The ground floor of all other packages: devices, random streams, errors, checked input, files."""
