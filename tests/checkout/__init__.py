"""The checkout core, without a device, a disk or a clock."""
