"""Measures sound: loudness, true peak and levels, in one pass and constant memory."""
