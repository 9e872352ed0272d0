"""A camera's worker in which the libraries of cameras that this host cannot have are stood in for.

``python -m tests.support.camera_worker CAMERA SOCKET SHARED``: the path of an ``EmulatedCamera``, and what every worker
is given.
"""

from __future__ import annotations

import os
import sys
from functools import partial

from bench.far_ends.camera.picamera2 import Library
from bench.far_ends.camera.v4l2 import VideoCapture
from hal.camera import picamera2, v4l2
from hal.camera.vision.worker import main

if __name__ == "__main__":
    stand_ins = {
        "v4l2": partial(v4l2.open_capture, video_capture=VideoCapture),
        "picamera2": partial(picamera2.open_capture, library=Library(sys.argv[1])),
    }
    os._exit(main(sys.argv[2:], stand_ins))
