"""An acquirer's own side of the wire: a small payment service provider."""
