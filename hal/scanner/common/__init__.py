"""What drivers of scanners share."""
