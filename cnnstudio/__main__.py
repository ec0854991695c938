"""`python -m cnnstudio` is the same as `cnnstudio`."""

from cnnstudio.cli.main import main

if __name__ == "__main__":
    main()
