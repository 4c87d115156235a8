"""Several films in rows as one: an animated PNG."""

from PIL import Image, ImageSequence

SCALE = 3  # every pixel of the small pictures becomes a square of this side
GAP = 8
MILLISECONDS = 80


def frames(path):
    """The frames of an animated PNG; one of a plain picture."""
    with Image.open(path) as film:
        return [frame.convert("RGB") for frame in ImageSequence.Iterator(film)]


def write(path, rows):
    """Rows of films, all of them from their first frame to their last while the longest plays."""
    films = [film for row in rows for film in row]
    count = max(len(film) for film in films)
    width = max(sum(film[0].width + GAP for film in row) - GAP for row in rows)
    height = sum(max(film[0].height for film in row) + GAP for row in rows) - GAP
    drawn = []
    for t in range(count):
        sheet, top = Image.new("RGB", (width, height), "white"), 0
        for row in rows:
            left = 0
            for film in row:
                sheet.paste(film[t * len(film) // count], (left, top))
                left += film[0].width + GAP
            top += max(film[0].height for film in row) + GAP
        drawn.append(sheet.resize((width * SCALE, height * SCALE), Image.Resampling.NEAREST))
    drawn[0].save(
        path, format="PNG", save_all=True, append_images=drawn[1:], duration=MILLISECONDS, loop=0)
