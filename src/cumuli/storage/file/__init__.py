"""An object as a file that is read here and there."""
