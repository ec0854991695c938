"""The window: pages, widgets and the session that connects them to the floors below."""
