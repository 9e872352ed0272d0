"""The tax authority's device or service, as a port beside the devices."""
