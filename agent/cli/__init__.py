"""The command line, one verb a file; heavy imports happen inside the commands."""
