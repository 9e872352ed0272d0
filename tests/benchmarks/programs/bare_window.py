"""The rival: the smallest Kivy program there is, in the kiosk's own window settings, up to its first drawn frame."""

from __future__ import annotations

from tests.benchmarks.programs.said import say, since_start
from ui.environment import configure, prepare


def main() -> None:
    """Open an empty window, say when its first frame was drawn, and stay until ended."""
    prepare()
    configure(size=(1280, 800), fullscreen=False)
    from kivy.app import App  # noqa: PLC0415 - the environment must be prepared first
    from kivy.core.window import Window  # noqa: PLC0415 - the same
    from kivy.graphics.opengl import glFinish  # noqa: PLC0415 - the same
    from kivy.uix.widget import Widget  # noqa: PLC0415 - the same

    def drawn(*_: object) -> None:
        glFinish()
        Window.unbind(on_flip=drawn)
        say(drawn=since_start())

    class Bare(App):  # type: ignore[misc]  # Kivy has no types
        def build(self) -> Widget:
            return Widget()

    Window.bind(on_flip=drawn)
    Bare().run()


if __name__ == "__main__":
    main()
