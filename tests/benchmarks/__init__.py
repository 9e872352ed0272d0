"""Speed, memory and idle load: measured in one run, against a named rival or limit, and told as a table."""
