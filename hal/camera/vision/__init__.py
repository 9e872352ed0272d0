"""Seeing codes: what every camera's driver shares, whatever gives it its pictures.

``sightings`` says what is seen; ``bars`` and ``stages`` read codes out of one picture; ``agreement`` decides over many
frames what may be told; ``captures`` opens cameras; ``worker`` is the process that does all this, one per camera, and
``device`` the kiosk's end of it. Only the worker's process loads OpenCV: ``device`` and the drivers do not import it.
"""
