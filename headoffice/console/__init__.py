"""The console: head office's pages and its programming interface."""
