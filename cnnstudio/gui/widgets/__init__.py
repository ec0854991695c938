"""Small widgets: values go in through `set_*`, one signal comes out; they know no session and read no files."""
