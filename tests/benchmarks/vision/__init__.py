"""``make vision``: what the camera reads, beside three decoders alone, on photographs, spoilt frames and streams."""
