"""ESC/POS, as receipt printers of many makers speak it: what they say, how a document is told them, the way there."""
