"""Prints `environment.yml` for Binder and conda, made from the students' pins:

python3 deploy/environment.py > environment.yml

The file names third-party packages alone. As long as no pin changes, Binder takes the installed packages from its
cache, and a new commit of the course costs seconds, not minutes; `-r requirements.txt` or `-e .` would end that.
"""

from pathlib import Path

PINS = Path(__file__).resolve().parent.parent / "requirements.txt"
PYTHON = "3.12"  # without a version, Binder would take an old one

HEAD = f"""\
# Made from requirements.txt: change nothing here, but run
#   python3 deploy/environment.py > environment.yml
# Binder reads this, and then postBuild. With conda on your own computer:
#   conda env create --file environment.yml
#   conda activate course
#   python -m pip install --no-deps --editable .
#   course lab
name: course
channels:
  - conda-forge
dependencies:
  - python={PYTHON}
  - pip
  - pip:
"""


def main() -> None:
    pins = PINS.read_text(encoding="utf-8").splitlines()
    print(HEAD + "\n".join(f"      - {pin}" for pin in pins))


if __name__ == "__main__":
    main()
