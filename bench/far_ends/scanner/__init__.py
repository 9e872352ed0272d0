"""Far ends of barcode scanners."""
