"""The network on the screen: boxes, wires and frames, and the hands that change them."""
