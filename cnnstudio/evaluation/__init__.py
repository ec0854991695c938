"""How good is the network, where does it err, and what does it say about one picture?"""
