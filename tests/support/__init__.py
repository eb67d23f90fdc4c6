"""What the Python suites share: running ttile, and numbers with error bounds to compare its results with."""
