"""Seeing codes: what every camera's driver shares, whatever gives it its pictures.

``sightings`` says what is seen; ``bars`` (with ``restoring``) and ``stages`` read codes out of one picture; ``stream``
gives each picture of a camera its stage, and ``agreement`` decides over many what may be told. ``capture`` is what a
driver brings; ``taking`` keeps its newest picture; ``worker`` is the process that does all this, one per camera, and
``device`` the kiosk's end of it, over ``wire``. Only the worker's process loads OpenCV: ``device`` and the drivers do
not import it.
"""
