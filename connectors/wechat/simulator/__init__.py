"""A fake of WeChat's platform on loopback: its API, its users and its retries, for tests, benches and the demo."""
