"""What does the network look at? Maps, filters and activations of a trained network."""
