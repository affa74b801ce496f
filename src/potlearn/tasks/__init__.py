"""Whole tasks: settings in, a folder out; what the command line does, from Python."""
