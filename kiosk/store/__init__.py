"""What the kiosk keeps on disk: the journal, the feed and the price book, in SQLite."""
