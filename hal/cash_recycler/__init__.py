"""Cash recyclers: they take coins and notes, and give change."""
