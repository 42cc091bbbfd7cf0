"""The web channel: Socket.IO for the widget, the citizen's page and the widget's script."""
