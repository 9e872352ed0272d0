"""Produce by its looks: from a picture of what lies under the camera to the likeliest keys, best first.

A suggestion and never a decision: it sorts the shopper's pick list, and the shopper picks. Everything here but
``network`` (which runs where a model is trained) needs numpy and OpenCV only, and runs in the camera's own process.
"""
