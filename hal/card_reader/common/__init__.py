"""What drivers of card terminals are built of; no driver, so not found as one."""
