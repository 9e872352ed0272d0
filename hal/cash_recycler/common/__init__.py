"""What drivers of cash recyclers share."""
