"""Programs of their own: each is a process that is measured. They write lines of JSON to standard output."""
